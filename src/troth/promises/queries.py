"""Every read of promises. The caller has asked the gate, where what it shows is not public.

Guarantees: a state that is shown was derived when it was read, from the newest evidence as the log sealed it, under
the terms in force then: no row is taken at its word, and no silence is waited for.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.promises import catalogue, composing, deriving, exceptions, intervals, policies
from troth.promises import evidence as kept_evidence
from troth.promises.composing import Telling
from troth.promises.deriving import Ground
from troth.promises.errors import UnknownControl
from troth.promises.exceptions import Known
from troth.promises.intervals import Kept
from troth.promises.models import Interval, Version
from troth.promises.statement import (
    BoardRow,
    Change,
    ControlPage,
    EvidencePage,
    EvidenceRow,
    Line,
    PackRef,
    Statement,
)
from troth.promises.telling import state_of, verdict_of
from troth_judge.sentences import sentence
from troth_judge.state import Binding, judged, stale_at
from troth_judge.verdict import STATES, State
from troth_judge.words import Language

PAGE_AT_MOST = 500


def statement(customer_id: UUID | None = None, *, language: Language = "en", clock: Clock = SYSTEM) -> Statement:
    """Return the whole policy with what is true of it: for everybody, or for one customer with its own terms."""
    # Read before everything else: what changes meanwhile is shown and seen again, never missed.
    token = version(customer_id)
    now = clock.now()
    ground = deriving.ground(customer_id, now=now)
    pack = ground.policy.pack
    rows, discarded = _histories(customer_id, ground, now)
    told = Telling(ground=ground, rows=rows, language=language, now=now, customer_id=customer_id)
    sections = composing.sections(told)
    lines = [line for section in sections for line in section.clauses]
    return Statement(
        language=language,
        customer_id=customer_id,
        pack=_pack_ref(ground, language) if pack else None,
        in_force_since=ground.policy.since,
        evaluated_at=now,
        version=token,
        figure=composing.figure(lines),
        counts=composing.counts(lines),
        sections=sections,
        valid_until=_valid_until(ground, now),
        discarded=discarded,
    )


def version(customer_id: UUID | None = None) -> int:
    """Return a token that is another after every change which `statement` would show, but for the passing of time.

    `Statement.valid_until` says until when time alone changes nothing.
    """
    parts: list[object] = [policies.in_force(customer_id).number, policies.agreement_token(customer_id)]
    for home in {OPERATOR, customer_id or OPERATOR}:
        with within(home):
            found = Version.objects.filter(customer_id=home).values_list("version", flat=True).first()
        parts.append(found or 0)
    if customer_id is None:
        # The platform's own rises with every change, for whoever compares.
        return int(str(parts[2])) * 1_000 + int(str(parts[0])) % 1_000
    return crc32(repr(sorted(map(str, parts))).encode())


def control(
    control_id: str, *, language: Language = "en", customer_id: UUID | None = None, clock: Clock = SYSTEM
) -> ControlPage:
    """Return one control with what it saw last. Raises UnknownControl."""
    found = catalogue.by_id(control_id)
    if found is None:
        raise UnknownControl(what="control", control=control_id)
    now = clock.now()
    ground = deriving.ground(customer_id, now=now)
    pack = ground.policy.pack
    told = Telling(ground=ground, rows={}, language=language, now=now, customer_id=customer_id)
    binding = Binding(control=found.id, every=found.every, planned=found.kind == "planned")
    line = composing.control_line(told, judged(binding, ground.seen.get(found.id), now))
    recent = [] if found.observe is None else kept_evidence.page(customer_id or OPERATOR, [found.id], now=now, limit=20)
    return ControlPage(
        id=found.id,
        kind=found.kind,
        title=found.title[language],
        sees=found.sees[language],
        could_lie_if=found.could_lie_if[language],
        every=found.every,
        per_customer=found.per_customer,
        line=line,
        terms=composing.term_lines(ground.policy.terms, found.terms, language),
        clauses=tuple(clause.id for clause in pack.clauses if found.id in clause.controls) if pack else (),
        evidence=tuple(_evidence_row(row, ground, language) for row in recent),
    )


def evidence(
    control_id: str | None = None,
    *,
    customer_id: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
    since: datetime | None = None,
    until: datetime | None = None,
    language: Language = "en",
    clock: Clock = SYSTEM,
) -> EvidencePage:
    """Return sealed evidence of one control, or of all, the newest first; `before` is the last page's `older_than`."""
    if control_id is not None and catalogue.by_id(control_id) is None:
        raise UnknownControl(what="control", control=control_id)
    wanted = [control_id] if control_id else [one.id for one in catalogue.CONTROLS if one.observe is not None]
    now, size = clock.now(), max(1, min(limit, PAGE_AT_MOST))
    rows = kept_evidence.page(
        customer_id or OPERATOR, wanted, now=now, before=before, limit=size + 1, since=since, until=until
    )
    ground = Ground(policy=policies.in_force(customer_id), rows={}, seen={}, exemptions={})
    shown = tuple(_evidence_row(row, ground, language) for row in rows[:size])
    return EvidencePage(rows=shown, older_than=shown[-1].number if len(rows) > size else None)


def board(
    *,
    states: Iterable[State] = STATES,
    section: str | None = None,
    language: Language = "en",
    customer_id: UUID | None = None,
    clock: Clock = SYSTEM,
) -> list[BoardRow]:
    """Return the promises in these states, the most urgent first: worst state, then what falls due soonest."""
    found = statement(customer_id, language=language, clock=clock)
    wanted = frozenset(states)
    rows = [
        _board_row(found, each.title, line)
        for each in found.sections
        for line in each.clauses
        if line.state in wanted and section in {None, each.id}
    ]
    far = found.evaluated_at + timedelta(days=36_500)
    return sorted(rows, key=lambda row: (_URGENT.index(row.state), row.due_at or far, row.clause_id))


def changes(
    since: int = 0,
    *,
    customer_id: UUID | None = None,
    limit: int = 100,
    language: Language = "en",
    clock: Clock = SYSTEM,
) -> list[Change]:
    """Return the changes of promises' states after a number, the oldest first; only what the log bears out."""
    home = customer_id or OPERATOR
    found = intervals.since(home, since, limit=max(1, min(limit, PAGE_AT_MOST)), now=clock.now())
    return [_change(kept, language) for kept in found if kept.sealed]


def newest_changes(
    *, customer_id: UUID | None = None, limit: int = 50, language: Language = "en", clock: Clock = SYSTEM
) -> list[Change]:
    """Return the newest changes, the newest first; only what the log bears out."""
    home, size = customer_id or OPERATOR, max(1, min(limit, PAGE_AT_MOST))
    with within(home):
        numbers = Interval.objects.filter(customer_id=home).order_by("-number").values_list("number", flat=True)[:size]
        last = min(numbers, default=0)
    found = intervals.since(home, last - 1, limit=PAGE_AT_MOST, now=clock.now())
    return [_change(kept, language) for kept in reversed(found) if kept.sealed][:size]


def exceptions_asked(*, clock: Clock = SYSTEM) -> list[Known]:
    """Return every exception ever asked for from the policy in force, the newest first."""
    pack = policies.in_force().pack
    return exceptions.known(pack.id, now=clock.now()) if pack else []


_URGENT: tuple[State, ...] = ("broken", "stale", "at_risk", "unverified", "excepted", "kept", "declared")


def _histories(customer_id: UUID | None, ground: Ground, now: datetime) -> tuple[dict[str, list[Interval]], int]:
    """Return each clause's own intervals, and how many rows were left out because the log does not bear them out."""
    pack = ground.policy.pack
    if pack is None:
        return {}, 0
    kept = intervals.history(OPERATOR, pack.id, now=now)
    if customer_id is not None:
        own = {clause.id for clause in deriving.own_clauses(pack)}
        kept = [one for one in kept if one.row.clause not in own]
        kept += [one for one in intervals.history(customer_id, pack.id, now=now) if one.row.clause in own]
    return _by_clause(kept), sum(not one.sealed for one in kept)


def _by_clause(kept: Iterable[Kept]) -> dict[str, list[Interval]]:
    found: dict[str, list[Interval]] = {}
    for one in kept:
        if one.sealed:
            found.setdefault(one.row.clause, []).append(one.row)
    return found


def _pack_ref(ground: Ground, language: Language) -> PackRef | None:
    pack = ground.policy.pack
    if pack is None:
        return None
    return PackRef(id=pack.id, version=pack.version, title=pack.title.get(language), digest=ground.policy.digest)


def _valid_until(ground: Ground, now: datetime) -> datetime:
    """Return the next instant at which time alone changes a state, or at which waiting evidence should be sealed."""
    found = [now + timedelta(minutes=1)]
    for name, seen in ground.seen.items():
        found.append(stale_at(Binding(control=name, every=policies.every(name)), seen))
        if ground.rows[name].leaf_index is None:
            found.append(now + timedelta(seconds=1))
    for told in ground.exemptions.values():
        found += [one.until for one in told]
    return min(at for at in found if at > now)


def _evidence_row(row: kept_evidence.Row, ground: Ground, language: Language) -> EvidenceRow:
    known = catalogue.by_id(row.control)
    seen = row.seen({} if known is None else ground.policy.values(known))
    text = (row.facts or b"{}").decode("utf-8", "replace")
    return EvidenceRow(
        evidence_id=row.event_id,
        number=row.number,
        customer_id=row.customer_id,
        control_id=row.control,
        seen_at=row.seen_at,
        state=seen.verdict.state,
        code=seen.verdict.code,
        sentence=sentence(seen.verdict, language),
        facts=_facts(text),
        facts_json=text,
        terms_json=row.terms.decode("utf-8", "replace"),
        revision=row.revision,
        error=row.error,
        event_id=row.event_id,
        leaf_index=row.leaf_index,
        problem=row.problem,
    )


def _facts(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _board_row(found: Statement, section: str, line: Line) -> BoardRow:
    due = [one.seen_at + one.every for one in line.controls if one.seen_at is not None]
    if line.exception is not None:
        due.append(line.exception.until)
    return BoardRow(
        clause_id=line.clause_id,
        pack_id=found.pack.id if found.pack else "",
        section=section,
        words=line.words,
        kinds=line.kinds,
        state=line.state,
        underlying=line.underlying,
        sentence=line.sentence,
        advice=line.advice,
        since=line.since,
        due_at=min(due, default=None),
        controls=line.controls,
        exception=line.exception,
    )


def _change(kept: Kept, language: Language) -> Change:
    row = kept.row
    verdict = verdict_of(row)
    return Change(
        number=row.number,
        customer_id=row.customer_id,
        clause_id=row.clause,
        pack_id=row.pack,
        since=row.since,
        before=state_of(kept.before),
        state=state_of(row.state),
        code=row.code,
        sentence=sentence(verdict, language),
        params=dict(verdict.params),
    )
