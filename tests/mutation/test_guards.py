"""Every guard is worth its line: with it taken out, a test must fail.

A mutant is a copy of the source with one guard removed; the named tests run against the copy and must not pass.
A mutant whose text is no longer found in the source fails too, so that the list follows the code.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.guard import Guard
from tests.mutation.guards import GUARDS

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "judgement/src", "verifier/src")
FAILED = 1  # pytest's exit code for "tests ran and some failed"; a collection error (2) proves nothing


def _copy(into: Path) -> None:
    for folder in (*FOLDERS, "tests"):
        shutil.copytree(ROOT / folder, into / folder, ignore=shutil.ignore_patterns("__pycache__", "mutation"))
    for name in ("pyproject.toml", "docs", "data", "benchmarks"):
        if (ROOT / name).exists():
            (into / name).symlink_to(ROOT / name)


@pytest.mark.mutation
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_the_guard_a_test_fails(guard: Guard, tmp_path: Path) -> None:
    _copy(tmp_path)
    target = tmp_path / guard.file
    text = target.read_text(encoding="utf-8")
    assert text.count(guard.text) == 1, f"{guard.file} no longer has this guard exactly once: follow the code"
    target.write_text(text.replace(guard.text, guard.without), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *guard.tests]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "PYTEST_", "COV_"))},
        "PYTHONPATH": os.pathsep.join(
            str(tmp_path / folder) for folder in ("src", "judgement/src", "verifier/src", ".")
        ),
    }
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert run.returncode == FAILED, (
        f"{guard.name} could go and nothing failed:\n{run.stdout[-2000:]}{run.stderr[-1000:]}"
    )
