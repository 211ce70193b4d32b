"""What runs now: the supervisor's own notes, read together with the lock that it holds."""

import json
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from troth.host import lock
from troth.host.children import Watch
from troth.host.config import Config
from troth.host.errors import NotRunning
from troth.kernel.clock import SYSTEM


@dataclass(frozen=True, slots=True)
class ProcessState:
    """One process as the supervisor last saw it."""

    name: str
    process: int | None
    state: str
    since: str
    restarts: int
    words: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The supervisor's notes: written at each change, believed only while its lock is held."""

    supervisor: int
    since: str
    address: str
    phase: str
    processes: tuple[ProcessState, ...]

    @property
    def uptime(self) -> float:
        """Seconds since the supervisor began."""
        return (SYSTEM.now() - datetime.fromisoformat(self.since)).total_seconds()


def lock_path(config: Config) -> Path:
    """Held by the supervisor."""
    return config.home / "supervisor.lock"


def _path(config: Config) -> Path:
    return config.run / "state.json"


def note(config: Config, since: datetime, phase: str, watches: Sequence[tuple[Watch, int | None]]) -> None:
    """Write the notes, in one step."""
    processes = tuple(
        ProcessState(watch.name, number, watch.state, watch.since.isoformat(), watch.restarts, watch.words)
        for watch, number in watches
    )
    notes = Notes(os.getpid(), since.isoformat(), config.address, phase, processes)
    fresh = _path(config).with_suffix(".new")
    fresh.write_text(json.dumps(asdict(notes)), encoding="utf-8")
    fresh.replace(_path(config))


def read(config: Config) -> Notes | None:
    """The notes of the supervisor that runs now, or None."""
    holder = lock.holder(lock_path(config))
    if holder is None:
        return None
    try:
        found = json.loads(_path(config).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if found["supervisor"] != holder:
        return None
    return Notes(**{**found, "processes": tuple(ProcessState(**entry) for entry in found["processes"])})


def down(config: Config, patience: float = 60.0) -> None:
    """Ask the supervisor to stop everything and wait until it has."""
    holder = lock.holder(lock_path(config))
    if holder is None:
        raise NotRunning(folder=config.home)
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while lock.holder(lock_path(config)) == holder:
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {holder} still runs after {patience:.0f} s")
        time.sleep(0.1)
