"""What can be seen of the log from outside: for the controls, which judge the promises about it.

Guarantees: reads only, but for attempts that are rolled back (`attempts`); ids, counts, times and what leaves say in
the clear, so that it may be sealed as evidence; nothing here locks a row. Each look is bounded by what it is handed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connections

from troth.audit import proofs
from troth.audit.entry import first_id
from troth.kernel.wall import within

Leaf = dict[str, Any]

_WAITING = (
    "SELECT event_id, leaf FROM audit_inbox WHERE customer_id = %(customer)b AND event_id >= %(first)b LIMIT 10000"
)
_SEALED = (
    "SELECT event_id, leaf FROM audit_entry WHERE customer_id = %(customer)b AND event_id >= %(first)b"
    " ORDER BY event_id DESC LIMIT %(limit)b"
)
_STAFF = (
    "SELECT event_id, leaf FROM (SELECT event_id, leaf FROM audit_entry WHERE customer_id = %(customer)b"
    " AND event_id >= %(first)b ORDER BY event_id DESC LIMIT %(limit)b) AS newest"
    " WHERE position('\"home\":'::bytea IN leaf) > 0"
)
_OVERDUE = (
    "SELECT count(*), min(least(who_until, whence_until, subject_until)),"
    " (SELECT EXISTS (SELECT FROM audit_opening {where}))"
    " FROM audit_opening {where} {joint}"
    " (who_until < %(today)b OR whence_until < %(today)b OR subject_until < %(today)b)"
)
_FURTHEST = (
    "SELECT max(greatest(who_until, whence_until, subject_until)) FROM"
    " (SELECT * FROM audit_opening WHERE customer_id = %(customer)b ORDER BY event_id DESC LIMIT 1000) AS newest"
)


@dataclass(frozen=True, slots=True)
class Overdue:
    """Openings past their day, the oldest such day, and whether there is any opening at all."""

    count: int
    oldest: date | None
    there: bool


def _where(event: tuple[UUID, bytes]) -> tuple[UUID, Leaf]:
    try:
        read = json.loads(event[1])
    except (ValueError, RecursionError):
        read = None
    return event[0], read if isinstance(read, dict) else {}


def time_of(event_id: UUID) -> datetime:
    """The instant that a UUIDv7 begins with."""
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)


def sealed(customer_id: UUID, *, since: datetime, at_most: int, using: str = "default") -> list[tuple[UUID, Leaf]]:
    """The newest sealed leaves since an instant, each with its event."""
    where = {"customer": customer_id, "first": first_id(since), "limit": at_most}
    with within(customer_id, using=using):
        return [_where((event, leaf)) for event, leaf in proofs.read(using, _SEALED, where)]


def waiting(customer_id: UUID, *, since: datetime) -> list[tuple[UUID, Leaf]]:
    """Leaves that are committed and have no place yet, read by a login that may look at the inbox.

    Raises:
        LookupError: this process has none (the worker has).
    """
    using = next((one for one in ("probe", "keeper", "sealer") if one in connections.databases), None)
    if using is None:
        raise LookupError("no login of this process may look at the inbox")
    with within(customer_id, using=using):
        found = proofs.read(using, _WAITING, {"customer": customer_id, "first": first_id(since)})
    return [_where((event, leaf)) for event, leaf in found]


def staff(customer_id: UUID, *, since: datetime, among: int, using: str = "default") -> list[tuple[UUID, Leaf]]:
    """Of the newest sealed leaves those whose actor came from elsewhere: the operator's people, command line, jobs."""
    where = {"customer": customer_id, "first": first_id(since), "limit": among}
    with within(customer_id, using=using):
        found = [_where((event, leaf)) for event, leaf in proofs.read(using, _STAFF, where)]
    return [(event, leaf) for event, leaf in found if "home" in leaf.get("actor", {})]


def count(customer_id: UUID, operation: str, *, using: str = "default") -> int:
    """How many entries of an operation are sealed."""
    sql = (
        "SELECT count(*) FROM audit_entry WHERE customer_id = %(customer)b"
        " AND hashtext(operation) = hashtext(%(operation)b::text) AND operation = %(operation)b::text"
    )
    with within(customer_id, using=using):
        ((found,),) = proofs.read(using, sql, {"customer": customer_id, "operation": operation})
    return int(found)


def entries(customer_id: UUID, *, using: str = "default") -> int:
    """How many entries the newest head has."""
    with within(customer_id, using=using):
        head = proofs.customer_head(customer_id, using)
    return head[0].size if head else 0


def overdue(today: date, customer_ids: Iterable[UUID], *, everyone: bool) -> Overdue:
    """Openings past their day: of everyone by the keeper's login where there is one, else customer by customer."""
    if everyone and "keeper" in connections.databases:
        rows = proofs.read("keeper", _OVERDUE.format(where="", joint="WHERE"), {"today": today})
        return Overdue(*rows[0])
    sql = _OVERDUE.format(where="WHERE customer_id = %(customer)b", joint="AND")
    found = []
    for customer_id in customer_ids:
        with within(customer_id):
            found += proofs.read("default", sql, {"today": today, "customer": customer_id})
    days = [oldest for _, oldest, _ in found if oldest is not None]
    return Overdue(sum(number for number, _, _ in found), min(days, default=None), any(there for *_, there in found))


def furthest(customer_ids: Sequence[UUID], *, using: str = "default") -> date | None:
    """The last day to which any of the customers' newest openings is set."""
    days = []
    for customer_id in customer_ids:
        with within(customer_id, using=using):
            ((day,),) = proofs.read(using, _FURTHEST, {"customer": customer_id})
        if day is not None:
            days.append(day)
    return max(days, default=None)
