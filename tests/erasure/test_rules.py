"""The rules of an erasure, tried on every path that Hypothesis can think of."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from troth.erasure import rules
from troth.erasure.rules import State, Step, StepState
from troth.erasure.terms import ErasureTerms, Pace

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
TERMS = ErasureTerms()
PACE = Pace()
instants = st.timedeltas(timedelta(days=-400), timedelta(days=400)).map(lambda delta: START + delta)


@pytest.mark.parametrize("target", ["subject", "customer"])
def test_keys_die_before_rows_and_the_certificate_comes_last(target: rules.Target) -> None:
    order = rules.steps_of(target)
    assert order.index(Step.FREEZE) == 0
    assert order.index(Step.KEYS) < order.index(Step.ROWS) < order.index(Step.SCAN) < order.index(Step.CERTIFICATE)
    assert order.index(Step.WORKERS) < order.index(Step.CERTIFICATE) == len(order) - 1
    assert (Step.BUNDLE in order) == (target == "customer")


def test_the_bundle_is_made_while_the_openings_still_open() -> None:
    order = rules.steps_of("customer")
    assert order.index(Step.FREEZE) < order.index(Step.BUNDLE) < order.index(Step.KEYS)


@given(st.dictionaries(st.sampled_from(Step), st.sampled_from(StepState)), st.sampled_from(["subject", "customer"]))
def test_a_missing_step_never_reads_as_done(states: dict[Step, StepState], target: rules.Target) -> None:
    if set(states) != set(rules.steps_of(target)):
        with pytest.raises(ValueError, match="steps"):
            rules.current(states, target)
        return
    step = rules.current(states, target)
    assert (step is None) == all(state is StepState.DONE for state in states.values())
    if step:
        order = rules.steps_of(target)
        assert all(states[before] is StepState.DONE for before in order[: order.index(step)])


@given(st.integers(-3, 10_000))
def test_backing_off_never_exceeds_its_limit(attempts: int) -> None:
    assert PACE.retry_first <= rules.back_off(attempts, PACE) <= PACE.retry_at_most
    assert rules.back_off(attempts, PACE) <= rules.back_off(attempts + 1, PACE)


@given(instants, st.integers(0, 100), st.timedeltas(timedelta(days=-30), timedelta(days=30)))
def test_a_clock_that_jumps_never_parks_a_step(now: datetime, attempts: int, jump: timedelta) -> None:
    again = now + rules.back_off(attempts, PACE)
    later = now + jump
    waited = timedelta(0)
    while not rules.is_due(again, later + waited, PACE):
        waited += PACE.retry_first
        assert waited <= PACE.retry_at_most + PACE.retry_first


@given(instants, instants, st.none() | instants)
def test_a_clock_is_kept_only_when_its_end_lies_within(since: datetime, now: datetime, ended: datetime | None) -> None:
    reading = rules.read_clock(since, now, timedelta(hours=24), ended_at=ended, at_risk_from=0.75)
    assert (reading.state == "kept") == (ended is not None and since <= ended <= since + timedelta(hours=24))
    assert reading.elapsed >= timedelta(0)
    if (ended or now) < since:
        assert reading.state == "unknown"


@given(st.none() | st.timedeltas())
def test_a_grace_never_exceeds_the_terms(asked: timedelta | None) -> None:
    try:
        given_grace = rules.grace(asked, TERMS)
    except ValueError:
        assert asked is not None
        assert not timedelta(0) <= asked <= TERMS.grace_at_most
    else:
        assert timedelta(0) <= given_grace <= TERMS.grace_at_most
        assert given_grace + TERMS.work_at_least <= TERMS.production_within


@given(st.lists(st.integers(0, 3)))
def test_an_empty_scan_is_not_clean(found: list[int]) -> None:
    assert rules.verdict(found) == (len(found) > 0 and sum(found) == 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"grace_at_most": timedelta(hours=25)},
        {"grace_at_most": timedelta(hours=20)},
        {"grace_unless_said": timedelta(hours=13)},
        {"grace_unless_said": timedelta(hours=-1)},
        {"production_within": timedelta(0)},
        {"backups_within": timedelta(days=-1)},
    ],
)
def test_terms_that_contradict_themselves_are_refused(wrong: dict[str, timedelta]) -> None:
    with pytest.raises(ValueError, match=r"grace|longer"):
        ErasureTerms(**wrong)  # type: ignore[arg-type]  # a wrong field is what is tried


class Requests(RuleBasedStateMachine):
    """Whatever is tried, a request never returns from destroyed keys, and never leaves its end."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.CONFIRMED
        self.past_return = False

    @rule(then=st.sampled_from(State))
    def go(self, then: State) -> None:
        """Try to go anywhere."""
        if rules.may_follow(self.state, then):
            if self.state in {State.DONE, State.CANCELLED}:
                raise AssertionError("left its end")
            if self.past_return:
                assert then is not State.CANCELLED
            self.past_return |= then is State.ERASING
            self.state = then

    @invariant()
    def done_only_through_erasing(self) -> None:
        """Done means that keys died."""
        assert self.state is not State.DONE or self.past_return
        assert self.state is not State.CANCELLED or not self.past_return


TestRequests = Requests.TestCase
