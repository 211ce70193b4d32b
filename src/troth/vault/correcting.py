"""Changing and deleting one record, under its subject's lock, for `actions`, which asks for the permit and logs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from troth.kernel.actor import Actor
from troth.kernel.errors import NotFound
from troth.keys.rings import Ring, ring
from troth.vault import blind, codec, datasets, identity, opening, rows, statements
from troth.vault.blind import Digest
from troth.vault.codec import NIL
from troth.vault.errors import Erased, Frozen, Stale, TwoSubjects
from troth.vault.identity import Person
from troth.vault.opening import Record
from troth.vault.storing import Draft, note_changes, plain_text


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction as it was made. `changed` is empty when everything was so already; then the version stays."""

    record_id: UUID
    subject_id: UUID
    version: int
    changed: tuple[str, ...]
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Deleted:
    """A record that is gone. `subject_is_empty`: it was the last; the subject has no identifiers left either, and
    stays only so that its key can still be erased."""

    record_id: UUID
    subject_id: UUID
    subject_is_empty: bool
    key: bytes = field(repr=False)


def correct(
    customer_id: UUID,
    record_id: UUID,
    changes: Mapping[str, object],
    if_version: int | None,
    *,
    by: Actor,
    now: datetime,
) -> Corrected:
    """See `actions.correct`."""
    keys = ring(customer_id)
    person, before = _held(customer_id, keys, record_id)
    if if_version is not None and if_version != before.version:
        raise Stale(version=before.version)
    dataset = datasets.load(customer_id, before.dataset_id)
    schema = dataset.schema
    given = schema.read(changes)
    changed = frozenset(name for name, value in given.items() if before.values.get(name) != value)
    if not changed:
        return Corrected(record_id, person.subject_id, before.version, (), person.key)
    values = schema.complete(before.values | given)
    _move_identifiers(customer_id, keys, person, before, blind.digests(_index_key(keys), schema, values))
    packed = codec.pack(schema, values)
    bound_to = datasets.binding(customer_id, dataset.dataset_id, dataset.version).to(person.subject_id, record_id)
    blob, plain = codec.sealed(person.key, packed, bound_to), plain_text(schema.plain, values)
    rows.execute(statements.UPDATE_RECORD, [blob, plain, dataset.version, now, customer_id, record_id])
    draft = Draft(record_id, person, values, (), packed, before.version, changed)
    note_changes(customer_id, "corrected", [draft], by=by, now=now)
    return Corrected(record_id, person.subject_id, before.version + 1, tuple(sorted(changed)), person.key)


def delete(customer_id: UUID, record_id: UUID, *, by: Actor, now: datetime) -> Deleted:
    """See `actions.delete`."""
    keys = ring(customer_id)
    person, before = _held(customer_id, keys, record_id)
    _move_identifiers(customer_id, keys, person, before, ())
    rows.execute(statements.DELETE_RECORD, [customer_id, record_id])
    draft = Draft(record_id, person, {}, (), b"", before.version)
    note_changes(customer_id, "deleted", [draft], by=by, now=now)
    left = rows.fetch(statements.SUBJECT_RECORDS, [customer_id, person.subject_id, customer_id, NIL, 1])
    return Deleted(record_id, person.subject_id, not left, person.key)


def _held(customer_id: UUID, keys: Ring, record_id: UUID) -> tuple[Person, Record]:
    """The subject locked alone, then its record, read anew under the lock."""
    found = rows.fetch(statements.SUBJECT_OF, [customer_id, record_id])
    if not found:
        raise NotFound(what="record")
    person = identity.hold(customer_id, keys, [found[0][0]], alone=True).get(found[0][0])
    row = rows.fetch(statements.RECORD, [customer_id, record_id])
    if not row:
        raise NotFound(what="record")
    if person is None:
        if row[0][-1] != "active":
            raise Frozen(why="it is being erased")
        raise Erased
    return person, opening.open_one(customer_id, person.key, opening.Row(*row[0]))


def _index_key(keys: Ring) -> bytes:
    return keys.stable(blind.STABLE_KEY)


def _move_identifiers(
    customer_id: UUID, keys: Ring, person: Person, before: Record, digests: tuple[Digest, ...]
) -> None:
    """Bring the index from what the record bore to what it bears now."""
    schema = datasets.schema(customer_id, before.dataset_id, before.schema_version)
    old = set(blind.digests(_index_key(keys), schema, before.values))
    lost = old - set(digests)
    lost -= identity.borne_elsewhere(customer_id, keys, person, lost, before.record_id)
    known = identity.match(customer_id, digests)
    if any(subject_id != person.subject_id for subject_id in known.values()):
        raise TwoSubjects(row=1, kinds=", ".join(sorted(kind for kind, _ in digests)))
    identity.remove(customer_id, lost)
    identity.add(customer_id, [(digest, person) for digest in digests if digest not in known])
