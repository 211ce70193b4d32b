"""The minute's tick: it looks at what is due, one control after the other, in its slice, and goes on after a kill."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.fixtures.world import World, logged
from tests.promises.stage import HOME, Stage
from troth.kernel.clock import SYSTEM
from troth.kernel.errors import Conflict
from troth.promises import actions, tasks, watchdog
from troth.promises.errors import NothingToObserve, UnknownControl
from troth.promises.terms import PromiseTerms


def _mine(stage: Stage) -> list[str]:
    return [one.control.id for one in watchdog.due(stage.clock.now()) if one.customer_id is None]


def test_a_tick_looks_at_everything_that_is_due(stage: Stage) -> None:
    one, two = stage.control(), stage.control()
    stage.policy((one,), (two,))
    stage.sees[two] = RuntimeError("broken look")
    assert tasks.run() >= 2
    assert _mine(stage) == []
    assert stage.line("T-1").state == "kept"
    assert stage.line("T-2").code == "evidence.error"


def test_a_tick_ends_with_its_slice_and_the_next_goes_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [stage.control() for _ in range(3)]
    stage.policy(tuple(names))
    monkeypatch.setattr(tasks, "DEFAULT", PromiseTerms(slice=timedelta(seconds=0)))
    assert tasks.run() == 0
    assert sorted(_mine(stage)) == sorted(names)
    monkeypatch.undo()


def test_a_tick_that_is_killed_between_two_looks_goes_on_with_the_rest(stage: Stage) -> None:
    names = [stage.control() for _ in range(3)]
    stage.policy(tuple(names))
    taken: list[int] = []

    def kill() -> None:
        taken.append(1)
        if len(taken) == 2:
            raise KeyboardInterrupt

    stage.during = kill
    with pytest.raises(KeyboardInterrupt):
        tasks.run()
    left = _mine(stage)
    assert len(left) == 2
    stage.during = None
    assert tasks.run() == 2
    assert _mine(stage) == []


def test_one_that_can_not_be_looked_at_keeps_nobody_waiting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = stage.control(), stage.control()
    stage.policy((one,), (two,))
    real = actions.check

    def check(control_id: str, **more: object) -> object:
        if control_id == one:
            raise Conflict(what="It", why="busy")
        return real(control_id, **more)  # type: ignore[arg-type]  # the same arguments

    monkeypatch.setattr(actions, "check", check)
    tasks.run()
    assert _mine(stage) == [one]


def test_terms_that_come_into_force_make_their_controls_due(stage: Stage) -> None:
    """What was seen under another policy says nothing of what follows this one."""
    name = stage.control()
    stage.policy((name,))
    tasks.run()
    assert name not in {one.control.id for one in watchdog.due(SYSTEM.now())}
    stage.policy((name,))
    assert name in {one.control.id for one in watchdog.due(SYSTEM.now())}
    tasks.run()
    assert name not in {one.control.id for one in watchdog.due(SYSTEM.now())}


def test_somebody_asks_and_the_worker_looks(stage: Stage, world: World) -> None:
    name = stage.control()
    stage.policy((name,))
    staff = world.staff("security_officer").actor
    actions.ask_check(name, by=staff)
    actions.ask_check(name, by=staff)
    jobs = ProcrastinateJob.objects.filter(task_name="promises.check", args__control_id=name)
    assert [job.args for job in jobs] == [{"control_id": name, "customer": None}], "asked twice, looked at once"
    assert logged(HOME).count("promise.check_asked") >= 2
    tasks.check(name, None)
    assert stage.line().state == "kept"


def test_what_can_not_be_asked_for(stage: Stage) -> None:
    by = Stage.worker()
    with pytest.raises(UnknownControl):
        actions.ask_check("no_such_thing", by=by)
    with pytest.raises(NothingToObserve):
        actions.check("backups_restore", by=by)


def test_the_worker_knows_the_jobs() -> None:
    assert {"promises.tick", "promises.check"} <= set(app.tasks)
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert "promises.tick" in periodic
