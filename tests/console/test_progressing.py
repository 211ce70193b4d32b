"""What an erasure's page says in each of its states; no state lacks its word, and only who may is offered a retry."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from troth.console import progressing
from troth.console.visit import Visit
from troth.erasure.queries import Progress, StepShown
from troth.erasure.rules import State, Step, StepState, read_clock, steps_of
from troth.kernel.actor import Actor, nobody
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import new_id

CUSTOMER = new_id()
NOW = SYSTEM.now()
LIMIT = timedelta(hours=24)


def step(step_: Step, state: StepState, **told: Any) -> StepShown:
    began = NOW - timedelta(seconds=3) if state is not StepState.PENDING else None
    empty = StepShown(step_, state, began, None, 0, None, 0, None, None, None, stuck=False)
    return replace(empty, **told)


def progress(state: State = State.ERASING, *, target: Any = "subject", **changed: StepShown) -> Progress:
    steps = tuple(changed.get(one.value, step(one, StepState.DONE)) for one in steps_of(target))
    clock = read_clock(NOW - timedelta(minutes=41), NOW, LIMIT, ended_at=None, at_risk_from=0.75)
    return Progress(
        customer_id=CUSTOMER,
        erasure_id=new_id(),
        target=target,
        target_id=new_id(),
        state=state,
        confirmed_at=NOW - timedelta(minutes=41),
        grace_until=NOW - timedelta(minutes=41),
        cancellable=state in {State.CONFIRMED, State.FROZEN},
        stuck=any(one.stuck for one in steps),
        production=clock,
        backups=clock,
        epoch=3,
        steps=steps,
        certificate_id=None,
    )


def visit(role: str) -> Visit:
    actor = nobody("test") if role == "nobody" else Actor(kind="account", route="test", role=role, customer_id=CUSTOMER)
    return Visit(RequestFactory().get("/"), actor)


def shown(told: Progress, role: str = "owner") -> progressing.ErasureView:
    return progressing.view(visit(role), told, live_url="/live")


def test_a_failed_step_says_why_and_can_be_tried_again_with_one_click() -> None:
    failed = step(
        Step.STORES,
        StepState.FAILED,
        attempts=3,
        error_code="erasure.busy",
        next_attempt_at=SYSTEM.now() + timedelta(40),
    )
    told = progress(stores=failed)
    (there,) = [one for one in shown(told).steps if one.state == "failed"]
    assert "Tried 3 times (erasure.busy)" in there.detail
    assert "By itself again in" in there.detail
    assert there.mark == "broken"
    assert there.retry_url.endswith("/retry")
    for role in ("viewer", "manager", "nobody"):
        assert not any(one.retry_url for one in shown(told, role).steps), role


def test_a_stuck_one_asks_for_a_person() -> None:
    told = progress(rows=step(Step.ROWS, StepState.FAILED, attempts=9, stuck=True))
    assert "a person must look" in shown(told).sentence
    assert progressing.state(told) == ("broken", "Stuck", "stuck")


def test_what_is_being_done_now_is_said_with_its_count() -> None:
    told = progress(rows=step(Step.ROWS, StepState.RUNNING, done=312_000, total=904_220))
    view = shown(told)
    assert view.sentence == "Now: rows are being purged."
    assert view.live
    assert "312,000 of 904,220" in [one.detail for one in view.steps]
    assert progressing.state(told)[0] == "running"


def test_only_what_can_still_be_cancelled_offers_it() -> None:
    assert shown(progress(State.FROZEN)).cancel_url
    assert not shown(progress(State.ERASING)).cancel_url
    assert not shown(progress(State.FROZEN), "viewer").cancel_url
    assert not shown(progress(State.FROZEN, target="customer"), "administrator").cancel_url
    assert shown(progress(State.FROZEN, target="customer"), "owner").cancel_url


def test_a_grace_that_runs_says_how_long() -> None:
    told = replace(progress(State.FROZEN), grace_until=SYSTEM.now() + timedelta(hours=2, minutes=1))
    assert shown(told).sentence.startswith("Frozen. The grace lasts another 2 h")


def test_what_is_over_moves_no_more() -> None:
    for state in (State.DONE, State.CANCELLED):
        assert not shown(progress(state)).live
    assert shown(progress(State.CANCELLED)).sentence == "Cancelled. Nothing was destroyed."
    assert "41 min after it was asked for" in shown(progress(State.DONE)).sentence


@pytest.mark.parametrize("state", list(StepState))
@pytest.mark.parametrize("which", list(Step))
def test_every_step_has_its_words_in_every_state(which: Step, state: StepState) -> None:
    told = progress(target="customer", **{which.value: step(which, state, waiting_for="the grace still runs")})
    view = shown(told)
    assert view.sentence
    assert all(one.word and one.state and one.mark for one in view.steps)
