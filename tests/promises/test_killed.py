"""A worker that is killed in the middle of a look leaves nothing of it, holds nobody up, and the next one looks."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.promises.stage import HOME
from troth.kernel.actor import job
from troth.kernel.wall import within
from troth.promises import actions, queries
from troth.promises.models import Evidence, Interval

ROOT = Path(__file__).resolve().parents[2]
CONTROL = "roles_restrict_access"


def _standing() -> tuple[int, int, int]:
    with within(HOME):
        return (Evidence.objects.filter(control=CONTROL).count(), Interval.objects.count(), queries.version())


@pytest.mark.parametrize("point", ["looking", "sealing", "deriving"])
def test_nothing_of_it_is_left(in_force: Callable[..., object], point: str) -> None:
    in_force((ROOT / "src/troth/policy/packs/agency.yaml").read_text(encoding="utf-8"))
    before = _standing()
    command = [sys.executable, "-m", "tests.promises.killed", CONTROL, point]
    ended = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr[-500:]
    assert _standing() == before
    found = actions.check(CONTROL, by=job("test"))
    assert found.verdict.state == "kept"
    assert _standing()[0] == before[0] + 1
