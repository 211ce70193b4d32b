"""What a process remembers of the policy, and for how long.

Guarantees: what was decided holds in the deciding process at once and in every other within FRESH; a date that arrives
is felt at once, because what is remembered are the decisions and not which of them is in force. Reading terms costs one
small statement a second at most.
"""

import threading
import time
from collections import OrderedDict
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connections

from troth.kernel import wall
from troth.policy import agreements_kept, packs_kept
from troth.policy.agreements import Agreement
from troth.policy.packs_kept import Decision

FRESH: Final = timedelta(seconds=1)
_CUSTOMERS: Final = 4_096

_lock = threading.Lock()
_decisions: tuple[float, tuple[Decision, ...]] | None = None
_agreements: OrderedDict[UUID, tuple[float, Agreement | None]] = OrderedDict()
_generation = 0


def decisions() -> tuple[Decision, ...]:
    """Every activation, newest first, as of a second ago at most."""
    global _decisions  # noqa: PLW0603 - the process's one memory of it
    remembered, generation = _decisions, _generation
    if remembered is not None and _young(remembered[0]):
        return remembered[1]
    looked = time.monotonic()
    found = packs_kept.decisions(using=_looking())
    with _lock:
        if generation == _generation:
            _decisions = (looked, found)
    return found


def agreement(customer_id: UUID) -> Agreement | None:
    """The customer's agreement as of a second ago at most, from wherever the caller stands."""
    generation = _generation
    remembered = _agreements.get(customer_id)
    if remembered is not None and _young(remembered[0]):
        return remembered[1]
    looked = time.monotonic()
    found = agreements_kept.newest(customer_id, using=_where(customer_id))
    with _lock:
        if generation == _generation:
            _agreements[customer_id] = (looked, found)
            _agreements.move_to_end(customer_id)
            while len(_agreements) > _CUSTOMERS:
                _agreements.popitem(last=False)
    return found


def forget() -> None:
    """Look anew next time: something was decided here."""
    global _decisions, _generation  # noqa: PLW0603 - as above
    with _lock:
        _generation += 1
        _decisions = None
        _agreements.clear()


def _young(looked: float) -> bool:
    return 0 <= time.monotonic() - looked < FRESH.total_seconds()


def _looking() -> str:
    """The connection that may look at what has no wall; one whose transaction has failed answers nothing."""
    failed = connections["default"].in_atomic_block and connections["default"].needs_rollback
    return "aside" if failed else "default"


def _where(customer_id: UUID) -> str:
    """The connection that may look inside this customer: a transaction that stands elsewhere is left where it is."""
    for using in ("default", "aside"):
        if wall.standing(using) == customer_id and not connections[using].needs_rollback:
            return using
    return "default" if wall.free("default") else "aside"
