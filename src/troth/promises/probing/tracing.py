"""Following what was done into the sealed log: is it there, does it say enough, how long did it wait.

Guarantees: an entry is recognised by its request's id, so that nobody else's is taken for it; what is neither in the
inbox nor in the log (asked in this order: the sealer only ever moves it from one to the other) was never written.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from troth.audit import evidence, queries
from troth.audit.evidence import Leaf
from troth.audit.terms import DEFAULT
from troth.kernel.clock import SYSTEM

PATIENCE = DEFAULT.sealed_within * 10
"""How long a probe waits: ten times as long as the log itself aims at."""
_LOOK_SECONDS = 0.1
_SLACK = timedelta(seconds=5)
_AT_MOST = 5_000


def _anything(_: Leaf) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Something that was done and must stand in this customer's log.

    `says` looks at the leaf; `opens` names a commitment and the value to which it must open.
    """

    name: str
    customer_id: UUID
    request_id: UUID
    operation: str
    says: Callable[[Leaf], bool] = _anything
    opens: tuple[str, str] | None = None


@dataclass(slots=True)
class Followed:
    """What became of the traces, by name. `slowest` waited longest of those that were sealed."""

    unlogged: list[str] = field(default_factory=list)
    vague: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    slowest: timedelta | None = None


def follow(traces: Iterable[Trace], *, since: datetime, patience: timedelta = PATIENCE) -> Followed:
    """Look until each is sealed, or patience ends. Call it outside any transaction.

    Raises:
        LookupError: this process has no login that may look at the inbox.
    """
    found, open_ = Followed(), {trace.name: trace for trace in traces}
    deadline = time.monotonic() + patience.total_seconds()
    while open_:
        waiting, places = _look(open_.values(), since - _SLACK)
        for name, trace in list(open_.items()):
            place = places.get((trace.request_id, trace.operation))
            if place is not None:
                _judge(trace, *place, found)
            elif (trace.request_id, trace.operation) not in waiting:
                found.unlogged.append(name)
            else:
                continue
            del open_[name]
        if open_ and time.monotonic() > deadline:
            found.waiting += open_
            break
        if open_:
            time.sleep(_LOOK_SECONDS)
    return found


Key = tuple[UUID, str]


def _look(traces: Iterable[Trace], since: datetime) -> tuple[set[Key], dict[Key, tuple[UUID, Leaf]]]:
    """Those in the inbox, then those in the log."""
    customers = {trace.customer_id for trace in traces}
    waiting = {_key(leaf) for one in customers for _, leaf in evidence.waiting(one, since=since)}
    places = {
        _key(leaf): (event, leaf)
        for one in customers
        for event, leaf in evidence.sealed(one, since=since, at_most=_AT_MOST)
    }
    return waiting, places


def _key(leaf: Leaf) -> Key:
    try:
        return UUID(str(leaf.get("request_id"))), str(leaf.get("operation"))
    except ValueError:
        return UUID(int=0), ""


def _judge(trace: Trace, event_id: UUID, leaf: Leaf, found: Followed) -> None:
    waited = SYSTEM.now().astimezone(UTC) - evidence.time_of(event_id)
    found.slowest = max(waited, found.slowest or waited)
    if not (leaf.get("time") and leaf.get("actor") and trace.says(leaf)) or not _opens(trace, event_id):
        found.vague.append(trace.name)


def _opens(trace: Trace, event_id: UUID) -> bool:
    if trace.opens is None:
        return True
    name, value = trace.opens
    entry = queries.entry(trace.customer_id, event_id)
    return entry is not None and entry.opened.get(name) == value
