"""Storing rows in batches: the one way in for single records, API batches and imports.

Guarantees: a row either becomes (or changes) exactly one record, or is refused with its reason; a person is recognised
by any of the dataset's identifiers, also within the batch; a row whose identifiers name two people is never guessed at.
Lock order, the same for every writer: customer, subjects (by id), records (by id), identifiers (by digest).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from django.db import transaction

from troth.kernel.actor import Actor
from troth.kernel.errors import TrothError
from troth.kernel.ids import new_ids
from troth.keys.rings import ring
from troth.vault import arrays, blind, codec, datasets, identity, rows, statements
from troth.vault.blind import Digest
from troth.vault.datasets import Dataset
from troth.vault.errors import Busy, Duplicate, Frozen, TwoSubjects
from troth.vault.identity import Person
from troth.vault.limits import ATTEMPTS, LEASE_AHEAD
from troth.vault.preparing import Batch, Prepared, Preparer
from troth.vault.rehearsal import KeyRing, Rehearsal, slots
from troth.vault.schema import Field
from troth.vault.values import Stored

OnDuplicate = Literal["reject", "skip", "update"]
Status = Literal["stored", "updated", "unchanged", "skipped"]


@dataclass(slots=True, repr=False)
class Draft:
    """A record that is to be written; version 0 is not there yet."""

    record_id: UUID
    person: Person
    values: Mapping[str, Stored] | Prepared
    digests: tuple[Digest, ...]
    packed: bytes
    version: int = 0
    changed: frozenset[str] = frozenset()

    def read(self) -> Mapping[str, Stored]:
        """Its values; a row's are made when they are first asked for."""
        if isinstance(self.values, Prepared):
            self.values = self.values.given
        return self.values


@dataclass(slots=True)
class Outcome:
    """What became of a batch: each row once, either placed or refused."""

    placed: list[tuple[int, UUID, Status]] = field(default_factory=list)
    refused: list[tuple[int, TrothError]] = field(default_factory=list)

    def count(self, status: Status) -> int:
        return sum(1 for _, _, found in self.placed if found == status)


class _Held(NamedTuple):
    """A row of `statements.HOLD_RECORDS`."""

    subject_id: UUID
    record_id: UUID
    schema_version: int
    version: int
    sealed: bytes
    plain: str | None


class _Raced(Exception):
    """Another writer committed what this batch did not see when it looked."""


class Storing:
    """One writer at work on one dataset, within its customer's transaction."""

    def __init__(
        self,
        dataset: Dataset,
        *,
        by: Actor,
        on_duplicate: OnDuplicate,
        import_id: UUID | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> None:
        self.dataset, self.by, self.on_duplicate, self.import_id = dataset, by, on_duplicate, import_id
        self.rehearsal = rehearsal
        self.ahead = 0
        """For how many people more than a batch brings key slots are leased at once."""
        self.strangers = False
        """True while an import meets new people only: then asking who is known is left to the index's uniqueness."""
        self.customer_id = dataset.customer_id
        self.schema = dataset.schema
        self.binding = datasets.binding(dataset.customer_id, dataset.dataset_id, dataset.version)

    def preparer(self) -> Preparer:
        """What reads this dataset's rows."""
        return Preparer(self.schema, ring(self.customer_id).stable(blind.STABLE_KEY))

    def place(self, batch: Batch, *, now: datetime) -> Outcome:
        """Store these rows. Raises `Busy` when other writers keep getting in the way; then nothing was stored."""
        real = ring(self.customer_id)
        keys: KeyRing = real if self.rehearsal is None else self.rehearsal.over(real)
        for _ in range(ATTEMPTS):
            try:
                # A savepoint: what this batch took is let go of, and it starts over from what is there now.
                with transaction.atomic():
                    placing = _Placing(self, keys, now)
                    outcome = placing.run(batch.good)
            except (_Raced, psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected):
                self.strangers = False
                continue
            except psycopg.errors.LockNotAvailable:
                raise Busy from None
            self.strangers = self.import_id is not None and not placing.met
            outcome.refused = sorted(outcome.refused + batch.refused, key=lambda found: found[0])
            return outcome
        raise Busy


class _Placing:
    """One attempt at placing a batch: looked up, decided row by row in their order, then written at once."""

    def __init__(self, storing: Storing, keys: KeyRing, now: datetime) -> None:
        self.storing, self.keys, self.now = storing, keys, now
        self.customer_id = storing.customer_id
        self.book: dict[Digest, UUID] = {}
        self.people: dict[UUID, Person] = {}
        self.new_people: list[Person] = []
        self.there: dict[UUID, Draft] = {}
        self.recorded: dict[UUID, UUID] = {}
        self.drafts: list[Draft] = []
        self.added: dict[Digest, Person] = {}
        self.gone: set[Digest] = set()
        self.ids: Iterator[UUID] = iter(())
        self.outcome = Outcome()
        self.met = False

    def run(self, prepared: Sequence[Prepared]) -> Outcome:
        self.ids = iter(new_ids(2 * len(prepared)))
        self._look_up(prepared)
        for row in prepared:
            try:
                self._decide(row)
            except TrothError as error:
                self.outcome.refused.append((row.number, error))
        self._write()
        return self.outcome

    def _look_up(self, prepared: Sequence[Prepared]) -> None:
        storing = self.storing
        if storing.strangers:
            # Should one be known after all, its identifier is taken: the batch starts over, and asks.
            return
        wanted = {digest for row in prepared for digest in row.digests}
        self.book = identity.match(self.customer_id, wanted)
        self.met = bool(self.book)
        if not self.met:
            return
        # To change a person's identifiers one must be alone; to add to them, it is enough that nobody takes any away.
        alone = storing.on_duplicate == "update"
        self.people = identity.hold(self.customer_id, self.keys, set(self.book.values()), alone=alone)
        if identity.match(self.customer_id, wanted) != self.book:
            raise _Raced  # lock first, then judge: the identifiers moved before the lock was there
        if not self.people or not storing.dataset.one_record_per_subject:
            return
        asked = [self.customer_id, list(self.people), storing.dataset.dataset_id]
        if storing.on_duplicate != "update":
            self.recorded = dict(rows.fetch(statements.RECORDED, asked, prepare=False))
            return
        for found in rows.fetch(statements.HOLD_RECORDS, asked, prepare=False):
            draft = self._opened(_Held(*found))
            self.there[draft.person.subject_id] = draft

    def _opened(self, held: _Held) -> Draft:
        storing, person = self.storing, self.people[held.subject_id]
        named = (self.customer_id, storing.dataset.dataset_id, held.schema_version)
        bound_to = datasets.binding(*named).to(held.subject_id, held.record_id)
        values = codec.opened(person.key, datasets.schema(*named), held.sealed, bound_to) | _plain_values(held.plain)
        digests = blind.digests(self.keys.stable(blind.STABLE_KEY), storing.schema, values)
        return Draft(held.record_id, person, values, digests, b"", held.version)

    def _decide(self, row: Prepared) -> None:
        found = {self.book[digest] for digest in row.digests if digest in self.book}
        if len(found) > 1:
            raise TwoSubjects(row=row.number, kinds=", ".join(sorted(kind for kind, _ in row.digests)))
        if not found:
            return self._create_person(row)
        subject_id = found.pop()
        known = self.people.get(subject_id)
        if known is None:
            raise Frozen(why="it is being erased")
        if (there := self.there.get(subject_id)) is not None:
            return self._repeat(row, there)
        if (record_id := self.recorded.get(subject_id)) is not None:
            return self._refuse_or_skip(row, record_id)
        return self._create(row, known)

    def _create_person(self, row: Prepared) -> None:
        person = Person(next(self.ids))
        self._create(row, person)
        self.people[person.subject_id] = person
        self.new_people.append(person)

    def _create(self, row: Prepared, person: Person) -> None:
        if row.lacks is not None:
            raise row.lacks
        draft = Draft(next(self.ids), person, row, row.digests, row.packed)
        self.drafts.append(draft)
        if self.storing.dataset.one_record_per_subject:
            self.there[person.subject_id] = draft
        for digest in row.digests:
            self._take(digest, person)
        self.outcome.placed.append((row.number, draft.record_id, "stored"))

    def _take(self, digest: Digest, person: Person) -> None:
        if digest not in self.book:
            self.book[digest] = person.subject_id
            self.added[digest] = person

    def _refuse_or_skip(self, row: Prepared, record_id: UUID) -> None:
        if self.storing.on_duplicate != "skip":
            raise Duplicate(row=row.number)
        self.outcome.placed.append((row.number, record_id, "skipped"))

    def _repeat(self, row: Prepared, there: Draft) -> None:
        if self.storing.on_duplicate != "update":
            return self._refuse_or_skip(row, there.record_id)
        given, before = row.given, there.read()
        changed = {name for name, value in given.items() if before.get(name) != value}
        if not changed:
            self.outcome.placed.append((row.number, there.record_id, "unchanged"))
            return None
        schema = self.storing.schema
        values = schema.complete({**before, **given})
        packed = codec.pack(schema, values)
        self._move_identifiers(there, blind.digests(self.keys.stable(blind.STABLE_KEY), schema, values))
        if there.version and not there.changed:
            self.drafts.append(there)
        there.values, there.packed = values, packed
        there.changed |= changed
        self.outcome.placed.append((row.number, there.record_id, "updated"))
        return None

    def _move_identifiers(self, there: Draft, digests: tuple[Digest, ...]) -> None:
        lost = set(there.digests) - set(digests)
        if lost and there.person.key:
            # Whoever was here before this batch may have other records.
            lost -= identity.borne_elsewhere(self.customer_id, self.keys, there.person, lost, there.record_id)
        for digest in lost:
            self.book.pop(digest, None)
            if self.added.pop(digest, None) is None:
                self.gone.add(digest)
        for digest in digests:
            self._take(digest, there.person)
        there.digests = digests

    def _write(self) -> None:
        self._write_subjects()
        identity.remove(self.customer_id, self.gone)
        identity.add(self.customer_id, list(self.added.items()))
        self._write_records([draft for draft in self.drafts if not draft.version])
        self._rewrite_records([draft for draft in self.drafts if draft.version])

    def _write_subjects(self) -> None:
        if not self.new_people:
            return
        storing, count = self.storing, len(self.new_people)
        fresh = slots(self.customer_id, count, storing.rehearsal, ahead=storing.ahead)
        if storing.import_id is not None:
            # The longer it goes on, the more likely it is to go on.
            storing.ahead = min(storing.ahead + count, LEASE_AHEAD)
        for person, slot in zip(self.new_people, fresh, strict=True):
            person.page, person.slot, person.key = slot.page, slot.slot, slot.key
        people = self.new_people
        columns = [
            arrays.raw_uuids([person.raw for person in people]),
            arrays.bigints([person.page for person in people]),
            arrays.bigints([person.slot for person in people]),
        ]
        rows.execute(statements.INSERT_SUBJECTS, [self.customer_id, self.now, *columns])

    def _seal(self, drafts: Sequence[Draft], ids: Sequence[bytes]) -> tuple[arrays.Byteas, arrays.Texts]:
        to, plain = self.storing.binding.to_raw, self.storing.schema.plain
        blobs = codec.sealed_many(
            [
                (draft.person.key, draft.packed, to(draft.person.raw, raw))
                for draft, raw in zip(drafts, ids, strict=True)
            ]
        )
        plains = [plain_text(plain, draft.read()) for draft in drafts] if plain else [None] * len(drafts)
        return arrays.byteas(blobs), arrays.texts(plains)

    def _write_records(self, drafts: Sequence[Draft]) -> None:
        if not drafts:
            return
        dataset, now = self.storing.dataset, self.now
        fixed = [self.customer_id, dataset.dataset_id, dataset.version, dataset.one_record_per_subject or None]
        ids = [draft.record_id.bytes for draft in drafts]
        columns = [arrays.raw_uuids(ids), arrays.raw_uuids([draft.person.raw for draft in drafts])]
        moments = [self.storing.import_id, now, now]
        rows.execute(statements.INSERT_RECORDS, [*fixed, *moments, *columns, *self._seal(drafts, ids)])

    def _rewrite_records(self, drafts: Sequence[Draft]) -> None:
        if not drafts:
            return
        ids = [draft.record_id.bytes for draft in drafts]
        columns = [arrays.raw_uuids(ids), *self._seal(drafts, ids)]
        rows.execute(
            statements.UPDATE_RECORDS,
            [self.storing.dataset.version, self.now, *columns, self.customer_id],
            prepare=False,
        )
        note_changes(
            self.customer_id, "updated", drafts, by=self.storing.by, now=self.now, import_id=self.storing.import_id
        )


def note_changes(
    customer_id: UUID,
    what: str,
    drafts: Sequence[Draft],
    *,
    by: Actor,
    now: datetime,
    import_id: UUID | None = None,
) -> None:
    """Keep who changed which fields of which records; `draft.version` is the one that was there before."""
    columns = [
        arrays.uuids(new_ids(len(drafts))),
        arrays.uuids([draft.record_id for draft in drafts]),
        arrays.uuids([draft.person.subject_id for draft in drafts]),
        [draft.version + 1 for draft in drafts],
        arrays.texts([",".join(sorted(draft.changed)) for draft in drafts]),
    ]
    fixed = [customer_id, what, now, by.kind, by.account_id, import_id]
    rows.execute(statements.INSERT_CHANGES, [*fixed, *columns])


def plain_text(plain: Sequence[Field], values: Mapping[str, Stored]) -> str | None:
    """The plain fields as JSON text; None where the schema has none."""
    return msgspec.json.encode({each.name: values.get(each.name) for each in plain}).decode() if plain else None


def _plain_values(plain: str | None) -> dict[str, Stored]:
    return {} if plain is None else msgspec.json.decode(plain, type=dict[str, str | int | bool | None])
