"""What an old copy of the database holds of each canary: kept for ever, to be tried for ever (A-4b, X-7b, X-7e).

Guarantees: everything in such a file is sealed, but for ids, versions and times; it is a copy of a canary alone, so
that an erasure of anybody else passes it by. It lies in `TROTH_HOME/canaries` (0700), outside the database, as a
backup would (docs/decisions/1010).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connections

from troth.kernel.wall import within
from troth.keys import old_copies
from troth.keys.errors import UnknownFormat
from troth.keys.old_copies import OldCopy
from troth.vault import codec

FOLDER: Final = "canaries"
KEPT_AT_MOST: Final = 2_000
"""About five years of one erased canary a day; then every second one of the older half goes."""
_FORMAT: Final = "troth-canary-copy/1"
_SUFFIX: Final = ".json"
_ROW: Final = (
    "select r.dataset_id, r.subject_id, r.schema_version, r.sealed, s.page, s.slot from vault_record r"
    " join vault_subject s on s.customer_id = r.customer_id and s.subject_id = r.subject_id"
    " where r.customer_id = %s and r.record_id = %s"
)


class Copy(msgspec.Struct, frozen=True):
    """One canary's record and the path to its key, as they lay in the database at `kept_at`."""

    format: str
    kept_at: datetime
    customer_id: UUID
    dataset_id: UUID
    record_id: UUID
    subject_id: UUID
    schema_version: int
    sealed: bytes
    page: int
    slot: int
    epoch: int
    customer_version: int
    customer: bytes
    directory_version: int
    directory: bytes
    page_version: int
    sealed_page: bytes

    @property
    def path(self) -> OldCopy:
        """The rows that led to its key."""
        return OldCopy(
            self.customer_id,
            self.page,
            self.slot,
            self.epoch,
            self.customer_version,
            self.customer,
            self.directory_version,
            self.directory,
            self.page_version,
            self.sealed_page,
        )

    @property
    def bound_to(self) -> bytes:
        """What the record's blob is bound to."""
        return codec.record_context(
            self.customer_id, self.dataset_id, self.subject_id, self.record_id, self.schema_version
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the subject of a copy still lives in the database."""

    lives: bool
    frozen: bool


def keep(customer_id: UUID, record_id: UUID, *, now: datetime) -> Copy | None:
    """Keep what lies there now of a living canary's record, in the place of an older copy of the same record."""
    found = take(customer_id, record_id, now=now)
    if found is not None:
        path = _folder() / f"{_name(found.subject_id)}{_SUFFIX}"
        if not _is_current(path, found):
            _write(path, msgspec.json.encode(found))
    return found


def take(customer_id: UUID, record_id: UUID, *, now: datetime) -> Copy | None:
    """The same without keeping it: the living twin of a kept copy."""
    with within(customer_id):
        with connections["default"].cursor() as cursor:
            cursor.execute(_ROW, [customer_id, record_id])
            row = cursor.fetchone()
        if row is None:
            return None
        dataset_id, subject_id, schema_version, sealed, page, slot = row
        path = old_copies.take(customer_id, page, slot)
    if path is None:
        return None
    return Copy(
        format=_FORMAT,
        kept_at=now,
        customer_id=customer_id,
        dataset_id=dataset_id,
        record_id=record_id,
        subject_id=subject_id,
        schema_version=schema_version,
        sealed=bytes(sealed),
        page=page,
        slot=slot,
        epoch=path.epoch,
        customer_version=path.customer_version,
        customer=path.customer,
        directory_version=path.directory_version,
        directory=path.directory,
        page_version=path.page_version,
        sealed_page=path.sealed_page,
    )


def copies() -> Iterator[Copy]:
    """Every kept copy, the oldest first. A file that can't be read is an error: it must not count as refused."""
    read = [_read(path) for path in _files()]
    yield from sorted(read, key=lambda copy: (copy.kept_at, copy.subject_id))


def standing(copy: Copy) -> Standing:
    """Ask the database, within the copy's customer."""
    with within(copy.customer_id), connections["default"].cursor() as cursor:
        cursor.execute(
            "select state from vault_subject where customer_id = %s and subject_id = %s",
            [copy.customer_id, copy.subject_id],
        )
        row = cursor.fetchone()
    return Standing(lives=row is not None, frozen=row is not None and row[0] == "frozen")


def prune() -> None:
    """Thin out the older half when there are too many; the oldest stays."""
    found = _files()
    if len(found) > KEPT_AT_MOST:
        oldest = sorted(found, key=lambda path: path.stat().st_mtime)
        for path in oldest[1 : len(oldest) // 2 : 2]:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.TROTH_HOME) / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _files() -> list[Path]:
    return list(_folder().glob(f"*{_SUFFIX}"))


def _name(subject_id: UUID) -> str:
    """No id in the name: the survivor scan of an erasure looks for names, and these files are meant to stay."""
    return sha256(b"troth canary " + subject_id.bytes).hexdigest()[:32]


def _is_current(path: Path, found: Copy) -> bool:
    """True while the keys have not moved since: then there is nothing newer to keep."""
    if not path.exists():
        return False
    there = _read(path)
    return (there.epoch, there.page_version, there.sealed) == (found.epoch, found.page_version, found.sealed)


def _read(path: Path) -> Copy:
    found = msgspec.json.decode(path.read_bytes(), type=Copy)
    if found.format != _FORMAT:
        raise UnknownFormat(what="A canary's copy", why=found.format[:40])
    return found


def _write(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
