"""From a look to a state, and what may never make one."""

from datetime import timedelta

import pytest

from tests.promises.stage import Facts, Stage


def test_a_promise_is_kept_once_it_was_seen(stage: Stage) -> None:
    name = stage.control()
    stage.policy((name,))
    assert stage.line().state == "unverified"
    assert stage.line().code == "evidence.none"
    stage.check(name)
    line = stage.line()
    assert (line.state, line.code) == ("kept", "test.good")
    assert line.controls[0].leaf_index is None
    stage.seal()
    assert isinstance(stage.line().controls[0].leaf_index, int)


@pytest.mark.parametrize(
    ("sees", "state", "code"),
    [
        (Facts(3, wrong=1), "broken", "test.wrong"),
        (Facts(0), "unverified", "evidence.empty"),
        (Facts(3, slowest=timedelta(hours=20)), "at_risk", "test.near"),
        (Facts(3, slowest=timedelta(hours=25)), "broken", "test.late"),
        (RuntimeError("secret text"), "unverified", "evidence.error"),
    ],
)
def test_what_was_seen_decides(stage: Stage, sees: Facts | Exception, state: str, code: str) -> None:
    name = stage.control()
    stage.policy((name,))
    stage.check(name)
    stage.sees[name] = sees
    stage.later(timedelta(minutes=10))
    stage.check(name)
    line = stage.line()
    assert (line.state, line.code) == (state, code)
    assert "secret" not in line.sentence


def test_silence_is_stale_without_anybody_writing_it(stage: Stage) -> None:
    name = stage.control(every=timedelta(hours=1))
    stage.policy((name,))
    stage.check(name)
    stage.seal()
    seen = stage.clock.at
    stage.later(timedelta(minutes=75))
    assert stage.line().state == "kept"
    stage.later(timedelta(seconds=1))
    line = stage.line()
    assert line.state == "stale"
    assert line.since == seen + timedelta(minutes=75)
