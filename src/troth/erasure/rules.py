"""The pure rules of an erasure: which steps in which order, what may follow what, and what a clock reads.

Nothing here reads a database, a file or a clock, so that Hypothesis can try every path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from troth.erasure.terms import ErasureTerms, Pace

Target = Literal["subject", "customer"]


class Step(StrEnum):
    """The steps, in their order."""

    FREEZE = "freeze"
    BUNDLE = "bundle"
    KEYS = "keys"
    ROWS = "rows"
    STORES = "stores"
    OPENINGS = "openings"
    WORKERS = "workers"
    SCAN = "scan"
    CERTIFICATE = "certificate"


class StepState(StrEnum):
    """What a step is doing. `waiting`: for something outside or the end of the grace. `failed`: tried again later."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    DONE = "done"


class State(StrEnum):
    """What a request is doing. `frozen` is the grace: still cancellable. `erasing`: keys have begun to die."""

    CONFIRMED = "confirmed"
    FROZEN = "frozen"
    ERASING = "erasing"
    DONE = "done"
    CANCELLED = "cancelled"


CANCELLABLE = frozenset({State.CONFIRMED, State.FROZEN})
OPEN = frozenset({State.CONFIRMED, State.FROZEN, State.ERASING})

NEXT: Mapping[State, frozenset[State]] = {
    State.CONFIRMED: frozenset({State.FROZEN, State.CANCELLED}),
    State.FROZEN: frozenset({State.ERASING, State.CANCELLED}),
    State.ERASING: frozenset({State.DONE}),
    State.DONE: frozenset(),
    State.CANCELLED: frozenset(),
}

STEP_NEXT: Mapping[StepState, frozenset[StepState]] = {
    StepState.PENDING: frozenset({StepState.RUNNING}),
    StepState.RUNNING: frozenset({StepState.RUNNING, StepState.WAITING, StepState.FAILED, StepState.DONE}),
    StepState.WAITING: frozenset({StepState.RUNNING}),
    StepState.FAILED: frozenset({StepState.RUNNING}),
    # A scan that found survivors sends the purging steps back to work; nothing else leaves `done`.
    StepState.DONE: frozenset({StepState.PENDING}),
}

PURGING = (Step.ROWS, Step.STORES, Step.OPENINGS)


def steps_of(target: Target) -> tuple[Step, ...]:
    """Return the steps of an erasure, in order. Only a customer's owner is handed a log bundle."""
    return tuple(step for step in Step if target == "customer" or step is not Step.BUNDLE)


def may_follow(now: State, then: State) -> bool:
    """Tell whether a request may go from one state to the other."""
    return then in NEXT[now]


def current(states: Mapping[Step, StepState], target: Target) -> Step | None:
    """Return the step to work on: the first one not done. None when all are done.

    Raises:
        ValueError: the steps are not those of the target; a missing step must never read as one that is done.
    """
    order = steps_of(target)
    if set(states) != set(order):
        raise ValueError("these are not the steps of this erasure")
    return next((step for step in order if states[step] is not StepState.DONE), None)


def back_off(attempts: int, pace: Pace) -> timedelta:
    """Return how long to wait before the next attempt: doubling, up to a limit."""
    doublings = min(max(attempts - 1, 0), 32)
    wait: timedelta = pace.retry_first * 2**doublings
    return min(wait, pace.retry_at_most)


def patience(waited: timedelta, pace: Pace) -> timedelta:
    """Return how soon to look again at what a step waits for: often at first, seldom when it takes long."""
    return min(max(waited / 4, pace.look_first), pace.retry_at_most)


def is_due(next_attempt_at: datetime | None, now: datetime, pace: Pace) -> bool:
    """Tell whether a step may be tried. No wait exceeds the limit, so that a clock that jumped back parks no step."""
    return next_attempt_at is None or now >= next_attempt_at or next_attempt_at - now > pace.retry_at_most


def grace_over(grace_until: datetime, confirmed_at: datetime, now: datetime, terms: ErasureTerms) -> bool:
    """Tell whether the grace has ended. After the machine's clock jumped back it ends late rather than early."""
    return grace_until <= confirmed_at or now >= min(grace_until, confirmed_at + terms.grace_at_most)


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the two clocks. `state` is computed, never typed: running · at_risk · late · kept · missed · unknown."""

    since: datetime
    limit: timedelta
    ended_at: datetime | None
    elapsed: timedelta
    state: Literal["running", "at_risk", "late", "kept", "missed", "unknown"]

    @property
    def ends_at(self) -> datetime:
        """The instant by which it had to be done."""
        return self.since + self.limit


def read_clock(
    since: datetime, now: datetime, limit: timedelta, *, ended_at: datetime | None, at_risk_from: float
) -> Reading:
    """Read a clock. An end before its beginning (the machine's clock went back) is unknown, and that is never kept."""
    elapsed = (ended_at or now) - since
    if elapsed < timedelta(0):
        return Reading(since, limit, ended_at, timedelta(0), "unknown")
    if ended_at is not None:
        return Reading(since, limit, ended_at, elapsed, "kept" if elapsed <= limit else "missed")
    if elapsed > limit:
        return Reading(since, limit, None, elapsed, "late")
    return Reading(since, limit, None, elapsed, "at_risk" if elapsed >= limit * at_risk_from else "running")


def owed(state: State, at_confirmation: timedelta, now: timedelta) -> timedelta:
    """Return the limit that an erasure keeps: of the terms at its confirmation and of those now, the shorter.

    A looser policy takes no promise back; a stricter one holds for what is still open, and for nothing that ended.
    """
    return min(at_confirmation, now) if state in OPEN else at_confirmation


def is_stuck(state: StepState, attempts: int, pace: Pace) -> bool:
    """Tell whether a person should look: it failed more often than can be bad luck."""
    return state is StepState.FAILED and attempts >= pace.stuck_after


def grace(asked: timedelta | None, terms: ErasureTerms) -> timedelta:
    """Return the grace to give.

    Raises:
        ValueError: it is negative, or longer than the terms allow.
    """
    given = terms.grace_unless_said if asked is None else asked
    if not timedelta(0) <= given <= terms.grace_at_most:
        raise ValueError("the terms do not allow this grace")
    return given


def verdict(found: Sequence[int]) -> bool:
    """Tell whether a scan is clean. A scan of nothing is not."""
    return bool(found) and not any(found)
