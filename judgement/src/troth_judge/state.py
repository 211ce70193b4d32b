"""The state of a promise, derived: the one pure function.

Guarantees (house rules "unknown is never success", "state is computed"): the worst control decides, in the order
broken, stale, unverified, at risk, kept; a control that is missing, planned, silent, failed, empty or dated ahead is
never kept; silence makes nothing better, so what was seen broken stays broken until it is seen whole; an exception
counts only with a reason, another approver than who asked, and an end to come; what is only declared is never kept.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from troth_judge.verdict import State, Verdict, plain, unverified

Kind = Literal["enforced", "probed", "attested", "declared"]

WORST_FIRST: tuple[State, ...] = ("broken", "stale", "unverified", "at_risk", "kept")
SAYABLE: frozenset[State] = frozenset({"kept", "at_risk", "broken", "unverified"})
"""What a judge can say."""
GRACE = 0.25
"""Evidence may be this part of its interval late before it is stale: a check takes its time, and a worker restarts."""
AHEAD_AT_MOST = timedelta(minutes=2)
"""How far the clocks of two hosts may differ. Evidence from further ahead is from a clock that was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One control that a clause cites, and how often it must look."""

    control: str
    every: timedelta
    planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A control's newest evidence: when it was seen, and what the judge said of it under the terms of now."""

    at: datetime
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """An exception to one promise. Accounts stand as opaque ids: only whether they differ matters."""

    id: str
    reason: str
    asked_by: str
    approved_by: str | None
    approved_at: datetime | None
    until: datetime
    withdrawn_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        """True from its approval by somebody else until it ends or is withdrawn."""
        return bool(
            self.reason.strip()
            and self.asked_by
            and self.approved_by
            and self.approved_by != self.asked_by
            and self.approved_at is not None
            and self.approved_at <= now < self.until
            and (self.withdrawn_at is None or now < self.withdrawn_at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One control within a promise: its own state and why."""

    control: str
    state: State
    verdict: Verdict
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The state of a promise, why, and every control behind it; under an exception also what it would be without."""

    state: State
    because: Verdict
    controls: tuple[Judged, ...]
    underlying: State | None = None
    exemption: Exemption | None = None


def derive(
    kinds: Collection[Kind],
    bindings: Sequence[Binding],
    latest: Mapping[str, Seen],
    exemptions: Sequence[Exemption],
    now: datetime,
) -> Derived:
    """Return the state of one promise. `latest` holds each control's newest evidence; one without any is absent."""
    controls = tuple(judged(one, latest.get(one.control), now) for one in bindings)
    if set(kinds) <= {"declared"}:
        exceeded = bool(controls) and all(one.state == "kept" for one in controls)
        code = "declared.exceeded" if exceeded else "declared"
        return Derived(state="declared", because=Verdict("declared", code), controls=controls)
    worst = _worst(controls)
    if worst.state != "kept":
        for exemption in sorted(exemptions, key=lambda one: (one.until, one.id), reverse=True):
            if exemption.live(now):
                return Derived(
                    state="excepted",
                    because=worst.verdict,
                    controls=controls,
                    underlying=worst.state,
                    exemption=exemption,
                )
    return Derived(state=worst.state, because=worst.verdict, controls=controls)


def judged(binding: Binding, seen: Seen | None, now: datetime) -> Judged:
    """Return what one control says now."""
    verdict = _of_control(binding, seen, now)
    return Judged(
        control=binding.control,
        state=verdict.state,
        verdict=verdict,
        at=None if binding.planned or not seen else seen.at,
    )


def stale_at(binding: Binding, seen: Seen) -> datetime:
    """Return from when on this evidence is too old to count."""
    return seen.at + binding.every * (1 + GRACE)


def worse(one: State, other: State) -> bool:
    """True when the first of two derived states is the worse."""
    return WORST_FIRST.index(one) < WORST_FIRST.index(other)


def _of_control(binding: Binding, seen: Seen | None, now: datetime) -> Verdict:
    if binding.planned:
        return unverified("not_built_yet")
    if seen is None:
        return unverified("evidence.none")
    if seen.verdict.state == "broken":
        return seen.verdict
    if seen.at > now + AHEAD_AT_MOST:
        return unverified("evidence.from_the_future", at=seen.at)
    if now > stale_at(binding, seen):
        return Verdict("stale", "evidence.stale", plain({"age": now - seen.at, "every": binding.every}))
    # A judge can't say anything else than its four states; a value made by hand could.
    return seen.verdict if seen.verdict.state in SAYABLE else unverified("judge.failed", error=seen.verdict.state)


def _worst(controls: Sequence[Judged]) -> Judged:
    if not controls:
        return Judged(control="", state="unverified", verdict=unverified("no_control"), at=None)
    return min(controls, key=lambda one: WORST_FIRST.index(one.state))
