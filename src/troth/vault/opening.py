"""From rows to records: opened with each subject's own key."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from troth.keys.rings import Ring
from troth.vault import codec, datasets
from troth.vault.codec import Binding
from troth.vault.schema import Schema
from troth.vault.values import Stored


class Record(msgspec.Struct, frozen=True, gc=False):
    """One opened record: `values` holds every field of its dataset's schema as of `schema_version`, by name."""

    record_id: UUID
    dataset_id: UUID
    subject_id: UUID
    schema_version: int
    version: int
    created_at: datetime
    updated_at: datetime
    values: dict[str, Stored]

    def __repr__(self) -> str:
        """Never the values: a repr ends up in logs."""
        return f"Record({self.record_id}, version={self.version})"


class Row(NamedTuple):
    """A row of `statements.RECORD_COLUMNS`."""

    record_id: UUID
    dataset_id: UUID
    subject_id: UUID
    schema_version: int
    version: int
    sealed: bytes
    plain: str | None
    created_at: datetime
    updated_at: datetime
    page: int
    slot: int
    state: str


def open_one(customer_id: UUID, key: bytes, row: Row) -> Record:
    """Open one row with its subject's key."""
    schema = datasets.schema(customer_id, row.dataset_id, row.schema_version)
    return _opened(key, row, schema, datasets.binding(customer_id, row.dataset_id, row.schema_version))


def _opened(key: bytes, row: Row, schema: Schema, binding: Binding) -> Record:
    found = codec.opened(key, schema, row.sealed, binding.to(row.subject_id, row.record_id))
    if row.plain is not None:
        found.update(msgspec.json.decode(row.plain, type=dict[str, str | int | bool | None]))
        # In the schema's order, so that answers and exports keep it.
        found = {name: found.get(name) for name in schema.parsers}
    return Record(
        row.record_id,
        row.dataset_id,
        row.subject_id,
        row.schema_version,
        row.version,
        row.created_at,
        row.updated_at,
        found,
    )


def keyed(ring: Ring, found: Iterable[Sequence[Any]]) -> list[tuple[Row, bytes | None]]:
    """Each row with its subject's key; None where the key is gone or the subject is frozen: withheld either way."""
    listed = list(map(Row._make, found))
    keys = ring.keys([(row.page, row.slot) for row in listed]) if listed else []
    return [(row, key if row.state == "active" else None) for row, key in zip(listed, keys, strict=True)]


def open_all(customer_id: UUID, ring: Ring, found: Iterable[Sequence[Any]]) -> list[Record | None]:
    """Each row opened; None where it is withheld."""
    opened: list[Record | None] = []
    dataset_id, version, schema, binding = None, None, None, None
    for row, key in keyed(ring, found):
        if key is None:
            opened.append(None)
            continue
        # Looked up where it changes: rows come mostly of one dataset, and comparing ids in Python is slow.
        if schema is None or binding is None or row.dataset_id != dataset_id or row.schema_version != version:
            dataset_id, version = row.dataset_id, row.schema_version
            schema = datasets.schema(customer_id, dataset_id, version)
            binding = datasets.binding(customer_id, dataset_id, version)
        opened.append(_opened(key, row, schema, binding))
    return opened
