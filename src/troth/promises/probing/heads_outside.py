"""Signed heads of the tree over all logs, kept outside the database: what no rewriting of the database can change.

Guarantees: one head a day at most, in `TROTH_HOME/heads` (0700), never rewritten; the oldest stays for ever, and of the
rest the newest. They hold hashes and sizes alone. Whoever can write this folder can remove them: copies elsewhere
(certificates, mail, other machines) are the stronger witness.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

FOLDER: Final = "heads"
KEPT: Final = 400
_SUFFIX: Final = ".txt"
_FORM: Final = "%Y%m%dT%H%M%SZ"
_EVERY: Final = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Kept:
    """One head, as it was signed, and when it was put here."""

    at: datetime
    note: str


def kept(home: Path) -> list[Kept]:
    """The heads that are here, the oldest first. A file of another name is none of ours."""
    return [Kept(at, path.read_text(encoding="utf-8")) for at, path in _files(home)]


def keep(home: Path, note: str, *, now: datetime) -> None:
    """Keep this head, unless the last one is of today."""
    there = _files(home)
    if there and now - there[-1][0] < _EVERY:
        return
    path = _folder(home) / f"{now.astimezone(UTC).strftime(_FORM)}{_SUFFIX}"
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    for _, old in there[1 : max(1, len(there) - KEPT)]:
        old.unlink(missing_ok=True)


def _folder(home: Path) -> Path:
    folder = home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _files(home: Path) -> list[tuple[datetime, Path]]:
    found = []
    for path in (home / FOLDER).glob(f"*{_SUFFIX}"):
        try:
            found.append((datetime.strptime(path.stem, _FORM).replace(tzinfo=UTC), path))
        except ValueError:
            continue
    return sorted(found)
