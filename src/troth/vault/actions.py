"""Every write to datasets, records and subjects but imports (`imports`) and purges (`purging`).

Guarantees: nothing happens without a permit for that very action; each write and its log entry commit together or not
at all; a batch is stored whole or not at all; a correction keeps who, when and which fields, never the old value.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.actions import record
from troth.audit.entry import SubjectRef
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import Conflict, Invalid, NotFound, TrothError
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.tenancy.queries import hold_open
from troth.vault import correcting, datasets, rows, statements
from troth.vault.correcting import Corrected, Deleted
from troth.vault.errors import Busy, Erased, RowRefused, RowsRefused
from troth.vault.limits import BATCH_RECORDS, FREEZE_WAITS_MS, NAME_LENGTH
from troth.vault.models import Dataset, SchemaVersion
from troth.vault.schema import Field, Schema
from troth.vault.storing import OnDuplicate, Outcome, Status, Storing
from troth.vault.text import kept

_REFUSALS_TOLD = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of each row of a batch, in the rows' order: its record, and whether it is new."""

    records: tuple[tuple[UUID, Status], ...]

    def count(self, status: Status) -> int:
        return sum(1 for _, found in self.records if found == status)


@contextmanager
def _small_write(permit: Permit, action: Action) -> Iterator[None]:
    """One short transaction of a permitted writer, who gives way to longer ones."""
    permit.require(action)
    try:
        with within(permit.customer_id):
            rows.give_way()
            hold_open(permit.customer_id)
            yield
    except rows.CONTENDED:
        raise Busy from None


def add_dataset(
    permit: Permit, name: str, schema: Schema, *, one_record_per_subject: bool = True, clock: Clock = SYSTEM
) -> UUID:
    """Make a dataset and return its id. Raises SchemaInvalid, or Conflict when the name is taken."""
    schema.judge()
    name = kept(name)
    if not 1 <= len(name) <= NAME_LENGTH:
        raise Invalid(what="The dataset's name", why=f"it needs 1 to {NAME_LENGTH} characters")
    dataset_id, now = new_id(), clock.now()
    with _small_write(permit, Action.DATASETS_ADD):
        if Dataset.objects.filter(customer_id=permit.customer_id, name=name).exists():
            raise Conflict(what="The dataset", why="another one of this customer has its name")
        Dataset.objects.create(
            customer_id=permit.customer_id,
            dataset_id=dataset_id,
            name=name,
            one_record_per_subject=one_record_per_subject,
            created_at=now,
        )
        _keep_schema(permit, dataset_id, 1, schema, clock)
        _record(permit, "dataset.added", entity=dataset_id, detail=_described(schema, 1))
    return dataset_id


def extend_dataset(permit: Permit, dataset_id: UUID, fields: Sequence[Field], *, clock: Clock = SYSTEM) -> int:
    """Add fields at the end of a dataset's schema; return the new version. Existing records have no value there."""
    with _small_write(permit, Action.DATASETS_ADD):
        found = Dataset.objects.select_for_update().filter(customer_id=permit.customer_id, dataset_id=dataset_id)
        dataset = found.first()
        if dataset is None:
            raise NotFound(what="dataset")
        version = dataset.schema_version + 1
        schema = datasets.schema(permit.customer_id, dataset_id, dataset.schema_version).extended(fields)
        _keep_schema(permit, dataset_id, version, schema, clock)
        found.update(schema_version=version)
        _record(permit, "dataset.extended", entity=dataset_id, detail=_described(schema, version))
    return version


def store(
    permit: Permit,
    dataset_id: UUID,
    rows_: Sequence[Mapping[str, object]],
    *,
    on_duplicate: OnDuplicate = "reject",
    clock: Clock = SYSTEM,
) -> Stored:
    """Store a batch whole or not at all, at most `limits.BATCH_RECORDS` rows; rows are counted from 1.

    Raises:
        RowsRefused: values that don't fit the schema; its data lists row, field and why.
        Duplicate, TwoSubjects, Frozen: the first row that meets what is there.
        Busy: another writer holds the same people.
    """
    if not 1 <= len(rows_) <= BATCH_RECORDS:
        raise Invalid(what="The batch", why=f"it needs 1 to {BATCH_RECORDS} rows")
    with _small_write(permit, Action.RECORDS_STORE):
        dataset = datasets.load(permit.customer_id, dataset_id)
        storing = Storing(dataset, by=permit.actor, on_duplicate=on_duplicate)
        outcome = storing.place(storing.preparer().batch(enumerate(rows_, 1)), now=clock.now())
        if outcome.refused:
            raise _refusal(outcome.refused)
        _record_stored(permit, dataset_id, outcome)
    return Stored(tuple((record_id, status) for _, record_id, status in outcome.placed))


def correct(
    permit: Permit,
    record_id: UUID,
    changes: Mapping[str, object],
    *,
    if_version: int | None = None,
    clock: Clock = SYSTEM,
) -> Corrected:
    """Change some fields of a record; None empties one. What was there before is kept nowhere.

    Raises NotFound, Erased, Frozen, Stale (another `if_version`), RowRefused, TwoSubjects, Busy.
    """
    with _small_write(permit, Action.RECORDS_CORRECT):
        done = correcting.correct(permit.customer_id, record_id, changes, if_version, by=permit.actor, now=clock.now())
        _record(
            permit,
            "record.corrected",
            entity=record_id,
            subject=SubjectRef(done.subject_id, done.key),
            detail={"fields": list(done.changed), "version": done.version},
        )
    return done


def delete(permit: Permit, record_id: UUID, *, clock: Clock = SYSTEM) -> Deleted:
    """Delete one record. Its subject stays, with the identifiers that other records bear; see `Deleted`.

    This is no erasure: the subject's key lives on, and with it what backups hold. Raises NotFound, Frozen, Busy.
    """
    with _small_write(permit, Action.RECORDS_DELETE):
        done = correcting.delete(permit.customer_id, record_id, by=permit.actor, now=clock.now())
        subject = SubjectRef(done.subject_id, done.key)
        _record(permit, "record.deleted", entity=record_id, subject=subject)
    return done


def freeze(permit: Permit, subject_id: UUID) -> tuple[int, int]:
    """Let nothing be stored, changed or shown of this subject any more; return its page and slot. Repeats are fine.

    Waits for writers that hold the subject; raises Busy when one takes too long (a long import): try again then.
    """
    return _set_state(permit, subject_id, "frozen")


def thaw(permit: Permit, subject_id: UUID) -> tuple[int, int]:
    """Undo `freeze`, for an erasure that was called off before its keys were destroyed."""
    return _set_state(permit, subject_id, "active")


def _set_state(permit: Permit, subject_id: UUID, state: str) -> tuple[int, int]:
    permit.require(Action.SUBJECTS_ERASE)
    try:
        with within(permit.customer_id):
            rows.give_way(FREEZE_WAITS_MS)
            found = rows.fetch(statements.SET_STATE, [state, permit.customer_id, subject_id])
            if not found:
                raise NotFound(what="subject")
            operation = "subject.frozen" if state == "frozen" else "subject.thawed"
            _record(permit, operation, entity=subject_id)
    except rows.CONTENDED:
        raise Busy from None
    page, slot = found[0]
    return page, slot


def _keep_schema(permit: Permit, dataset_id: UUID, version: int, schema: Schema, clock: Clock) -> None:
    SchemaVersion.objects.create(
        customer_id=permit.customer_id,
        dataset_id=dataset_id,
        version=version,
        definition=schema.define(),
        created_at=clock.now(),
    )


def _described(schema: Schema, version: int) -> dict[str, str | int | list[str]]:
    # What lies open is said in the log, with the schema's own reasons beside it in the dataset.
    return {"version": version, "fields": len(schema.fields), "plain": [field.name for field in schema.plain]}


def _refusal(refused: Sequence[tuple[int, TrothError]]) -> TrothError:
    first, error = refused[0]
    if not isinstance(error, RowRefused):
        return error
    told = [
        {"row": number, "field": each.field, "why": each.why}
        for number, each in refused[:_REFUSALS_TOLD]
        if isinstance(each, RowRefused)
    ]
    return RowsRefused(count=len(refused), first=first, why=error.explain(), rows=told)


def _record_stored(permit: Permit, dataset_id: UUID, outcome: Outcome) -> None:
    ids = [record_id for _, record_id, _ in outcome.placed]
    counts: dict[str, str | int | list[str]] = {
        status: outcome.count(status) for status in ("stored", "updated", "unchanged", "skipped")
    }
    record(
        "records.stored",
        by=permit.actor,
        customer_id=permit.customer_id,
        entity=dataset_id,
        purpose=permit.purpose,
        reason=permit.reason,
        ids=ids,
        detail=counts,
    )


def _record(
    permit: Permit,
    operation: str,
    *,
    entity: UUID,
    subject: SubjectRef | None = None,
    detail: Mapping[str, str | int | list[str]] | None = None,
) -> None:
    record(
        operation,
        by=permit.actor,
        customer_id=permit.customer_id,
        entity=entity,
        purpose=permit.purpose,
        reason=permit.reason,
        subject=subject,
        detail=detail,
    )


__all__ = [
    "Corrected", "Deleted", "Erased", "Stored",
    "add_dataset", "correct", "delete", "extend_dataset", "freeze", "store", "thaw",
]  # fmt: skip
