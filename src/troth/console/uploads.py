"""A file that someone brings, kept for the short while between the trial and the import.

Guarantees: it lies in the customer's own spool (private; emptied by every erasure and every start), under a name that
tells nothing, and goes as soon as it was imported or an hour has passed.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from troth.kernel.errors import NotFound
from troth.kernel.ids import new_id

KEPT_SECONDS = 3600
_NAME = re.compile(r"upload-[0-9a-f]{32}\.(csv|jsonl|parquet)(\.gz)?")
_ENDINGS = {"csv": "csv", "tsv": "csv", "txt": "csv", "jsonl": "jsonl", "ndjson": "jsonl", "parquet": "parquet"}


def ending(name: str, wanted: str) -> str:
    """How the kept file's name ends: the format that was named, else the one that the file's own name tells, or ''."""
    stem = name.lower()
    packed = ".gz" if stem.endswith(".gz") else ""
    told = wanted or _ENDINGS.get(stem.removesuffix(".gz").rpartition(".")[2], "")
    return told + packed if told else ""


def keep(customer_id: UUID, file: UploadedFile, told: str) -> str:
    """Put it into the spool; what was left there too long goes."""
    folder = _folder(customer_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _expire(folder)
    name = f"upload-{new_id().hex}.{told}"
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    return name


def path(customer_id: UUID, name: str) -> Path:
    """Where a kept file is. Raises NotFound for anything that `keep` did not name."""
    found = _folder(customer_id) / name
    if not _NAME.fullmatch(name) or not found.is_file():
        raise NotFound(what="uploaded file")
    return found


def drop(customer_id: UUID, name: str) -> None:
    """It has been imported."""
    if _NAME.fullmatch(name):
        (_folder(customer_id) / name).unlink(missing_ok=True)


@contextmanager
def dropping(customer_id: UUID, name: str) -> Iterator[Path]:
    """Use it for the last time."""
    try:
        yield path(customer_id, name)
    finally:
        drop(customer_id, name)


def _folder(customer_id: UUID) -> Path:
    place: Path = settings.TROTH_SPOOL / str(customer_id)
    return place


def _expire(folder: Path) -> None:
    before = time.time() - KEPT_SECONDS
    for each in folder.iterdir():
        with suppress(FileNotFoundError):
            if _NAME.fullmatch(each.name) and each.stat().st_mtime < before:
                each.unlink()
