"""Promises that were made and are made no longer: what became of them until then.

Guarantees: a promise that leaves the policy takes no miss along; whoever drops a broken clause is seen to have done so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.policy import queries as policy
from troth.promises import history, intervals, policies
from troth.promises.history import Span
from troth.promises.models import Interval
from troth.promises.statement import Miss
from troth_judge.verdict import State, Verdict
from troth_judge.words import Language

_ALL = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A promise of an earlier policy: its words, the state in which it left, and every miss."""

    clause_id: str
    pack_id: str
    words: str
    audience: tuple[str, ...]
    left_at: datetime
    state: State
    misses: tuple[Miss, ...]


def withdrawn(*, language: Language = "en", clock: Clock = SYSTEM) -> tuple[Withdrawn, ...]:
    """Return the promises that are not in the policy in force, the newest to leave first."""
    present = policies.in_force()
    if present.pack is None:
        return ()
    now = clock.now()
    by_clause: dict[tuple[str, str], list[Interval]] = {}
    for one in intervals.since(OPERATOR, 0, limit=_ALL, now=now):
        if one.sealed:
            by_clause.setdefault((one.row.pack, one.row.clause), []).append(one.row)
    there = {(present.pack.id, clause.id) for clause in present.pack.clauses}
    left = present.since or now
    found = (_told(rows, left, language) for place, rows in by_clause.items() if place not in there)
    return tuple(sorted((one for one in found if one), key=lambda one: one.left_at, reverse=True))


def _told(rows: Sequence[Interval], left: datetime, language: Language) -> Withdrawn | None:
    # Until its end is written down, it left with the policy that came into force.
    gone = Span(since=left, until=None, state=None, underlying=None, verdict=Verdict("unverified", intervals.LEFT))
    spans = history.spans(rows, gone)
    promised = [one for one in spans if one.state is not None]
    version = next((row.pack_version for row in reversed(rows) if row.state is not None), None)
    pack = policy.kept(rows[0].pack, version) if version is not None else None
    clause = pack.clause(rows[0].clause) if pack else None
    if clause is None or not promised or promised[-1].state is None:
        return None
    return Withdrawn(
        clause_id=clause.id,
        pack_id=rows[0].pack,
        words=clause.words.get(language),
        audience=clause.audience,
        left_at=spans[-1].since,
        state=promised[-1].underlying or promised[-1].state,
        misses=history.misses(spans, language),
    )
