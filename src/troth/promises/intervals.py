"""The history of every promise's state: written when it changes, believed only where the log bears it out.

Guarantees: a row and its entry in the log are written together; a silence is dated back to when it began, so that a
worker which slept leaves no gap that looks kept; a clock that goes backwards never makes an interval begin before the
one that it ends. A row that the log does not bear out is never shown as history, and is counted; one that was taken
away or altered is told by the log instead, so that no miss leaves the history with its row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import OuterRef, Subquery

from troth.audit import witness
from troth.audit.actions import record
from troth.audit.queries import sealed
from troth.audit.witness import Place
from troth.kernel.actor import Actor
from troth.kernel.wall import within
from troth.policy.clauses import Clause
from troth.promises.deriving import Ground, silent_since
from troth.promises.models import Interval
from troth.promises.terms import DEFAULT, PromiseTerms
from troth_judge.instants import instant, instant_text
from troth_judge.state import Derived

OPERATION = "promise.changed"
LEFT = "left_the_policy"
_EVIDENCE_AT_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One row, and whether the log bears it out."""

    row: Interval
    sealed: bool
    before: str | None = None


def lock(customer_id: UUID) -> int:
    """Take this customer's writers' lock until the transaction ends, and return the new version of what readers see."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO promises_version AS known (customer_id, version) VALUES (%s, 1)"
            " ON CONFLICT (customer_id) DO UPDATE SET version = known.version + 1 RETURNING version",
            [customer_id],
        )
        return int(cursor.fetchone()[0])


def settle(
    customer_id: UUID, ground: Ground, clauses: Iterable[Clause], *, now: datetime, by: Actor
) -> list[tuple[Interval, str | None]]:
    """Write an interval for each of these clauses whose state is another than before; return them with the old state.

    Call it within the customer, holding the lock. Clauses that left the policy are closed.
    """
    pack = ground.policy.pack
    before = _last(customer_id)
    changes: list[tuple[Interval, str | None]] = []
    wanted = set()
    for clause in clauses:
        if pack is None:
            break
        wanted.add((pack.id, clause.id))
        derived = ground.derive(clause, now)
        last = before.get((pack.id, clause.id))
        if last is None or _differs(last, derived):
            since = _since(clause, derived, ground, last, now)
            row = _row(customer_id, ground, clause.id, derived, since)
            changes.append((_seal(row, by), last.state if last else None))
    for (pack_id, clause_id), last in before.items():
        if last.state is not None and (pack_id, clause_id) not in wanted:
            changes.append((_close(customer_id, last, clause_id, max(now, last.since), by), last.state))
    return changes


def history(customer_id: UUID, pack: str, *, now: datetime, limits: PromiseTerms = DEFAULT) -> list[Kept]:
    """Return every interval of a pack's clauses, the oldest first, each compared with the log."""
    with within(customer_id):
        rows = list(Interval.objects.filter(customer_id=customer_id, pack=pack).order_by("number"))
    found = _compared(customer_id, rows, now, limits)
    missed = (row for row in _taken_away(customer_id, found) if row.pack == pack)
    return sorted([*found, *(Kept(row=row, sealed=True) for row in missed)], key=_number)


def since(customer_id: UUID, number: int, *, limit: int, now: datetime) -> list[Kept]:
    """Return the intervals after a number, the oldest first, each with the state before it."""
    earlier = Interval.objects.filter(
        customer_id=customer_id, pack=OuterRef("pack"), clause=OuterRef("clause"), number__lt=OuterRef("number")
    ).order_by("-number")
    with within(customer_id):
        wanted = Interval.objects.filter(customer_id=customer_id, number__gt=number).order_by("number")
        rows = list(wanted.annotate(before=Subquery(earlier.values("state")[:1]))[:limit])
    found = _compared(customer_id, rows, now, DEFAULT)
    # Where the page is full, what lies behind its end is for the next.
    end = rows[-1].number if len(rows) == limit else None
    missed = [
        Kept(row=row, sealed=True)
        for row in _taken_away(customer_id, found)
        if row.number > number and (end is None or row.number <= end)
    ]
    return sorted([*found, *missed], key=_number)


def _number(one: Kept) -> int:
    return one.row.number


def _compared(customer_id: UUID, rows: Sequence[Interval], now: datetime, limits: PromiseTerms) -> list[Kept]:
    leaves = sealed(customer_id, [row.event_id for row in rows]) if rows else {}
    return [
        Kept(
            row=row, sealed=_borne_out(row, leaves.get(row.event_id), now, limits), before=getattr(row, "before", None)
        )
        for row in rows
    ]


def _taken_away(customer_id: UUID, found: Sequence[Kept]) -> list[Interval]:
    """Return the intervals that the log has and the table has not, or has otherwise."""
    otherwise = {one.row.event_id for one in found if not one.sealed} - {
        one.row.event_id for one in found if one.sealed
    }
    with within(customer_id):
        known = Interval.objects.filter(customer_id=customer_id).values_list("event_id", flat=True)
        besides = [event_id for event_id in known if event_id not in otherwise]
    places = witness.others(customer_id, OPERATION, besides=besides)
    return [row for place in places if (row := _told(customer_id, place)) is not None]


def _told(customer_id: UUID, place: Place) -> Interval | None:
    """Return the interval as its entry has it; None for an entry that was not written here."""
    said = place.detail
    try:
        row = Interval(
            customer_id=customer_id,
            number=int(said["number"]),
            pack=said["pack"],
            pack_version=int(said["version"]),
            clause=said["clause"],
            since=instant(said["since"]),
            state=said.get("state"),
            underlying=said.get("underlying"),
            code=said["code"],
            params=said["params"],
            evidence=",".join(said.get("evidence", ())),
            exception_id=UUID(said["exception"]) if "exception" in said else None,
            event_id=place.event_id,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return row if _detail(row) == said else None


def _last(customer_id: UUID) -> dict[tuple[str, str], Interval]:
    rows = Interval.objects.filter(customer_id=customer_id).order_by("pack", "clause", "-number")
    return {(row.pack, row.clause): row for row in rows.distinct("pack", "clause")}


def _differs(last: Interval, derived: Derived) -> bool:
    told = (derived.state, derived.underlying, derived.because.code, _exception(derived))
    return told != (last.state, last.underlying, last.code, last.exception_id)


def _exception(derived: Derived) -> UUID | None:
    return UUID(derived.exemption.id) if derived.exemption else None


def _since(clause: Clause, derived: Derived, ground: Ground, last: Interval | None, now: datetime) -> datetime:
    """Return when this state began: now; a silence when it fell; never before what it follows."""
    began = now
    if "stale" in {derived.state, derived.underlying}:
        began = min(silent_since(clause, ground.seen) or now, now)
    return began if last is None else max(began, last.since)


def _row(customer_id: UUID, ground: Ground, clause_id: str, derived: Derived, at: datetime) -> Interval:
    pack = ground.policy.pack
    if pack is None:
        raise ValueError("no policy is in force")
    events = [str(ground.rows[one.control].event_id) for one in derived.controls if one.control in ground.rows]
    return Interval(
        customer_id=customer_id,
        pack=pack.id,
        pack_version=pack.version,
        clause=clause_id,
        since=at,
        state=derived.state,
        underlying=derived.underlying,
        code=derived.because.code,
        params=json.dumps(dict(derived.because.params), ensure_ascii=False, sort_keys=True),
        evidence=",".join(events[:_EVIDENCE_AT_MOST]),
        exception_id=_exception(derived),
    )


def _close(customer_id: UUID, last: Interval, clause_id: str, at: datetime, by: Actor) -> Interval:
    row = Interval(
        customer_id=customer_id,
        pack=last.pack,
        pack_version=last.pack_version,
        clause=clause_id,
        since=at,
        state=None,
        code=LEFT,
        params="{}",
        evidence="",
    )
    return _seal(row, by)


def _seal(row: Interval, by: Actor) -> Interval:
    with connections["default"].cursor() as cursor:
        cursor.execute("select nextval('promises_number')")
        row.number = int(cursor.fetchone()[0])
    row.event_id = record(OPERATION, by=by, customer_id=row.customer_id, entity=row.clause, detail=_detail(row))
    row.save(force_insert=True)
    return row


def _detail(row: Interval) -> dict[str, str | int | list[str]]:
    """What the log seals of an interval: all of it."""
    told: dict[str, str | int | list[str] | None] = {
        "number": row.number,
        "pack": row.pack,
        "version": row.pack_version,
        "clause": row.clause,
        "since": instant_text(row.since),
        "state": row.state,
        "underlying": row.underlying,
        "code": row.code,
        "params": row.params,
        "evidence": row.evidence.split(",") if row.evidence else None,
        "exception": str(row.exception_id) if row.exception_id else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _borne_out(row: Interval, place: tuple[int, Mapping[str, Any]] | None, now: datetime, limits: PromiseTerms) -> bool:
    if place is not None:
        return place[1].get("operation") == OPERATION and place[1].get("detail") == _detail(row)
    # Not sealed yet: for some minutes that is as it should be. It may tell of now and of a silence, never of a past
    # that was better.
    fresh = abs(now - _written_at(row)) <= limits.sealed_within
    return fresh and (row.state == "stale" or abs(now - row.since) <= limits.sealed_within)


def _written_at(row: Interval) -> datetime:
    return datetime.fromtimestamp((row.event_id.int >> 80) / 1000, UTC)
