"""The data plane's bodies and answers. Sent with a field that they don't know, they are refused."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from troth.api.limits import BATCH
from troth.vault.opening import Record

Values = dict[str, Any]
Ids = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=BATCH)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request."""


class Store(_Body, frozen=True, kw_only=True):
    """Records to store, whole or not at all."""

    records: Annotated[list[Values], msgspec.Meta(min_length=1, max_length=BATCH)]
    on_duplicate: Literal["reject", "skip", "update"] = "reject"


class Pick(_Body, frozen=True, kw_only=True):
    """Records by their ids."""

    record_ids: Ids


class Identifier(_Body, frozen=True, kw_only=True):
    """An identifier's kind (`email`, `phone`, `reference`, `reference:<scheme>`) and value."""

    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class Identifiers(_Body, frozen=True, kw_only=True):
    """Many of them."""

    identifiers: Annotated[list[Identifier], msgspec.Meta(min_length=1, max_length=BATCH)]


class Correction(_Body, frozen=True, kw_only=True):
    """The fields to change; null empties one."""

    values: Annotated[Values, msgspec.Meta(min_length=1)]


class CorrectionOf(_Body, frozen=True, kw_only=True):
    """The same for one record of a batch; refused when the record is at another `version`."""

    record_id: UUID
    values: Annotated[Values, msgspec.Meta(min_length=1)]
    version: int | None = None


class Corrections(_Body, frozen=True, kw_only=True):
    """Many corrections, whole or not at all."""

    corrections: Annotated[list[CorrectionOf], msgspec.Meta(min_length=1, max_length=BATCH)]


class Scan(_Body, frozen=True, kw_only=True):
    """A filter over any field, sealed or not: `age >= 40 and balance > 1000`."""

    where: Annotated[str, msgspec.Meta(max_length=4_000)] | None = None


class RecordOut(msgspec.Struct, frozen=True, kw_only=True):
    """One record, opened."""

    record_id: UUID
    dataset_id: UUID
    subject_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    values: Values


class RecordsOut(msgspec.Struct, frozen=True, kw_only=True):
    """Those that are there; `missing` are the ids that are not (or no longer)."""

    records: list[RecordOut]
    missing: list[UUID] = []


class RecordPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a dataset and the cursor of the next."""

    records: list[RecordOut]
    next: str | None


class FoundOut(msgspec.Struct, frozen=True, kw_only=True):
    """For each identifier, in order, the records of the person it belongs to."""

    found: list[list[RecordOut]]


class StoredOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one row."""

    record_id: UUID
    status: str


class StoredAll(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each row, in order."""

    records: list[StoredOut]


class CorrectedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The version after the correction, and the names of the fields that changed."""

    record_id: UUID
    version: int
    changed: list[str]


class CorrectedAll(msgspec.Struct, frozen=True, kw_only=True):
    """In order."""

    records: list[CorrectedOut]


class DeletedOut(msgspec.Struct, frozen=True, kw_only=True):
    """How many records are gone."""

    deleted: int


def record_out(record: Record) -> RecordOut:
    """As the API shows it."""
    return RecordOut(
        record_id=record.record_id,
        dataset_id=record.dataset_id,
        subject_id=record.subject_id,
        version=record.version,
        created_at=record.created_at,
        updated_at=record.updated_at,
        values=record.values,
    )
