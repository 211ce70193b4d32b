"""The command line as a process of its own, on the run's installation."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Troth = Callable[..., Done]


def run(*arguments: str, stdin: str = "", expect: int | None = 0, **extra: str) -> Done:
    """Run `troth` with these arguments; None expects nothing."""
    environment = {name: value for name, value in os.environ.items() if name != "TROTH_PROCESS"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / each) for each in ("src", "verifier/src", "judgement/src")])
    done = subprocess.run(
        [sys.executable, "-m", "troth.cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment | extra,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert expect is None or done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def troth() -> Troth:
    return run
