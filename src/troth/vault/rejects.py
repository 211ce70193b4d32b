"""The rejected-rows file: JSON lines with the line's number, why it was refused, and the row as it came.

Its rows are personal data, so it lies in a spool (`spools`): private, erased with the customer or any of its people,
and expiring. Repaired, it can be imported as it is: `line` and `reason` are left out then.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO
from uuid import UUID

import msgspec

from troth.vault import spools


class Rejects:
    """One import's rejected rows. No file is made while there are none."""

    def __init__(self, customer_id: UUID, import_id: UUID) -> None:
        self._customer_id, self._name = customer_id, f"{import_id}.jsonl"
        self._stack = ExitStack()
        self._file: BinaryIO | None = None
        self._encoder = msgspec.json.Encoder(enc_hook=str)
        self.count = 0

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, line: int, reason: str, row: Mapping[str, object]) -> None:
        """Add one row."""
        if self._file is None:
            self._file = self._stack.enter_context(spools.writing("rejected", self._customer_id, self._name))
        self.count += 1
        told = {"line": line, "reason": reason, **{str(name): _readable(value) for name, value in row.items()}}
        self._file.write(self._encoder.encode(told) + b"\n")

    def close(self) -> Path | None:
        """Finish the file; where it is, or None. It stays when the import fails: it says why."""
        if self._file is None:
            return None
        self._file = None
        self._stack.close()
        return spools.folder("rejected", self._customer_id) / self._name


def _readable(value: object) -> object:
    """JSON can't hold lone surrogates (bytes that did not decode): they are shown replaced."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list | tuple):
        return [_readable(each) for each in value]
    return value
