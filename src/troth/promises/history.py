"""The history of one promise as people see it: spans, days and misses. Pure.

Guarantees: no miss is ever left out, however old or short; a day shows the worst that it saw.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from troth.promises.models import Interval
from troth.promises.statement import Day, Miss
from troth.promises.telling import state_of, verdict_of
from troth_judge.sentences import sentence
from troth_judge.verdict import State, Verdict
from troth_judge.words import Language

WORST_FIRST: tuple[State, ...] = ("broken", "stale", "unverified", "at_risk", "excepted", "kept", "declared")
MISSES: frozenset[State] = frozenset({"broken", "stale"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time in which a promise was in one state. `state` None: it was not in the policy. `until` None: it lasts."""

    since: datetime
    until: datetime | None
    state: State | None
    underlying: State | None
    verdict: Verdict


def spans(rows: Iterable[Interval], now: Span | None) -> list[Span]:
    """Return what the rows tell, in order, and at its end what is true now; what is the same on both sides is one."""
    found: list[Span] = []
    told = [_span(row) for row in rows]
    if now is not None:
        told.append(now)
    for one in told:
        last = found[-1] if found else None
        if last is not None and (last.state, last.underlying) == (one.state, one.underlying):
            continue
        if last is not None:
            # A row that claims to begin before the one that it ends would take time away from that one.
            since = max(one.since, last.since)
            found[-1] = replace(last, until=since)
            found.append(replace(one, since=since))
        else:
            found.append(one)
    return found


def days(told: Sequence[Span], now: datetime, length: timedelta) -> tuple[Day, ...]:
    """Return the days of this length up to today, the oldest first: each the worst state that it saw."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for back in range(length.days - 1, -1, -1):
        begin = today - timedelta(days=back)
        end = min(begin + timedelta(days=1), now)
        seen = {one.state for one in told if one.state and one.since < end and (one.until is None or one.until > begin)}
        worst = next((state for state in WORST_FIRST if state in seen), None)
        found.append(Day(day=begin.date(), state=worst))
    return tuple(found)


def misses(told: Sequence[Span], language: Language) -> tuple[Miss, ...]:
    """Return every time ever in which it was broken or not checked, the newest first, under an exception too."""
    found = []
    for one in told:
        state = one.underlying or one.state
        if state in MISSES:
            found.append(
                Miss(
                    since=one.since,
                    until=one.until,
                    state=state,
                    code=one.verdict.code,
                    sentence=sentence(one.verdict, language),
                    excepted=one.state == "excepted",
                )
            )
    return tuple(reversed(found))


def _span(row: Interval) -> Span:
    return Span(
        since=row.since,
        until=None,
        state=state_of(row.state),
        underlying=state_of(row.underlying),
        verdict=verdict_of(row),
    )
