"""The tools behind `make check` find what they look for, and a skip for a missing part fails where nothing may miss."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_long_module_and_a_long_function_are_found() -> None:
    sizes = _tool("sizes")
    body = "    pass\n"
    assert list(sizes.findings(Path("a.py"), "def f():\n" + body * 39)) == []
    assert len(list(sizes.findings(Path("a.py"), "def f():\n" + body * 40))) == 1
    assert list(sizes.findings(Path("a.py"), 'def f():\n    """' + "words\n" * 30 + '    """\n' + body * 39)) == []
    assert len(list(sizes.findings(Path("a.py"), "x = 1\n" * 401))) == 1


def test_a_stale_lock_is_found() -> None:
    locks = _tool("locks")
    lock = "django==5.2.19 \\\n    --hash=sha256:00\n"
    assert list(locks.findings(["django>=5.2.19,<5.3"], lock)) == []
    assert len(list(locks.findings(["django>=5.2.20"], lock))) == 1
    assert len(list(locks.findings(["django>=5.2.19", "msgspec>=0.22"], lock))) == 1


@pytest.mark.parametrize(
    ("reason", "ci", "outcome"),
    [
        ("missing: a browser", "true", "1 failed"),
        ("missing: a browser", "", "1 skipped"),
        ("only root can", "true", "1 skipped"),
    ],
)
def test_a_skip_for_a_missing_part(tmp_path: Path, reason: str, ci: str, outcome: str) -> None:
    (tmp_path / "test_it.py").write_text(f"import pytest\ndef test_it():\n    pytest.skip({reason!r})\n")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            "/dev/null",
            "--rootdir",
            str(tmp_path),
            "-p",
            "tests.fixtures.skips",
            str(tmp_path),
        ],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "CI": ci},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout, done.stdout + done.stderr
