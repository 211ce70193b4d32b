"""The supervisor keeps its processes alive, stops them in order, and leaves nothing that the next can't take up."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.fixtures.installation import Installation
from troth.host import state

Make = Callable[..., Installation]


def _living(home: Path) -> list[str]:
    """The command lines of the processes that belong to this installation, by their environment or current folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            ours = f"TROTH_HOME={home}".encode() in (entry / "environ").read_bytes().split(b"\0")
            ours = ours or str((entry / "cwd").readlink()).startswith(str(home))
            if ours and int(entry.name) != os.getpid():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def test_it_runs_and_stops_everything(own_installation: Make) -> None:
    platform = own_installation(running=False)
    child = platform.up()
    notes = state.read(platform.config)
    assert notes is not None
    assert {process.name: process.state for process in notes.processes} == dict.fromkeys(
        ("postgres", "web", "worker", "sealer"), "running"
    )
    child.send_signal(signal.SIGTERM)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 0, err
    assert json.loads(out.splitlines()[0])["address"] == platform.config.address
    assert _living(platform.home) == []
    assert state.read(platform.config) is None


def test_a_killed_supervisor_takes_all_with_it_and_the_next_start_recovers(own_installation: Make) -> None:
    platform = own_installation(running=False)
    platform.up().kill()
    deadline = time.monotonic() + 20
    while _living(platform.home) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _living(platform.home) == []
    platform.up()
