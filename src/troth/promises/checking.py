"""One look: the observer is called, and what it saw becomes bytes.

Guarantees: no transaction is open while it looks, so that nobody waits for it; whatever it raises is an error, which is
`unverified`, never a state of its own and never lost; an error is told by its code, never by its text.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connections

from troth.kernel.clock import Clock
from troth.kernel.errors import TrothError
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.promises.control import Control
from troth.promises.scope import Scope
from troth.promises.terms import PromiseTerms
from troth_judge.facts import FactsInvalid, Value, encode, encode_terms
from troth_judge.judges import judge_of

_LOG = structlog.get_logger("troth.promises")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look brought: facts, or the code of what went wrong. `number` was drawn before it began."""

    control: str
    number: int
    seen_at: datetime
    facts: bytes | None
    error: str | None
    terms: bytes


def look(
    control: Control, *, customer_id: UUID | None, values: dict[str, Value], clock: Clock, limits: PromiseTerms
) -> Look:
    """Call the observer. The instant is that of the beginning: what changes meanwhile may be missed."""
    number = _draw(customer_id or OPERATOR)
    seen_at = clock.now()
    scope = Scope(
        now=seen_at, clock=clock, customer_id=customer_id, terms=values, home=Path(settings.TROTH_HOME), using="default"
    )
    facts, error = None, None
    try:
        facts = _facts(control, scope, limits)
    except Exception as failure:  # noqa: BLE001 - a look that fails has proven nothing, whatever it failed with
        error = failure.code if isinstance(failure, TrothError) else type(failure).__name__
        _LOG.warning("a look failed", control=control.id, error=error)
    _leave_nothing_open()
    return Look(
        control=control.id, number=number, seen_at=seen_at, facts=facts, error=error, terms=encode_terms(values)
    )


def _facts(control: Control, scope: Scope, limits: PromiseTerms) -> bytes:
    judge = judge_of(control.id)
    if control.observe is None or judge is None:
        raise FactsInvalid("nothing looks")
    found = control.observe(scope)
    if not isinstance(found, judge.facts):
        raise FactsInvalid("these are another judge's facts")
    facts = encode(found)
    if len(facts) > limits.facts_at_most:
        raise FactsInvalid("these facts are too long for the log")
    return facts


def _draw(home: UUID) -> int:
    """Return the number of this look. Sequences don't roll back: a look that is killed leaves a gap, nothing else."""
    with within(home), connections["default"].cursor() as cursor:
        cursor.execute("select nextval('promises_number')")
        return int(cursor.fetchone()[0])


def _leave_nothing_open() -> None:
    """An observer that left a transaction open would have what follows committed or undone with it: cut it off."""
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block and connection.alias in {"keeper", "probe"}:
            connection.close()
