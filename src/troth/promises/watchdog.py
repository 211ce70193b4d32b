"""Silence is found and written down as what it is, whether or not anybody looks at a page.

Reading finds it too (`troth_judge.state.derive` knows the time): a dead watchdog can't keep a promise looking kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections

from troth.kernel.ids import OPERATOR
from troth.promises import policies
from troth.promises.control import Control
from troth.promises.evidence import newest
from troth.promises.terms import DEFAULT, PromiseTerms
from troth.tenancy import queries as tenancies
from troth.tenancy.models import State
from troth_judge.state import GRACE

KEEPER = "keeper"
_NEWEST = """
SELECT wanted.customer_id, control.id, e.seen_at, e.error, e.state
FROM unnest(%(customers)s::uuid[]) AS wanted (customer_id) CROSS JOIN unnest(%(controls)s::text[]) AS control (id)
CROSS JOIN LATERAL (
    SELECT seen_at, error, state FROM promises_evidence
    WHERE customer_id = wanted.customer_id AND control = control.id AND seen_at >= %(since)s
    ORDER BY number DESC LIMIT 1
) AS e
"""
_LATELY = timedelta(days=400)


class Last(NamedTuple):
    """What the schedule needs of a control's newest evidence."""

    seen_at: datetime
    error: str | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A look that should be taken, and since when."""

    control: Control
    customer_id: UUID | None
    since: datetime


def due(now: datetime, limits: PromiseTerms = DEFAULT) -> list[Due]:
    """Return what should be looked at now, the longest overdue first; the platform's own before customers'."""
    policy = policies.in_force()
    if policy.pack is None:
        return []
    controls = policies.controls(policy.pack)
    rows = newest(OPERATOR, [one.id for one in controls], now=now)
    found = []
    for control in controls:
        row = rows.get(control.id)
        at = _due_at(control, Last(row.seen_at, row.error, row.state) if row else None, now, limits, policy.since)
        if at <= now:
            found.append(Due(control=control, customer_id=None, since=at))
    of_customers = _of_customers(pack_own(controls), now, limits, policy.since)
    return sorted(found, key=lambda one: one.since) + sorted(of_customers, key=_since)


def pack_own(controls: tuple[Control, ...]) -> tuple[Control, ...]:
    """Return those that are observed for each customer."""
    return tuple(control for control in controls if control.per_customer)


def silent(now: datetime) -> Iterator[UUID]:
    """Yield the customers for whom a control has been silent for longer than it may."""
    pack = policies.in_force().pack
    if pack is None:
        return
    own = pack_own(policies.controls(pack))
    seen = _seen(own, now)
    for customer_id in _customers():
        for control in own:
            last = seen.get((customer_id, control.id))
            if last is not None and now > last.seen_at + control.every * (1 + GRACE):
                yield customer_id
                break


def _since(one: Due) -> datetime:
    return one.since


def _of_customers(
    own: tuple[Control, ...], now: datetime, limits: PromiseTerms, since: datetime | None
) -> Iterator[Due]:
    seen = _seen(own, now)
    for customer_id in _customers() if own else ():
        for control in own:
            at = _due_at(control, seen.get((customer_id, control.id)), now, limits, since)
            if at <= now:
                yield Due(control=control, customer_id=customer_id, since=at)


def _seen(own: tuple[Control, ...], now: datetime) -> dict[tuple[UUID, str], Last]:
    """Return when each was last looked at: across customers, with the login that may; of evidence the time alone."""
    if not own:
        return {}
    told: dict[str, Any] = {"customers": _customers(), "controls": [one.id for one in own], "since": now - _LATELY}
    with connections[KEEPER].cursor() as cursor:
        cursor.execute(_NEWEST, told)
        return {(customer_id, control): Last(*told) for customer_id, control, *told in cursor.fetchall()}


def _customers() -> list[UUID]:
    return [one.customer_id for one in tenancies.customers() if one.state == State.ACTIVE]


def _due_at(
    control: Control, last: Last | None, now: datetime, limits: PromiseTerms, since: datetime | None
) -> datetime:
    """When the next look is due. Terms that came into force after the last one make it due then: what the platform
    does follows them, and what was seen before says nothing of it."""
    if last is None:
        return datetime.min.replace(tzinfo=now.tzinfo)
    if control.terms and since is not None and last.seen_at < since:
        return since
    # A clock that was ahead is not waited for.
    began = min(last.seen_at, now)
    if last.error is not None:
        return began + min(limits.again_after_error, control.every) - limits.early
    if last.state == "unverified" and control.kind != "attested":
        # What could not be shown yet is looked for sooner: a canary's deletion may have ended meanwhile.
        return began + control.every * limits.again_unproven
    return began + max(control.every - limits.early, control.every / 2)
