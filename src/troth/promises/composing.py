"""From what states rest on to the values that pages show, in one language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.policy.clauses import Clause
from troth.policy.constraints import Words
from troth.policy.derivations import spoken
from troth.policy.terms import Terms
from troth.policy.vocabulary.words import BY_NAME
from troth.promises import catalogue, deriving, history, policies
from troth.promises.deriving import Ground
from troth.promises.history import Span
from troth.promises.models import Interval
from troth.promises.statement import ControlLine, ExceptionLine, Figure, Line, Section, TermLine
from troth.promises.terms import DEFAULT
from troth_judge.sentences import advice, sentence
from troth_judge.state import Derived, Exemption, Judged
from troth_judge.verdict import STATES, State, Verdict
from troth_judge.words import Language

_UNPROVEN: frozenset[State] = frozenset({"unverified", "stale"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What every line of one statement shares."""

    ground: Ground
    rows: Mapping[str, Sequence[Interval]]
    language: Language
    now: datetime
    customer_id: UUID | None = None


def sections(told: Telling) -> tuple[Section, ...]:
    """Return the policy in force with what is true of it."""
    pack = told.ground.policy.pack
    if pack is None:
        return ()
    return tuple(
        Section(
            id=one.id,
            title=one.title.get(told.language),
            clauses=tuple(line(told, one.id, clause) for clause in one.clauses),
        )
        for one in pack.sections
    )


def line(told: Telling, section_id: str, clause: Clause) -> Line:
    """Return one promise."""
    derived = told.ground.derive(clause, told.now)
    spans = history.spans(told.rows.get(clause.id, ()), _present(told, clause, derived))
    controls = tuple(control_line(told, one) for one in derived.controls)
    seen = [one.seen_at for one in controls if one.seen_at is not None]
    coming = [one.next_at for one in controls if one.next_at is not None]
    return Line(
        clause_id=clause.id,
        section_id=section_id,
        words=clause.words.get(told.language),
        note=_said(clause.note, told.language),
        exceeds=_said(clause.exceeds, told.language) if _borne_out(derived) else None,
        kinds=clause.kinds,
        audience=clause.audience,
        state=derived.state,
        underlying=derived.underlying,
        code=derived.because.code,
        sentence=sentence(derived.because, told.language),
        advice=advice(derived.because, told.language),
        since=spans[-1].since if spans else None,
        exception=_exception(derived.exemption),
        seen_at=max(seen, default=None),
        next_at=min(coming, default=None),
        controls=controls,
        terms=term_lines(told.ground.policy.terms, clause.terms, told.language),
        history=history.days(spans, told.now, DEFAULT.history),
        misses=history.misses(spans, told.language),
    )


def _borne_out(derived: Derived) -> bool:
    """True while every control is kept: what exceeds a clause is said by the pack, and shown true by evidence alone."""
    return bool(derived.controls) and all(one.state == "kept" for one in derived.controls)


def control_line(told: Telling, judged: Judged) -> ControlLine:
    """Return one control behind a promise."""
    control = catalogue.by_id(judged.control)
    row = told.ground.rows.get(judged.control)
    every = policies.every(judged.control)
    planned = control is None or control.kind == "planned"
    return ControlLine(
        id=judged.control,
        kind=control.kind if control else "planned",
        title=control.title[told.language] if control else judged.control,
        state=judged.state,
        code=judged.verdict.code,
        sentence=sentence(judged.verdict, told.language),
        advice=advice(judged.verdict, told.language),
        every=every,
        seen_at=row.seen_at if row else None,
        next_at=None if planned else (max(row.seen_at + every, told.now) if row else told.now),
        evidence_id=row.event_id if row else None,
        event_id=row.event_id if row else None,
        leaf_index=row.leaf_index if row else None,
    )


def term_lines(terms: Terms, names: Iterable[str], language: Language) -> tuple[TermLine, ...]:
    """Return the terms of these names, each with the derivation of what holds."""
    return tuple(
        TermLine(
            name=name,
            title=BY_NAME[name].title.get(language),
            value=spoken(terms[name], language),
            derivation=terms.explain(name, language),
        )
        for name in names
        if name in terms and name in BY_NAME
    )


def figure(lines: Sequence[Line]) -> Figure:
    """Return the overall figure: what is kept, out of everything that could be proven."""
    provable = [one for one in lines if one.state != "declared"]
    return Figure(
        kept=sum(one.state == "kept" for one in provable),
        provable=len(provable),
        unproven=sum((one.underlying or one.state) in _UNPROVEN for one in provable),
        declared=len(lines) - len(provable),
    )


def counts(lines: Sequence[Line]) -> dict[State, int]:
    """Return how many promises are in each state, every state named."""
    return {state: sum(one.state == state for one in lines) for state in STATES}


def _present(told: Telling, clause: Clause, derived: Derived) -> Span:
    """What is true now, written down or not yet: a silence since it fell, a promise since it is in force, else now."""
    since = told.now
    if "stale" in {derived.state, derived.underlying}:
        since = min(deriving.silent_since(clause, told.ground.seen) or told.now, told.now)
    elif not told.rows.get(clause.id):
        since = min(told.ground.policy.since or told.now, told.now)
    shown: Verdict = derived.because
    return Span(since=since, until=None, state=derived.state, underlying=derived.underlying, verdict=shown)


def _exception(exemption: Exemption | None) -> ExceptionLine | None:
    if exemption is None or exemption.approved_at is None:
        return None
    return ExceptionLine(
        id=UUID(exemption.id), reason=exemption.reason, until=exemption.until, approved_at=exemption.approved_at
    )


def _said(words: Words | None, language: Language) -> str | None:
    return words.get(language) if words else None
