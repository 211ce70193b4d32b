"""Every read of the log: who accessed what, and the proofs that the answer is whole.

The caller has asked the gate. Everything here reads inside the customer's wall, and opens what still opens.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from troth import keys
from troth.audit import openings, proofs
from troth.audit.entry import Openings, SubjectRef, commit, first_id
from troth.audit.errors import NotSealedYet, NotThatSize
from troth.audit.proofs import Consistency, Inclusion
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.wall import within
from troth.keys.errors import CannotOpen, CustomerKeysGone

AT_MOST = 1_000
_LARGEST = 2**63 - 1

_SELECT = """
SELECT e.leaf_index, e.event_id, e.operation, e.entity, e.leaf,
       o.who, NULL::bytea, o.who_until, o.whence, o.whence_until, o.subject, o.subject_until
FROM audit_entry AS e LEFT JOIN audit_opening AS o ON o.customer_id = e.customer_id AND o.event_id = e.event_id
WHERE e.customer_id = %(customer)b
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sealed entry for a reader: what its leaf says, and what could be opened beside it.

    `opened` maps the names of commitments to their values; what is committed to and not opened has expired, was erased,
    is the subject's own, or (named in `wrong`) does not open to what was committed.
    """

    index: int
    event_id: UUID
    time: datetime
    operation: str
    entity: str | None
    leaf: dict[str, Any]
    opened: dict[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, the newest first, and the cursor of those before them."""

    entries: list[Entry]
    next: int | None


def entries(
    customer_id: UUID,
    *,
    before: int | None = None,
    limit: int = 50,
    operation: str | Sequence[str] | None = None,
    entity: UUID | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    subject: SubjectRef | None = None,
    using: str = "default",
    clock: Clock = SYSTEM,
) -> Page:
    """Return sealed entries of one customer, the newest first.

    `before` is the last page's cursor. `operation` is one name or several; `entity` exact; `since` and `until` bound
    the event's time. With `subject`, openings under that subject's key are opened too. At most a thousand a page.
    """
    limit = max(1, min(limit, AT_MOST))
    operations = [operation] if isinstance(operation, str) else operation
    if not all(_possible(text) for text in (*(operations or ()), str(entity or ""))):
        return Page([], None)
    wheres, params = _conditions(before, operations, entity, since, until)
    sql = f"{_SELECT}{wheres} ORDER BY e.leaf_index DESC LIMIT %(limit)b"
    with within(customer_id, using=using):
        rows = proofs.read(using, sql, {"customer": customer_id, "limit": limit + 1, **params})
        key = _key(customer_id, using)
    found = [_entry(row, customer_id, key, subject, clock.now().date()) for row in rows[:limit]]
    return Page(found, found[-1].index if len(rows) > limit else None)


def entry(
    customer_id: UUID,
    event_id: UUID,
    *,
    subject: SubjectRef | None = None,
    using: str = "default",
    clock: Clock = SYSTEM,
) -> Entry | None:
    """Return one sealed entry by its event, opened as far as it opens; None where there is none, or not yet."""
    sql = f"{_SELECT} AND e.event_id = %(event)b ORDER BY e.leaf_index LIMIT 1"
    with within(customer_id, using=using):
        rows = proofs.read(using, sql, {"customer": customer_id, "event": event_id})
        key = _key(customer_id, using)
    return _entry(rows[0], customer_id, key, subject, clock.now().date()) if rows else None


def sealed(
    customer_id: UUID, event_ids: Sequence[UUID], *, using: str = "default"
) -> dict[UUID, tuple[int, dict[str, Any]]]:
    """Return where these events stand in the log and what their leaves say; who is not in it yet is missing.

    Opens nothing, and takes one statement for all: for whoever compares what is stored elsewhere with what was sealed.
    """
    with within(customer_id, using=using):
        rows = proofs.read(
            using,
            "SELECT DISTINCT ON (event_id) event_id, leaf_index, leaf FROM audit_entry"
            " WHERE customer_id = %(customer)b AND event_id = ANY (%(events)b) ORDER BY event_id, leaf_index",
            {"customer": customer_id, "events": list(event_ids)},
        )
    return {event_id: (index, leaf_of(bytes(leaf))) for event_id, index, leaf in rows}


def _possible(text: str) -> bool:
    """Say whether an entry can hold this text: the database takes neither NUL nor half a character."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def _conditions(
    before: int | None,
    operations: Sequence[str] | None,
    entity: UUID | str | None,
    since: datetime | None,
    until: datetime | None,
) -> tuple[str, dict[str, Any]]:
    """Return the conditions that were asked for, over indexed expressions, and their parameters."""
    wheres, params = [], dict[str, Any]()
    if before is not None:
        wheres.append("e.leaf_index < %(before)b")
        params["before"] = before
    if operations is not None:
        wheres.append(
            "hashtext(e.operation) IN (SELECT hashtext(name) FROM unnest(%(operations)b::text[]) AS name)"
            " AND e.operation = ANY (%(operations)b::text[])"
        )
        params["operations"] = list(operations)
    if entity is not None:
        wheres.append("hashtextextended(e.entity, 0) = hashtextextended(%(entity)b::text, 0)")
        wheres.append("e.entity = %(entity)b::text")
        params["entity"] = str(entity)
    if since is not None:
        wheres.append("e.event_id >= %(since)b")
        params["since"] = first_id(since)
    if until is not None:
        wheres.append("e.event_id < %(until)b")
        params["until"] = first_id(until)
    return "".join(f" AND {where}" for where in wheres), params


def _key(customer_id: UUID, using: str) -> bytes | None:
    """Return the key of the customer's openings, or None where it died with the customer."""
    try:
        return keys.ring(customer_id, using=using).stable(openings.KEY_NAME)
    except CustomerKeysGone:
        return None


def _entry(
    row: tuple[Any, ...], customer_id: UUID, key: bytes | None, subject: SubjectRef | None, today: date
) -> Entry:
    index, event_id, operation, entity, raw, *sealed = row
    leaf = leaf_of(raw)
    opened: Openings = {}
    wrong: list[str] = []
    try:
        opened = openings.unseal(
            openings.Sealed(*sealed), customer_id=customer_id, event_id=event_id, key=key, subject=subject, today=today
        )
    except CannotOpen:
        wrong.append("openings")
    commitments = leaf.get("commitments", {})
    wrong += [name for name, (salt, value) in opened.items() if commit(salt, value) != commitments.get(name)]
    return Entry(
        index=index,
        event_id=event_id,
        time=datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC),
        operation=operation,
        entity=entity,
        leaf=leaf,
        opened={name: value.decode() for name, (_, value) in opened.items() if name not in wrong},
        wrong=tuple(wrong),
    )


def leaf_of(raw: bytes) -> dict[str, Any]:
    """Return what a leaf says. One that is no JSON was never written by this code; it is shown as what it is."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"unreadable": raw.hex()}


def ids(customer_id: UUID, event_id: UUID, *, using: str = "default", clock: Clock = SYSTEM) -> list[UUID] | None:
    """Return the ids of a batch, in order; None where they never were kept, have expired or were erased."""
    with within(customer_id, using=using):
        rows = proofs.read(
            using,
            "SELECT ids, who_until FROM audit_opening WHERE customer_id = %(customer)b AND event_id = %(event)b",
            {"customer": customer_id, "event": event_id},
        )
        key = _key(customer_id, using)
    if not rows:
        return None
    sealed = openings.Sealed(ids=rows[0][0], who_until=rows[0][1])
    opened = openings.unseal(
        sealed, customer_id=customer_id, event_id=event_id, key=key, subject=None, today=clock.now().date()
    )
    if "ids" not in opened:
        return None
    raw = opened["ids"][1]
    return [UUID(bytes=raw[at : at + 16]) for at in range(0, len(raw), 16)]


def checkpoint(customer_id: UUID, *, size: int | None = None, using: str = "default") -> str | None:
    """Return a customer's signed checkpoint, the newest or that of a size; None where there is none."""
    if size is not None and not 0 <= size <= _LARGEST:
        return None
    with within(customer_id, using=using):
        head = proofs.customer_head(customer_id, using, size)
    return head[0].note if head else None


def overall_checkpoint(*, using: str = "default") -> str | None:
    """Return the newest signed checkpoint of the tree over all; None before the first."""
    head = proofs.overall_head(using)
    return head.note if head else None


def inclusion(customer_id: UUID, event_id: UUID, *, using: str = "default") -> Inclusion | None:
    """Return the proof that an event stands in its customer's tree, under the newest head; None before it does."""
    with within(customer_id, using=using):
        rows = proofs.read(
            using,
            "SELECT leaf_index, leaf FROM audit_entry WHERE customer_id = %(customer)b AND event_id = %(event)b"
            " ORDER BY leaf_index LIMIT 1",
            {"customer": customer_id, "event": event_id},
        )
        head = proofs.customer_head(customer_id, using)
        if not rows or head is None or head[0].size <= rows[0][0]:
            return None
        index, leaf = rows[0]
        return proofs.prove(leaf, index, head[0], proofs.customer_tiles(customer_id, using))


def overall_inclusion(customer_id: UUID, *, size: int | None = None, using: str = "default") -> Inclusion:
    """Return the proof that a customer's head (the newest, or that of a size) stands in the tree over all.

    Raises:
        NotSealedYet: the customer has no such head.
    """
    with within(customer_id, using=using):
        head = proofs.customer_head(customer_id, using, size)
        if head is None:
            raise NotSealedYet(what="This customer's log" if size is None else f"This customer's log at {size} entries")
        return proofs.overall_of(*head, using)


def consistency(customer_id: UUID, old: int, new: int | None = None, *, using: str = "default") -> Consistency:
    """Return the proof that a customer's log of `new` entries (the newest head's) begins with its first `old`.

    Raises:
        NotSealedYet: the customer has no head.
        NotThatSize: the log never had these sizes.
    """
    with within(customer_id, using=using):
        head = proofs.customer_head(customer_id, using)
        if head is None:
            raise NotSealedYet(what="This customer's log")
        size = head[0].size
        to = size if new is None else new
        if not 0 < old <= to <= size:
            raise NotThatSize(size=size, old=old, new=to)
        return proofs.continuing(old, to, proofs.customer_tiles(customer_id, using))


def unsealed(customer_id: UUID, *, using: str = "keeper") -> bool:
    """Say whether a committed entry of this customer still waits for its place in the log."""
    rows = proofs.read(
        using,
        "SELECT EXISTS (SELECT FROM audit_inbox WHERE customer_id = %(customer)b)",
        {"customer": customer_id},
    )
    return bool(rows[0][0])


def waiting(*, using: str = "keeper") -> tuple[int, datetime | None]:
    """Return how many entries wait for their place, counted to ten thousand, and the oldest one's time."""
    rows = proofs.read(
        using,
        "SELECT count(*), min(event_id::text) FROM"
        " (SELECT event_id FROM audit_inbox ORDER BY event_id LIMIT 10000) AS oldest",
        {},
    )
    count, oldest = rows[0]
    return count, None if oldest is None else datetime.fromtimestamp((UUID(oldest).int >> 80) / 1000, UTC)
