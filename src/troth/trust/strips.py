"""The 90 days of a promise as a strip: one path for each state, each state of another height as well as another colour.

Guarantees: every day of the history is in the strip, and its label counts them all; a bad day is never narrower than
a good one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext, ngettext

from troth.promises.statement import Day
from troth.trust.marks import MARKS, word
from troth_judge.verdict import STATES, State

HEIGHT = 18
TOPS: dict[State, int] = {
    "kept": 6,
    "at_risk": 3,
    "broken": 0,
    "stale": 11,
    "unverified": 15,
    "excepted": 9,
    "declared": 15,
}
"""Where a day of the state begins, from above: what is worst stands out."""
SEEN = frozenset[State]({"kept", "at_risk", "broken", "stale", "excepted"})


@dataclass(frozen=True, slots=True)
class Strip:
    """What the template draws. `width` is the number of days, and of units of the view box.

    `first` is the first day of which anything is known, where that is not the strip's first.
    """

    width: int
    first: date | None
    paths: tuple[tuple[str, str], ...]
    label: str


def strip(history: Sequence[Day], now: State = "unverified") -> Strip | None:
    """The strip; None where there is nothing to show: nothing was seen, on any day or `now`, that could hold."""
    if not any(day.state in SEEN for day in history) and (now not in SEEN or not any(day.state for day in history)):
        return None
    known = next(day.day for day in history if day.state)
    drawn: dict[State, list[str]] = {}
    for state, first, length in _runs(history):
        if state is not None:
            top = TOPS[state]
            drawn.setdefault(state, []).append(f"M{first} {top}h{length}v{HEIGHT - top}h-{length}z")
    paths = tuple((MARKS[state], "".join(drawn[state])) for state in STATES if state in drawn)
    return Strip(len(history), known if known != history[0].day else None, paths, _label(history))


def _runs(history: Sequence[Day]) -> Iterator[tuple[State | None, int, int]]:
    at = 0
    for _, days in groupby(history, key=lambda day: day.state):
        run = list(days)
        yield run[0].state, at, len(run)
        at += len(run)


def _label(history: Sequence[Day]) -> str:
    counted = Counter(day.state for day in history if day.state)
    days = sum(counted.values())
    told = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if set(counted) == {"kept"}:
        return gettext("%(days)s, kept on each") % {"days": told}
    parts = ", ".join(f"{word(state).lower()} {counted[state]}" for state in STATES if counted[state])
    return f"{told}: {parts}"
