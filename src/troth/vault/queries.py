"""Every read of the vault but scans (`scans`).

Guarantees: nothing is read without a permit for that very action; every read of personal data leaves one row in the
log, in the transaction that read it; what is frozen or erased is withheld and counted, never shown; another
customer's ids look as if they did not exist.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.actions import record as log
from troth.audit.entry import SubjectRef
from troth.kernel.errors import Invalid, NotFound
from troth.kernel.wall import within
from troth.keys.rings import Ring, ring
from troth.vault import blind, datasets, opening, rows, statements
from troth.vault.codec import NIL
from troth.vault.errors import Erased, Unfit
from troth.vault.limits import BATCH_RECORDS
from troth.vault.models import Change, Dataset, Import, Record, Subject
from troth.vault.opening import Record as Opened
from troth.vault.schema import Schema
from troth.vault.values import Type, parser

_FOUND_AT_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """An answer about many ids: `records` in the order asked for; every id is in exactly one of the three."""

    records: tuple[Opened, ...]
    missing: tuple[UUID, ...]
    withheld: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a dataset; `next` is the cursor of the following one, None on the last."""

    records: tuple[Opened, ...]
    withheld: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Described:
    """A dataset as anyone who may list datasets sees it."""

    dataset_id: UUID
    name: str
    one_record_per_subject: bool
    schema_version: int
    schema: Schema
    created_at: datetime
    records: int | None = None


@dataclass(frozen=True, slots=True)
class SubjectShown:
    """A subject: where it occurs, never who it is."""

    subject_id: UUID
    state: str
    created_at: datetime
    records: tuple[tuple[UUID, UUID], ...]
    """(dataset, record)"""
    identifiers: tuple[str, ...]
    """The kinds under which it can be found."""


def list_datasets(permit: Permit) -> list[Described]:
    """The customer's datasets, oldest first. Holds nothing personal, so it is not logged."""
    permit.require(Action.DATASETS_LIST)
    with within(permit.customer_id):
        found = Dataset.objects.filter(customer_id=permit.customer_id).order_by("dataset_id")
        return [_described(dataset) for dataset in found]


def show_dataset(permit: Permit, dataset_id: UUID, *, count: bool = False) -> Described:
    """One dataset; `count` also counts its records."""
    permit.require(Action.DATASETS_LIST)
    with within(permit.customer_id):
        dataset = Dataset.objects.filter(customer_id=permit.customer_id, dataset_id=dataset_id).first()
        if dataset is None:
            raise NotFound(what="dataset")
        held = Record.objects.filter(customer_id=permit.customer_id, dataset_id=dataset_id)
        return _described(dataset, held.count() if count else None)


def get(permit: Permit, record_id: UUID) -> Opened:
    """One record. Raises NotFound, Erased (frozen is as good as erased for who looks)."""
    permit.require(Action.RECORDS_READ)
    with within(permit.customer_id):
        keys = ring(permit.customer_id)
        found = rows.fetch(statements.RECORD, [permit.customer_id, record_id])
        if not found:
            raise NotFound(what="record")
        ((row, key),) = opening.keyed(keys, found)
        if key is None:
            raise Erased
        record = opening.open_one(permit.customer_id, key, row)
        _log(permit, keys, "record.read", entity=record_id, subject=SubjectRef(row.subject_id, key))
    return record


def get_many(permit: Permit, record_ids: Sequence[UUID]) -> Found:
    """Many records, at most `limits.BATCH_RECORDS`; what is not there or withheld is named, not an error."""
    permit.require(Action.RECORDS_READ)
    if not 1 <= len(record_ids) <= BATCH_RECORDS:
        raise Invalid(what="The batch", why=f"it needs 1 to {BATCH_RECORDS} ids")
    asked = list(dict.fromkeys(record_ids))
    with within(permit.customer_id):
        keys = ring(permit.customer_id)
        found = rows.fetch(statements.RECORDS, [asked, permit.customer_id, permit.customer_id])
        by_id = {
            row[0]: record for row, record in zip(found, opening.open_all(permit.customer_id, keys, found), strict=True)
        }
        records, missing, withheld = [], [], []
        for one in asked:
            if one not in by_id:
                missing.append(one)
            elif (record := by_id[one]) is None:
                withheld.append(one)
            else:
                records.append(record)
        answer = Found(tuple(records), tuple(missing), tuple(withheld))
        detail = {"missing": len(answer.missing), "withheld": len(answer.withheld)}
        _log(permit, keys, "records.read", ids=[record.record_id for record in answer.records], detail=detail)
    return answer


def find(permit: Permit, kind: str, value: str) -> list[Opened]:
    """All records, of any dataset, of the person who bears this identifier; empty when there is none.

    `kind` is `email`, `phone` (in E.164), `reference` or `reference:<scheme>`. The value reaches neither log nor error.
    """
    permit.require(Action.RECORDS_FIND)
    stored = _sought(kind, value)
    with within(permit.customer_id):
        keys = ring(permit.customer_id)
        digest = blind.digest(keys.stable(blind.STABLE_KEY), kind, stored)
        me = permit.customer_id
        found = rows.fetch(statements.FIND, [me, me, kind, digest, me, _FOUND_AT_MOST])
        opened = opening.keyed(keys, found)
        records = [opening.open_one(permit.customer_id, key, row) for row, key in opened if key is not None]
        subject = next((SubjectRef(row.subject_id, key) for row, key in opened if key is not None), None)
        ids = [record.record_id for record in records]
        _log(permit, keys, "record.found", subject=subject, ids=ids, detail={"kind": kind})
    return records


def find_many(permit: Permit, sought: Sequence[tuple[str, str]]) -> list[list[Opened]]:
    """The same for many (kind, value), in their order, at most `limits.BATCH_RECORDS`: one entry in the log for all."""
    permit.require(Action.RECORDS_FIND)
    if not 1 <= len(sought) <= BATCH_RECORDS:
        raise Invalid(what="The batch", why=f"it needs 1 to {BATCH_RECORDS} identifiers")
    stored = [(kind, _sought(kind, value)) for kind, value in sought]
    me = permit.customer_id
    with within(me):
        keys = ring(me)
        secret = keys.stable(blind.STABLE_KEY)
        wanted = [(kind, blind.digest(secret, kind, value)) for kind, value in stored]
        once = list(dict.fromkeys(wanted))
        matched = rows.fetch(statements.MATCH, [[kind for kind, _ in once], [digest for _, digest in once], me])
        subjects = {(kind, bytes(digest)): subject_id for kind, digest, subject_id in matched}
        asked = list(set(subjects.values()))
        found = rows.fetch(statements.SUBJECTS_RECORDS, [asked, me, me, _FOUND_AT_MOST]) if asked else []
        of: dict[UUID, list[Opened]] = {}
        for record in opening.open_all(me, keys, found):
            if record is not None:
                of.setdefault(record.subject_id, []).append(record)
        answer = [of.get(subjects[each], []) if each in subjects else [] for each in wanted]
        ids = sorted({record.record_id for records in of.values() for record in records})
        detail: dict[str, str | int | list[str]] = {"asked": len(wanted), "kinds": sorted({kind for kind, _ in wanted})}
        _log(permit, keys, "records.found", ids=ids, detail=detail)
    return answer


def _sought(kind: str, value: str) -> str:
    """The value as it is indexed; raises Invalid, which does not repeat it."""
    family, _, _ = kind.partition(":")
    if family not in {"email", "phone", "reference"}:
        raise Invalid(what="The kind of identifier", why="it is email, phone, reference or reference:<scheme>")
    type_: Type = "email" if family == "email" else "phone" if family == "phone" else "reference"
    try:
        stored = parser(type_)(value)
    except Unfit as error:
        raise Invalid(what="The identifier", why=f"it {error.why}") from None
    if stored is None:
        raise Invalid(what="The identifier", why="it is empty")
    return str(stored)


def page(permit: Permit, dataset_id: UUID, *, cursor: str | None = None, limit: int = 100) -> Page:
    """A page of a dataset's records in the order of their making."""
    permit.require(Action.RECORDS_READ)
    if not 1 <= limit <= BATCH_RECORDS:
        raise Invalid(what="The page", why=f"it needs 1 to {BATCH_RECORDS} records")
    after = read_cursor(cursor)
    with within(permit.customer_id):
        keys = ring(permit.customer_id)
        datasets.load(permit.customer_id, dataset_id)
        found = rows.fetch(statements.PAGE, [permit.customer_id, dataset_id, after, limit + 1])
        more, found = len(found) > limit, found[:limit]
        opened = opening.open_all(permit.customer_id, keys, found)
        records = tuple(record for record in opened if record is not None)
        withheld = len(found) - len(records)
        ids = [record.record_id for record in records]
        _log(permit, keys, "records.paged", entity=dataset_id, ids=ids, detail={"withheld": withheld})
    return Page(records, withheld, write_cursor(found[-1][0]) if more else None)


def show_subject(permit: Permit, subject_id: UUID) -> SubjectShown:
    """Where a subject occurs."""
    permit.require(Action.SUBJECTS_SHOW)
    with within(permit.customer_id):
        subject = Subject.objects.filter(customer_id=permit.customer_id, subject_id=subject_id).first()
        if subject is None:
            raise NotFound(what="subject")
        held = Record.objects.filter(customer_id=permit.customer_id, subject_id=subject_id).order_by("record_id")
        shown = SubjectShown(
            subject_id,
            subject.state,
            subject.created_at,
            tuple(held.values_list("dataset_id", "record_id")[:_FOUND_AT_MOST]),
            tuple(row[0] for row in rows.fetch(statements.KINDS, [permit.customer_id, subject_id])),
        )
        _log(permit, ring(permit.customer_id), "subject.shown", entity=subject_id)
    return shown


def changes(permit: Permit, record_id: UUID) -> list[Change]:
    """Who changed which fields of a record, and when, oldest first: deleted ones too, until their subject is erased."""
    permit.require(Action.RECORDS_READ)
    with within(permit.customer_id):
        found = Change.objects.filter(customer_id=permit.customer_id, record_id=record_id).order_by("change_id")
        return list(found[:_FOUND_AT_MOST])


def imports(permit: Permit, dataset_id: UUID | None = None) -> list[Import]:
    """The imports that were committed, newest first."""
    permit.require(Action.DATASETS_LIST)
    with within(permit.customer_id):
        found = Import.objects.filter(customer_id=permit.customer_id)
        if dataset_id is not None:
            found = found.filter(dataset_id=dataset_id)
        return list(found.order_by("-import_id")[:_FOUND_AT_MOST])


def write_cursor(record_id: UUID) -> str:
    """Where a page ended, for the next one."""
    return urlsafe_b64encode(record_id.bytes).decode().rstrip("=")


def read_cursor(cursor: str | None) -> UUID:
    """What `write_cursor` wrote; the start for None."""
    if cursor is None:
        return NIL
    try:
        return UUID(bytes=urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except (ValueError, NotBase64):
        raise Invalid(what="The cursor", why="it is not one that a page gave") from None


def _described(dataset: Dataset, records: int | None = None) -> Described:
    return Described(
        dataset.dataset_id,
        dataset.name,
        dataset.one_record_per_subject,
        dataset.schema_version,
        datasets.schema(dataset.customer_id, dataset.dataset_id, dataset.schema_version),
        dataset.created_at,
        records,
    )


def _log(
    permit: Permit,
    keys: Ring,
    operation: str,
    *,
    entity: UUID | None = None,
    subject: SubjectRef | None = None,
    ids: Sequence[UUID] | None = None,
    detail: Mapping[str, str | int | list[str]] | None = None,
) -> None:
    log(
        operation,
        by=permit.actor,
        customer_id=permit.customer_id,
        ring=keys,
        entity=entity,
        purpose=permit.purpose,
        reason=permit.reason,
        subject=subject,
        ids=ids,
        detail=detail,
    )
