"""Files with personal data that the vault leaves outside the database: rejected rows and exports.

Guarantees: one folder per kind and customer, 0700, its files 0600 and readable by the installation's user alone; a
file appears under its name only when it is whole; every erasure removes all of the customer's files, half-written
ones too, and whoever still writes one then fails instead of finishing it; what is left over expires.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast
from uuid import UUID

from django.conf import settings

from troth.kernel.clock import SYSTEM, Clock
from troth.vault.errors import SpoolGone
from troth.vault.terms import DEFAULT, VaultTerms

Kind = Literal["rejected", "exports"]
KINDS: Final[tuple[Kind, ...]] = ("rejected", "exports")
_PART: Final = ".part"


def folder(kind: Kind, customer_id: UUID) -> Path:
    """Where a customer's files of this kind lie; made if it is missing."""
    place = _place(kind, customer_id)
    for each in (place.parent, place):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def _place(kind: Kind, customer_id: UUID) -> Path:
    return Path(settings.TROTH_HOME) / kind / str(customer_id)


@contextmanager
def writing(kind: Kind, customer_id: UUID, name: str) -> Iterator[BinaryIO]:
    """Write one file; it gets its name at the end, or nothing is left of it. Raises `SpoolGone`."""
    path = folder(kind, customer_id) / name
    part = path.with_name(name + _PART)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield cast("BinaryIO", file)
            file.flush()
            os.fsync(file.fileno())
        try:
            part.rename(path)
        except FileNotFoundError:
            raise SpoolGone from None
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def files(customer_id: UUID) -> list[Path]:
    """Every file of a customer, half-written ones too: what a survivor scan must find empty."""
    found: list[Path] = []
    for kind in KINDS:
        place = _place(kind, customer_id)
        found += sorted(path for path in place.rglob("*") if not path.is_dir()) if place.is_dir() else []
    return found


def purge(customer_id: UUID) -> int:
    """Remove all of a customer's files; return how many there were."""
    removed = len(files(customer_id))
    for kind in KINDS:
        place = _place(kind, customer_id)
        if place.is_dir():
            shutil.rmtree(place)
    return removed


def expire(terms: VaultTerms = DEFAULT, *, clock: Clock = SYSTEM) -> int:
    """Remove every customer's files that are older than the terms allow; return how many."""
    removed = 0
    kept = {"rejected": terms.rejected_rows_kept, "exports": terms.exports_kept}
    for kind in KINDS:
        before = (clock.now() - kept[kind]).timestamp()
        for path in (Path(settings.TROTH_HOME) / kind).glob("*/*"):
            with suppress(FileNotFoundError):
                if not path.is_dir() and path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
    return removed
