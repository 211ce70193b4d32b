"""Evidence as it is written and as it is believed.

Guarantees: a row is written together with its entry in the log, or neither is. A row is believed only for what the
entry sealed: one whose entry says something else, or that has none in time, is evidence of nothing but that
(`evidence.altered`, `evidence.unsealed`), and the promise is unverified, never what the row says. A row that was taken
away is missed: the newest evidence is the newest that the log knows, whatever rows are left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections

from troth.audit import witness
from troth.audit.actions import record
from troth.audit.queries import sealed
from troth.audit.witness import Place
from troth.kernel.actor import Actor
from troth.kernel.wall import within
from troth.promises.checking import Look
from troth.promises.models import Evidence
from troth.promises.revision import revision
from troth.promises.terms import DEFAULT, PromiseTerms
from troth_judge.facts import Value
from troth_judge.instants import instant, instant_text
from troth_judge.judging import judge
from troth_judge.state import Seen
from troth_judge.verdict import Verdict, unverified

OPERATION = "promise.observed"
_LATELY = timedelta(days=400)
_COLUMNS = "control, number, seen_at, event_id, facts, terms, revision, error, state, code"
_NEWEST = f"""
SELECT e.* FROM unnest(%(controls)s::text[]) AS wanted (control)
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM promises_evidence
    WHERE customer_id = %(customer)s AND control = wanted.control AND seen_at >= %(since)s
    ORDER BY number DESC LIMIT 1
) AS e
"""
_PAGE = f"""
SELECT e.* FROM unnest(%(controls)s::text[]) AS wanted (control)
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM promises_evidence
    WHERE customer_id = %(customer)s AND control = wanted.control{{conditions}}
    ORDER BY number DESC LIMIT %(limit)s
) AS e ORDER BY e.number DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, compared with its entry in the log. `problem` is why it is not believed."""

    customer_id: UUID
    control: str
    number: int
    seen_at: datetime
    event_id: UUID
    facts: bytes | None
    terms: bytes
    revision: str
    error: str | None
    state: str
    code: str
    leaf_index: int | None
    problem: str | None

    def seen(self, values: Mapping[str, Value]) -> Seen:
        """What it shows under these terms: judged now, whatever was said then."""
        verdict = judge(self.control, self.facts, values, error=self.error)
        # What speaks against us is believed without a seal: doubt makes nothing better.
        if self.problem is not None and verdict.state != "broken":
            verdict = unverified(self.problem)
        return Seen(at=self.seen_at, verdict=verdict)


def seal(look: Look, verdict: Verdict, *, customer_id: UUID, by: Actor) -> UUID:
    """Write the evidence and its entry, in the caller's transaction inside the customer; return the event's id."""
    detail: dict[str, str | int | list[str]] = {
        "control": look.control,
        "number": look.number,
        "seen_at": instant_text(look.seen_at),
        "terms": look.terms.decode(),
        "revision": revision(),
        "state": verdict.state,
        "code": verdict.code,
    }
    if look.facts is not None:
        detail["facts"] = look.facts.decode()
    if look.error is not None:
        detail["error"] = look.error
    event_id = record(OPERATION, by=by, customer_id=customer_id, entity=look.control, detail=detail)
    Evidence.objects.create(
        customer_id=customer_id,
        control=look.control,
        number=look.number,
        seen_at=look.seen_at,
        event_id=event_id,
        facts=look.facts,
        terms=look.terms,
        revision=revision(),
        error=look.error,
        state=verdict.state,
        code=verdict.code,
    )
    return event_id


def newest(
    customer_id: UUID, controls: Iterable[str], *, now: datetime, limits: PromiseTerms = DEFAULT
) -> dict[str, Row]:
    """Return the newest evidence of each control that has any: the one whose look began last."""
    wanted = sorted(set(controls))
    found: list[tuple[Any, ...]] = []
    # What was seen lately lies in one or two partitions; only what was not is looked for in all of them.
    for since in (now - _LATELY, datetime.min.replace(tzinfo=now.tzinfo)):
        missing = sorted(set(wanted) - {row[0] for row in found})
        if missing:
            with within(customer_id), connections["default"].cursor() as cursor:
                cursor.execute(_NEWEST, {"customer": customer_id, "controls": missing, "since": since})
                found += cursor.fetchall()
    rows = {row.control: row for row in compared(customer_id, found, now=now, limits=limits)}
    return rows | _taken_away(customer_id, wanted, rows)


def _taken_away(customer_id: UUID, wanted: Sequence[str], rows: Mapping[str, Row]) -> dict[str, Row]:
    """Return, of each control whose newest row is not the newest that the log sealed, that one."""
    # A row that waits for its seal is newer than everything that has one.
    after = {name: row.leaf_index for name, row in rows.items() if row.leaf_index is not None}
    places = witness.newer(customer_id, OPERATION, after)
    places += witness.about(customer_id, [OPERATION], [name for name in wanted if name not in rows], each=1)
    found: dict[str, Row] = {}
    for place in places:
        control = str(place.leaf.get("entity"))
        known = found.get(control) or rows.get(control)
        told = _told(customer_id, control, place, known)
        if told is not None and (known is None or told.number >= known.number):
            found[control] = told
    return found


def _told(customer_id: UUID, control: str, place: Place, known: Row | None) -> Row | None:
    """Return the row as its entry has it; for an entry that no look of ours wrote, doubt in what is known."""
    said = place.detail
    try:
        return Row(
            customer_id=customer_id,
            control=control,
            number=int(said["number"]),
            seen_at=instant(said["seen_at"]),
            event_id=place.event_id,
            facts=said["facts"].encode("utf-8", "surrogateescape") if "facts" in said else None,
            terms=said["terms"].encode("utf-8", "surrogateescape"),
            revision=said["revision"],
            error=said.get("error"),
            state=said["state"],
            code=said["code"],
            leaf_index=place.index,
            problem=None if said.get("control") == control else "evidence.altered",
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return replace(known, problem="evidence.altered") if known else None


def compared(
    customer_id: UUID, rows: Sequence[tuple[Any, ...]], *, now: datetime, limits: PromiseTerms = DEFAULT
) -> list[Row]:
    """Return the rows, each compared with what the log sealed under its event's id."""
    leaves = sealed(customer_id, [row[3] for row in rows])
    found = []
    for row in rows:
        place = leaves.get(row[3])
        facts = None if row[4] is None else bytes(row[4])
        values = dict(zip(_COLUMNS.split(", "), (*row[:4], facts, bytes(row[5]), *row[6:]), strict=True))
        problem = _problem(values, place[1] if place else None, now, limits)
        found.append(Row(**values, customer_id=customer_id, leaf_index=place[0] if place else None, problem=problem))
    return found


def page(
    customer_id: UUID,
    controls: Iterable[str],
    *,
    now: datetime,
    before: int | None = None,
    limit: int = 50,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Row]:
    """Return evidence of these controls, the newest first."""
    told: dict[str, Any] = {"controls": sorted(set(controls)), "customer": customer_id, "limit": limit}
    conditions = ""
    # Bound only where asked for: a bound that is always there would keep the planner from leaving partitions out.
    for name, value, condition in (
        ("before", before, "number < %(before)s"),
        ("since", since, "seen_at >= %(since)s"),
        ("until", until, "seen_at < %(until)s"),
    ):
        if value is not None:
            told[name] = value
            conditions += f" AND {condition}"
    sql = _PAGE.replace("{conditions}", conditions)
    with within(customer_id):
        with connections["default"].cursor() as cursor:
            cursor.execute(sql, told)
            found = cursor.fetchall()
        return compared(customer_id, found, now=now)


def _problem(row: Mapping[str, Any], leaf: dict[str, Any] | None, now: datetime, limits: PromiseTerms) -> str | None:
    if leaf is None:
        return "evidence.unsealed" if now - row["seen_at"] > limits.sealed_within else None
    said = leaf.get("detail")
    if leaf.get("operation") != OPERATION or not isinstance(said, dict):
        return "evidence.altered"
    stored = {
        "control": row["control"],
        "number": row["number"],
        "seen_at": instant_text(row["seen_at"]),
        "facts": _text(row["facts"]),
        "terms": _text(row["terms"]),
        "revision": row["revision"],
        "error": row["error"],
        "state": row["state"],
        "code": row["code"],
    }
    return None if {name: value for name, value in stored.items() if value is not None} == said else "evidence.altered"


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "surrogateescape")
