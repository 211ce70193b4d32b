"""The history: what changed when, silences and clocks, and two looks at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from tests.promises.stage import HOME, Facts, Stage
from troth.kernel.actor import job
from troth.kernel.wall import within
from troth.messages.models import Message
from troth.promises import actions, evidence, intervals, queries, watchdog
from troth.promises.models import Evidence, Interval

HOUR = timedelta(hours=1)


def _rows(pack: str) -> list[Interval]:
    with within(HOME):
        return list(Interval.objects.filter(customer_id=HOME, pack=pack).order_by("number"))


def test_an_interval_is_written_when_the_state_changes_and_only_then(stage: Stage) -> None:
    name = stage.control()
    pack = stage.policy((name,))
    stage.check(name)
    stage.seal()
    stage.later(HOUR)
    stage.check(name)
    stage.seal()
    stage.sees[name] = Facts(3, wrong=2)
    stage.later(HOUR)
    done = stage.check(name)
    assert [(row.state, row.code) for row in _rows(pack)] == [
        ("unverified", "evidence.none"),
        ("kept", "test.good"),
        ("broken", "test.wrong"),
    ]
    assert [(one.before, one.state) for one in done.changes] == [("kept", "broken")]
    assert stage.line().misses[0].until is None


def test_a_change_is_told_in_its_own_transaction(stage: Stage) -> None:
    name = stage.control()
    pack = stage.policy((name,))
    stage.check(name)
    stage.sees[name] = Facts(3, wrong=2)
    stage.check(name)
    with within(HOME):
        told = [row.payload for row in Message.objects.filter(customer_id=HOME, kind="promise_changed")]
    mine = [one for one in told if one["pack"] == pack]
    assert [(one["from"], one["to"]) for one in mine] == [("unverified", "kept"), ("kept", "broken")]
    assert set(mine[-1]["sentence"]) == {"en", "fr"}


def test_a_silence_that_a_look_ends_stays_in_the_history_from_when_it_fell(stage: Stage) -> None:
    """A worker that slept for three days leaves no three days that look kept."""
    name = stage.control(every=HOUR)
    pack = stage.policy((name,))
    stage.check(name)
    stage.seal()
    seen = stage.clock.at
    stage.later(timedelta(days=3))
    stage.check(name)
    kept, stale, again = _rows(pack)[-3:]
    assert (kept.state, stale.state, again.state) == ("kept", "stale", "kept")
    assert stale.since == seen + HOUR * 1.25
    assert again.since == stage.clock.at
    stage.seal()
    line = stage.line()
    assert line.state == "kept"
    (miss,) = line.misses
    assert (miss.state, miss.since, miss.until) == ("stale", seen + HOUR * 1.25, stage.clock.at)
    # The last four days: the one in which it fell, two whole ones, and today, in which it was seen again.
    assert [day.state for day in line.history[-3:]] == ["stale"] * 3


def test_the_watchdog_writes_a_silence_down(stage: Stage) -> None:
    name = stage.control(every=HOUR)
    pack = stage.policy((name,))
    stage.check(name)
    stage.seal()
    stage.later(HOUR * 2)
    actions.settle(by=job("test"), clock=stage.clock)
    assert _rows(pack)[-1].state == "stale"
    assert actions.settle(by=job("test"), clock=stage.clock) == []


def test_silence_makes_nothing_better(stage: Stage) -> None:
    name = stage.control(every=HOUR)
    stage.policy((name,))
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    stage.seal()
    stage.later(timedelta(days=30))
    assert stage.line().state == "broken"


def test_a_clock_that_jumps_back_orders_nothing_anew(stage: Stage) -> None:
    name = stage.control(every=HOUR)
    pack = stage.policy((name,))
    stage.later(timedelta(days=2))
    stage.check(name)
    stage.seal()
    stage.later(-timedelta(days=2))
    assert stage.line().code == "evidence.from_the_future"
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    # The later look is the newer one, whatever the clocks said.
    assert stage.line().state == "broken"
    rows = _rows(pack)
    assert [row.since for row in rows] == sorted(row.since for row in rows)


def test_two_looks_at_once_the_later_begun_is_the_newer(stage: Stage) -> None:
    name = stage.control()
    pack = stage.policy((name,))
    began, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        if threading.current_thread() is not threading.main_thread():
            began.set()
            assert go_on.wait(20)

    stage.during = wait
    failures: list[BaseException] = []

    def slow() -> None:
        try:
            stage.check(name)
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=slow)
    other.start()
    assert began.wait(20)
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    stage.sees[name] = Facts(3)
    go_on.set()
    other.join(30)
    assert failures == []
    assert stage.line().state == "broken"
    assert [row.state for row in _rows(pack)] == ["unverified", "broken"]
    with within(HOME):
        assert Evidence.objects.filter(customer_id=HOME, control=name).count() == 2


def test_nothing_is_half_written(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the evidence and the state: neither is there, and the next tick looks again."""
    name = stage.control()
    pack = stage.policy((name,))
    before = queries.version()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(evidence.Evidence.objects, "create", killed)
        with pytest.raises(KeyboardInterrupt):
            stage.check(name)
    with within(HOME):
        assert not Evidence.objects.filter(customer_id=HOME, control=name).exists()
    assert _rows(pack) == []
    assert queries.version() == before
    assert name in {one.control.id for one in watchdog.due(stage.clock.now())}


def test_what_is_due_is_read_from_the_evidence(stage: Stage) -> None:
    often, seldom = stage.control(every=HOUR), stage.control(every=timedelta(days=1))
    stage.policy((often, seldom))
    due = lambda: {one.control.id for one in watchdog.due(stage.clock.now())}  # noqa: E731 - asked thrice
    assert due() == {often, seldom}
    stage.check(often)
    stage.check(seldom)
    assert due() == set()
    stage.later(HOUR)
    assert due() == {often}
    stage.sees[often] = RuntimeError()
    stage.check(often)
    stage.later(timedelta(minutes=5))
    assert due() == {often}, "what failed is tried again soon"


def test_a_clause_that_leaves_the_policy_is_closed_and_its_history_stays(stage: Stage) -> None:
    name = stage.control()
    pack = stage.policy((name,), (name,))
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    stage.policy((name,), pack=pack, version=2)
    actions.settle(by=job("test"), clock=stage.clock)
    assert _rows(pack)[-1].state is None
    stage.policy((name,), (name,), pack=pack, version=3)
    stage.sees[name] = Facts(3)
    stage.later(timedelta(minutes=5))
    stage.check(name)
    assert {miss.state for miss in stage.line("T-2").misses} == {"broken"}


def test_the_changes_are_told_in_order(stage: Stage) -> None:
    name = stage.control()
    pack = stage.policy((name,))
    stage.check(name)
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    mine = [one for one in queries.newest_changes(clock=stage.clock) if one.pack_id == pack]
    assert [one.state for one in mine] == ["broken", "kept", "unverified"]
    assert [one.before for one in mine] == ["kept", "unverified", None]
    after = queries.changes(mine[1].number, clock=stage.clock)
    assert [one.state for one in after if one.pack_id == pack] == ["broken"]


def test_the_token_changes_with_everything_that_shows(stage: Stage) -> None:
    name = stage.control()
    tokens = [queries.version()]

    def changed() -> bool:
        tokens.append(queries.version())
        return tokens[-1] not in tokens[:-1]

    stage.policy((name,))
    assert changed()
    stage.check(name)
    assert changed()
    stage.check(name)
    assert changed()
    assert intervals.since(HOME, 0, limit=1, now=stage.clock.now())
