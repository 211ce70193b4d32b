"""Exceptions: a reason, two accounts, an end; shown as what they are, with what is underneath."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connections

from tests.fixtures.world import World, logged
from tests.keys.world import admin
from tests.promises.stage import HOME, Facts, Stage
from troth.access.errors import NotAllowed
from troth.kernel.actor import Actor
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.promises import actions, queries
from troth.promises.errors import (
    AccountNeeded,
    BadException,
    ExceptionOver,
    NeedsAnotherAccount,
    NoSuchException,
    UnknownClause,
)

DAY = timedelta(days=1)


def officer(role: str = "security_officer") -> Actor:
    """Somebody of the operator's with an account of their own."""
    return Actor(kind="account", route="test", role=role, account_id=new_id())


def _broken(stage: Stage) -> str:
    name = stage.control(every=timedelta(days=30))
    stage.policy((name,))
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    stage.seal()
    return name


def _ask(stage: Stage, by: Actor, **more: object) -> object:
    told: dict[str, object] = {"reason": "The auditor moved.", "until": stage.clock.at + DAY * 10} | more
    return actions.ask_exception("T-1", by=by, clock=stage.clock, **told)  # type: ignore[arg-type]  # its own arguments


def test_it_counts_from_another_s_approval_to_its_end(stage: Stage, world: World) -> None:
    _broken(stage)
    asked = _ask(stage, officer())
    assert stage.line().state == "broken"
    stage.later(timedelta(minutes=1))
    changes = actions.approve_exception(asked, by=officer("data_protection_officer"), clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    assert [(one.before, one.state) for one in changes] == [("broken", "excepted")]
    line = stage.line()
    assert (line.state, line.underlying) == ("excepted", "broken")
    assert line.exception is not None
    assert line.exception.reason == "The auditor moved."
    found = stage.statement().figure
    assert (found.kept, found.provable) == (0, 1)
    assert {"promise.exception_asked", "promise.exception_approved"} <= set(logged(HOME))
    assert line.misses[0].excepted, "what was missed under an exception was missed"

    stage.seal()
    assert stage.line().state == "excepted"
    stage.later(DAY * 10)
    assert stage.line().state == "broken"


def test_a_key_or_the_shell_is_nobody_who_could_ask_or_decide(stage: Stage) -> None:
    """A program that holds an officer's key has that officer's account, and is no person."""
    _broken(stage)
    asked = _ask(stage, officer())
    programs = [
        Actor(kind="api_key", route="test", role="data_protection_officer", account_id=new_id(), key_id=new_id()),
        Actor(kind="cli", route="test", role="cli", account_id=new_id(), label="somebody"),
    ]
    for program in programs:
        with pytest.raises(AccountNeeded):
            _ask(stage, program)
        for decide in (actions.approve_exception, actions.refuse_exception, actions.withdraw_exception):
            with pytest.raises(AccountNeeded):
                decide(asked, by=program, clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    assert [one.state(stage.clock.at) for one in queries.exceptions_asked(clock=stage.clock)] == ["asked"]


def test_nobody_approves_their_own(stage: Stage) -> None:
    _broken(stage)
    one = officer()
    asked = _ask(stage, one)
    with pytest.raises(NeedsAnotherAccount):
        actions.approve_exception(asked, by=one, clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    refusing = pytest.raises(ProgrammingError, match="their own")
    with within(HOME), refusing as refused, connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into promises_exception_step (customer_id, exception_id, step, by_account, at, event_id)"
            " values (%s, %s, 'approved', %s, now(), %s)",
            [HOME, asked, one.account_id, new_id()],
        )
    assert getattr(refused.value.__cause__, "sqlstate", None) == "42501"
    assert stage.line().state == "broken"


def test_it_needs_an_account_a_role_a_reason_and_an_end(stage: Stage) -> None:
    _broken(stage)
    with pytest.raises(AccountNeeded):
        _ask(stage, Actor(kind="cli", route="test", role="cli", label="root"))
    with pytest.raises(NotAllowed):
        _ask(stage, officer("campaign_manager"))
    now = stage.clock.at
    for wrong in (
        {"reason": " \n "},
        {"reason": "x" * 1_001},
        {"reason": "a\x07b"},
        {"until": now},
        {"until": now - DAY},
        {"until": now + DAY * 181},
        {"until": datetime(2031, 1, 1)},  # noqa: DTZ001 - that is the point
        {"until": datetime.max.replace(tzinfo=UTC)},
    ):
        with pytest.raises(BadException):
            _ask(stage, officer(), **wrong)
    with pytest.raises(UnknownClause):
        actions.ask_exception("Z-9", reason="x", until=now + DAY, by=officer(), clock=stage.clock)
    with pytest.raises(NoSuchException):
        actions.approve_exception(new_id(), by=officer(), clock=stage.clock)
    assert queries.exceptions_asked(clock=stage.clock) == []


@pytest.mark.parametrize("first", ["approve", "refuse", "withdraw", "wait"])
def test_it_is_decided_once(stage: Stage, first: str) -> None:
    _broken(stage)
    asked = _ask(stage, officer())
    other = officer()
    if first == "approve":
        actions.approve_exception(asked, by=other, clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    elif first == "refuse":
        actions.refuse_exception(asked, by=other, clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    elif first == "withdraw":
        actions.withdraw_exception(asked, by=other, clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    stage.seal()
    if first == "wait":
        stage.later(DAY * 11)
    with pytest.raises(ExceptionOver):
        actions.approve_exception(asked, by=officer(), clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    assert stage.line().state == ("excepted" if first == "approve" else "broken")


def test_it_is_withdrawn_before_its_time(stage: Stage) -> None:
    _broken(stage)
    asked = _ask(stage, officer())
    actions.approve_exception(asked, by=officer(), clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    stage.later(timedelta(minutes=1))
    actions.withdraw_exception(asked, by=officer(), clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    assert stage.line().state == "broken"
    (known,) = queries.exceptions_asked(clock=stage.clock)
    assert known.state(stage.clock.at) == "withdrawn"


def _by_the_owner(statement: str) -> None:
    """With the triggers off, as whoever owns the machine can have them."""
    with admin() as connection:
        connection.execute("set session_replication_role = replica")
        assert connection.execute(statement.encode()).rowcount == 1
        connection.commit()


@pytest.mark.parametrize("ending", [actions.withdraw_exception, actions.refuse_exception])
def test_an_end_that_is_taken_away_is_told_by_the_log(stage: Stage, ending: Callable[..., object]) -> None:
    _broken(stage)
    asked = _ask(stage, officer())
    if ending is actions.withdraw_exception:
        actions.approve_exception(asked, by=officer(), clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    stage.later(timedelta(minutes=1))
    ending(asked, by=officer(), clock=stage.clock)
    stage.seal()
    _by_the_owner(
        f"delete from promises_exception_step where exception_id = '{asked}' and step in ('refused', 'withdrawn')"
    )
    assert stage.line().state == "broken"
    with pytest.raises(ExceptionOver):
        actions.approve_exception(asked, by=officer(), clock=stage.clock)  # type: ignore[arg-type]  # a UUID


def test_who_asked_can_not_be_made_somebody_else(stage: Stage) -> None:
    """The only officer asks, makes another the asker, and approves."""
    _broken(stage)
    only = officer()
    asked = _ask(stage, only)
    stage.seal()
    _by_the_owner(f"update promises_exception set asked_by = '{new_id()}' where exception_id = '{asked}'")
    actions.approve_exception(asked, by=only, clock=stage.clock)  # type: ignore[arg-type]  # a UUID
    assert stage.line().state == "broken"


def test_one_that_the_log_does_not_bear_out_does_not_count(stage: Stage) -> None:
    """Both rows forged, by two accounts that never were."""
    _broken(stage)
    pack = stage.statement().pack
    assert pack is not None
    forged = new_id()
    with within(HOME), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into promises_exception (customer_id, exception_id, pack, clause, reason, asked_by, asked_at,"
            " until, event_id) values (%s, %s, %s, 'T-1', 'why not', %s, %s, %s, %s)",
            [HOME, forged, pack.id, new_id(), stage.clock.at - DAY, stage.clock.at + DAY, new_id()],
        )
        cursor.execute(
            "insert into promises_exception_step (customer_id, exception_id, step, by_account, at, event_id)"
            " values (%s, %s, 'approved', %s, %s, %s)",
            [HOME, forged, new_id(), stage.clock.at - DAY, new_id()],
        )
    assert stage.line().state == "broken"
