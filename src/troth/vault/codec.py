"""The sealed record: a versioned msgpack array of the non-plain values, in the schema's order.

Guarantees: a blob opens only as the record, subject, dataset, customer and schema version it was sealed for; values
come back exactly as stored. Format: docs/formats/records.md, pinned by tests/vectors/records.json.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from troth.keys.sealing import context, seal, seal_many, unseal
from troth.vault.errors import RowRefused
from troth.vault.limits import RECORD_BYTES
from troth.vault.schema import Schema
from troth.vault.values import Stored

VERSION: Final = b"\x01"

NIL: Final = UUID(int=0)
_UUID_PART: Final = context("", NIL)[-21:-16]
"""How a context writes that a UUID follows."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(list[str | int | bool | None])


class Unreadable(ValueError):
    """A blob opened, and holds something that this version does not know: a defect or a newer writer."""


class Binding:
    """What the blobs of one dataset and schema version are bound to: `keys.sealing.context`, its start made once."""

    __slots__ = ("_end", "_start")

    def __init__(self, customer_id: UUID, dataset_id: UUID, schema_version: int) -> None:
        whole = record_context(customer_id, dataset_id, NIL, NIL, schema_version)
        marked = _UUID_PART + NIL.bytes
        at = whole.rindex(marked + marked)
        self._start, self._end = whole[:at], whole[at + 2 * len(marked) :]

    def to(self, subject_id: UUID, record_id: UUID) -> bytes:
        """The context of one record."""
        return self.to_raw(subject_id.bytes, record_id.bytes)

    def to_raw(self, subject: bytes, record: bytes) -> bytes:
        """The same, from the ids' bytes."""
        return b"".join((self._start, _UUID_PART, subject, _UUID_PART, record, self._end))


def record_context(
    customer_id: UUID, dataset_id: UUID, subject_id: UUID, record_id: UUID, schema_version: int
) -> bytes:
    """What a record's blob is bound to."""
    return context("vault.record", customer_id, dataset_id, subject_id, record_id, schema_version)


def pack(schema: Schema, values: Mapping[str, Stored]) -> bytes:
    """The plaintext of a blob."""
    return pack_cells([values.get(name) for name in schema.sealed_names])


def pack_cells(cells: list[Stored]) -> bytes:
    """The plaintext of a blob, from the sealed fields' values in the schema's order."""
    packed = VERSION + _encoder.encode(cells)
    if len(packed) > RECORD_BYTES:
        raise RowRefused(field="(row)", why=f"is larger than {RECORD_BYTES} bytes")
    return packed


def unpack(schema: Schema, packed: bytes) -> dict[str, Stored]:
    """The values of a blob's plaintext, by name."""
    if packed[:1] != VERSION:
        raise Unreadable("unknown record version")
    try:
        found = _decoder.decode(memoryview(packed)[1:])
    except msgspec.DecodeError:
        raise Unreadable("not a record") from None
    names = schema.sealed_names
    if len(found) != len(names):
        raise Unreadable("another number of fields")
    return dict(zip(names, found, strict=True))


def sealed(key: bytes, packed: bytes, bound_to: bytes) -> bytes:
    """A record's blob."""
    return seal(key, packed, bound_to)


def sealed_many(items: Sequence[tuple[bytes, bytes, bytes]]) -> list[bytes]:
    """Many blobs, from (key, packed, bound to)."""
    return seal_many(items)


def opened(key: bytes, schema: Schema, blob: bytes, bound_to: bytes) -> dict[str, Stored]:
    """The values in a blob; raises `keys.errors.CannotOpen` for another key or binding."""
    return unpack(schema, unseal(key, blob, bound_to))
