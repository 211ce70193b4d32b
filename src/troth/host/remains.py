"""What a server that died leaves behind, told apart from one that lives."""

import os
import signal
import time
from pathlib import Path

from troth.host.errors import AlreadyRunning
from troth.host.placement import Placement

_PATIENCE = 30.0


def _of_folder(data: Path) -> list[int]:
    """The processes that work in the data folder: every PostgreSQL process has it as its current directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.path.samefile(entry / "cwd", data):  # noqa: PTH121 - Path.samefile would read the link's own text on some systems
                found.append(int(entry.name))
        except OSError:
            continue  # gone meanwhile, or somebody else's
    return found


def _is_server(process: int) -> bool:
    try:
        program = os.readlink(Path("/proc") / str(process) / "exe")  # noqa: PTH115 - the text may name a deleted file
    except OSError:
        return False
    return Path(program).name.removesuffix(" (deleted)") == "postgres"


def clear_remains(place: Placement) -> None:
    """Called under the folder's lock. Wait for an orphan that is still stopping; take away what a dead one left.

    A process number in `postmaster.pid` may have been given to a stranger since (after a restart of a container it
    almost always is): PostgreSQL would refuse to start for ever, so we look at who it is.
    """
    deadline = time.monotonic() + _PATIENCE
    while servers := [process for process in _of_folder(place.data) if _is_server(process)]:
        if time.monotonic() > deadline:
            raise AlreadyRunning(folder=place.data, process=servers[0])
        _ask_to_stop(place.data, servers)
        time.sleep(0.1)
    if not Path("/proc/self").exists():
        return  # where we can't look, PostgreSQL's own checks must do
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    for path in place.socket.glob(".s.PGSQL.*"):
        path.unlink(missing_ok=True)


def _ask_to_stop(data: Path, servers: list[int]) -> None:
    """We hold the lock, so that nobody looks after this server any more: it is an orphan of a start that was killed."""
    try:
        words = (data / "postmaster.pid").read_text(encoding="utf-8").split()
    except OSError:
        words = []
    if words and words[0].isdigit() and int(words[0]) in servers:
        os.kill(int(words[0]), signal.SIGINT)
