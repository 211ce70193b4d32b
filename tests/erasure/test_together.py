"""Several at once: writers, importers, owners, workers, key places. Nothing is certified early."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections

from tests.erasure.conftest import World
from tests.keys.world import admin, away
from troth.access.roles import Action
from troth.erasure import actions, plan, purging, queries
from troth.erasure.rules import State, Step, StepState
from troth.kernel.errors import TrothError
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.tenancy import queries as tenancies
from troth.tenancy.errors import CustomerClosed
from troth.vault import actions as vault


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[threading.Thread]:
    """Run something in a thread of its own, with connections of its own; its failure fails the test."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(60)
    assert not thread.is_alive()
    assert failed == []


def test_an_erasure_while_others_store_at_full_speed(world: World) -> None:
    (_, subject), *_ = world.add(3)
    stored: list[int] = []

    def store() -> None:
        stored.extend(len(world.add(200, prefix=f"batch{batch}-")) for batch in range(12))

    with beside(store):
        world.finish(world.ask(subject).erasure_id)
    assert sum(stored) == 2400
    table = next(table for table in plan.TABLES if table.name == "vault_record")
    assert purging.count_rows(table, "customer", world.customer_id, world.customer_id) == 2402
    again = world.add(1, prefix="last")
    assert world.read(again[0][0]).values["name"] == "last 0"


def test_a_writer_that_holds_the_person_is_waited_for(world: World) -> None:
    (_, subject), *_ = world.add(1)
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with within(world.customer_id), connections["default"].cursor() as cursor:
            cursor.execute(
                "select 1 from vault_subject where customer_id = %s and subject_id = %s for share",
                [world.customer_id, subject],
            )
            holding.set()
            release.wait(30)

    with beside(hold):
        holding.wait(10)
        asked = world.ask(subject)
        step = world.steps(asked.erasure_id)[Step.FREEZE]
        assert (asked.state, step.state) == (State.CONFIRMED, StepState.WAITING)
        assert step.waiting_for == "a running import or write still holds it"
        release.set()
    world.finish(asked.erasure_id)


def test_an_owner_may_cancel_while_the_freeze_still_waits(world: World) -> None:
    world.add(1)
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with within(world.customer_id):
            tenancies.hold_open(world.customer_id)
            holding.set()
            release.wait(30)

    with beside(hold):
        holding.wait(10)
        asked = world.delete(timedelta(hours=1))
        assert asked.state is State.CONFIRMED
        actions.cancel(world.permit(Action.CUSTOMER_DELETE), asked.erasure_id)
        release.set()
    assert world.run(asked.erasure_id).state is State.CANCELLED
    assert tenancies.get(world.customer_id).state == "active"


def test_cancelling_and_destroying_at_once_do_one_or_the_other(world: World) -> None:
    for attempt in range(4):
        (record, subject), *_ = world.add(1, prefix=f"attempt{attempt}-")
        asked = world.ask(subject)
        outcomes: list[str] = []

        def cancel(erasure_id: object = asked.erasure_id, outcomes: list[str] = outcomes) -> None:
            try:
                actions.cancel(world.permit(Action.SUBJECTS_ERASE), erasure_id)  # type: ignore[arg-type]  # an id
                outcomes.append("cancelled")
            except actions.PastReturn:
                outcomes.append("too late")

        with beside(cancel):
            world.run(asked.erasure_id)
        if outcomes == ["cancelled"]:
            assert world.request(asked.erasure_id).epoch is None
            assert world.read(record).values["name"] == f"attempt{attempt}- 0"
        else:
            world.finish(asked.erasure_id)


def test_asking_at_once_gives_one_request(world: World) -> None:
    (_, subject), *_ = world.add(1)
    asked: list[actions.Requested] = []
    with beside(lambda: asked.append(world.ask(subject))), beside(lambda: asked.append(world.ask(subject))):
        asked.append(world.ask(subject))
    assert len({one.erasure_id for one in asked}) == 1
    assert [one.created for one in asked].count(True) == 1
    world.finish(asked[0].erasure_id)


def test_a_second_worker_leaves_an_erasure_alone(world: World) -> None:
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    seen: list[Step | None] = []

    def meanwhile(point: str) -> None:
        if point == "begin rows":
            with beside(lambda: seen.append(world.run(asked.erasure_id).step)):
                pass

    world.run(asked.erasure_id, reached=meanwhile)
    assert seen == [None]
    assert world.steps(asked.erasure_id)[Step.ROWS].attempts == 1
    world.finish(asked.erasure_id)


def test_a_key_place_that_is_down_delays_visibly_and_nothing_is_certified(world: World) -> None:
    (record, subject), *_ = world.add(1)
    asked = world.ask(subject)
    with away(settings.TROTH_KEY_PLACES[1]):
        for _ in range(3):
            assert world.run(asked.erasure_id).step is Step.KEYS
        step = world.steps(asked.erasure_id)[Step.KEYS]
        assert (step.state, step.waiting_for) == (StepState.WAITING, "key place 2 is down")
        assert queries.certificates(world.permit(Action.CERTIFICATES_READ)) == []
        assert not queries.progress(world.permit(Action.ERASURES_READ), asked.erasure_id).stuck
    assert world.finish(asked.erasure_id).state == State.DONE
    with pytest.raises(TrothError):
        world.read(record)


def test_nothing_is_certified_while_a_process_holds_the_old_keys(world: World) -> None:
    (_, subject), *_ = world.add(1)
    asked, worker = world.ask(subject), new_id()
    with admin(autocommit=True) as connection:
        connection.execute(
            "insert into keys_worker (worker_id, kind, host, pid, epoch, started_at, seen_at)"
            " values (%s, 'web', 'elsewhere', 1, 0, now(), now() + interval '1 hour')",
            [worker],
        )
        for _ in range(3):
            assert world.run(asked.erasure_id).step is Step.WORKERS
        step = world.steps(asked.erasure_id)[Step.WORKERS]
        assert step.waiting_for == "a process has not let go of the old keys yet"
        assert queries.certificates(world.permit(Action.CERTIFICATES_READ)) == []
        # It falls silent, and is cut off.
        connection.execute("update keys_worker set seen_at = now() - interval '1 hour' where worker_id = %s", [worker])
        world.finish(asked.erasure_id)
        connection.execute("delete from keys_worker where worker_id = %s", [worker])


def test_retry_makes_a_parked_step_due_at_once(world: World) -> None:
    (_, subject), *_ = world.add(1)
    world.terms = world.terms.__class__()
    asked = world.ask(subject)
    with away(settings.TROTH_KEY_PLACES[0]):
        assert world.run(asked.erasure_id).step is Step.KEYS
    parked = world.steps(asked.erasure_id)[Step.KEYS].next_attempt_at
    assert parked is not None
    actions.retry(world.permit(Action.ERASURES_RETRY), asked.erasure_id)
    assert world.steps(asked.erasure_id)[Step.KEYS].next_attempt_at is None
    world.finish(asked.erasure_id)


def test_storing_after_the_freeze_is_refused(world: World) -> None:
    world.add(1)
    asked = world.delete(timedelta(hours=1))
    assert asked.state is State.FROZEN
    with pytest.raises(CustomerClosed):
        vault.store(world.permit(Action.RECORDS_STORE), world.dataset_id, [{"mail": "x@example.org"}])
