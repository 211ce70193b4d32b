"""Who is who: digests to subjects, and which identifiers a subject still bears.

A subject bears an identifier as long as one of its records holds it. That is asked of the records themselves, opened
in the same transaction under the subject's lock, and so never drifts as a counter would.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from troth.vault import arrays, blind, datasets, opening, rows, statements
from troth.vault.blind import Digest
from troth.vault.codec import NIL
from troth.vault.rehearsal import KeyRing

_AT_A_TIME = 500


@dataclass(slots=True)
class Person:
    """A subject while it is worked on."""

    subject_id: UUID
    page: int = -1
    slot: int = -1
    key: bytes = b""
    raw: bytes = b""
    """The id's bytes, which are asked for many times."""

    def __post_init__(self) -> None:
        self.raw = self.subject_id.bytes

    def __repr__(self) -> str:
        return f"Person({self.subject_id})"


def match(customer_id: UUID, wanted: Collection[Digest]) -> dict[Digest, UUID]:
    """The subjects that these identifiers belong to now."""
    if not wanted:
        return {}
    found = rows.fetch(statements.MATCH, [*_packed(wanted), customer_id], prepare=False)
    return {(kind, digest): subject_id for kind, digest, subject_id in found}


def hold(customer_id: UUID, ring: KeyRing, subjects: Collection[UUID], *, alone: bool = False) -> dict[UUID, Person]:
    """Lock these subjects until the transaction ends, shared or alone; whoever is frozen or erased is left out."""
    if not subjects:
        return {}
    statement = statements.HOLD_SUBJECTS_ALONE if alone else statements.HOLD_SUBJECTS
    found = rows.fetch(statement, [customer_id, list(subjects)], prepare=False)
    keys = ring.keys([(page, slot) for _, page, slot in found])
    return {
        subject_id: Person(subject_id, page, slot, key)
        for (subject_id, page, slot), key in zip(found, keys, strict=True)
        if key is not None
    }


def borne_elsewhere(
    customer_id: UUID, ring: KeyRing, person: Person, digests: Iterable[Digest], except_record: UUID
) -> set[Digest]:
    """Which of these identifiers another record of the subject still holds."""
    asked, borne, last = set(digests), set[Digest](), NIL
    if not asked:
        return borne
    key = ring.stable(blind.STABLE_KEY)
    while found := rows.fetch(
        statements.SUBJECT_RECORDS, [customer_id, person.subject_id, customer_id, last, _AT_A_TIME]
    ):
        for row in map(opening.Row._make, found):
            if row.record_id != except_record:
                record = opening.open_one(customer_id, person.key, row)
                schema = datasets.schema(customer_id, row.dataset_id, row.schema_version)
                borne |= asked & set(blind.digests(key, schema, record.values))
        last = found[-1][0]
        if borne == asked:
            break
    return borne


def add(customer_id: UUID, wanted: Sequence[tuple[Digest, Person]]) -> None:
    """Give identifiers to subjects. psycopg's UniqueViolation says that another writer was first with one of them."""
    if wanted:
        # In one order for all writers, so that two of them seldom wait for each other crosswise.
        ordered = sorted(wanted, key=lambda one: one[0][1])
        subjects = arrays.raw_uuids([person.raw for _, person in ordered])
        columns = _packed([digest for digest, _ in ordered])
        rows.execute(statements.INSERT_IDENTIFIERS, [customer_id, *columns, subjects])


def remove(customer_id: UUID, gone: Collection[Digest]) -> None:
    """Take identifiers away."""
    if gone:
        rows.execute(
            statements.DELETE_IDENTIFIERS, [*_packed(sorted(gone, key=lambda one: one[1])), customer_id], prepare=False
        )


def _packed(digests: Collection[Digest]) -> tuple[arrays.Texts, arrays.Byteas]:
    return arrays.texts([kind for kind, _ in digests]), arrays.byteas([digest for _, digest in digests])
