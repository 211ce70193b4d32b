"""Nobody can type a state: not through an argument, not through SQL, not by forging a row of what is kept.

The application's own login is what a person at a keyboard, a form, or an injected statement has.
"""

import inspect
import json
import types
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from django.db import ProgrammingError, connections

from tests.keys.world import admin
from tests.promises.stage import HOME, Facts, Stage
from troth.cli import reference
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.policy import freshness
from troth.promises import actions, queries
from troth.promises.models import Interval
from troth_judge import verdict
from troth_judge.state import derive
from troth_judge.verdict import STATES, State, Verdict

WORDS = {"state", "status", "verdict", "kept", "result", "outcome", "judgement", "judgment"}
TABLES = ("promises_evidence", "promises_interval", "promises_exception", "promises_exception_step")


def _public(module: types.ModuleType) -> Iterator[Any]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield function


def _types(hint: object) -> Iterator[object]:
    yield hint
    for one in get_args(hint):
        yield from _types(one)


def test_no_action_takes_a_state() -> None:
    for function in _public(actions):
        hints = get_type_hints(function)
        hints.pop("return")
        assert not WORDS & set(hints), function.__name__
        for hint in hints.values():
            assert not {State, Verdict} & set(_types(hint)), function.__name__
            assert not set(STATES) & {one for one in _types(hint) if isinstance(one, str)}, function.__name__


def test_no_command_takes_a_state() -> None:
    for words, command in reference.commands():
        if words[0] in {"promise", "exception", "attestation"}:
            assert not WORDS & {str(parameter.name) for parameter in command.params}, words
            offered = {one for parameter in command.params for one in getattr(parameter, "opts", ())}
            assert not {f"--{one}" for one in (*WORDS, *STATES)} & offered, words


def test_no_route_and_no_form_takes_a_state() -> None:
    """Fields of forms and of request bodies, by their names."""
    from django import forms as django_forms

    from troth.console import forms, forms_of_policy, forms_of_promises
    from troth.urls import urlpatterns

    assert urlpatterns
    for form in [*vars(forms).values(), *vars(forms_of_promises).values(), *vars(forms_of_policy).values()]:
        if isinstance(form, type) and issubclass(form, django_forms.BaseForm):
            assert not WORDS & set(getattr(form, "base_fields", {})), form


def test_no_request_to_the_api_carries_a_state() -> None:
    """Every body and every parameter that the interface describes, of every method that could change something."""
    from troth.api.docs import _description

    described = json.loads(_description())
    parts = described["components"]["schemas"]
    names: set[str] = set()
    for methods in described["paths"].values():
        for method, operation in methods.items():
            if method not in {"post", "put", "patch", "delete"}:
                continue
            names |= {one["name"] for one in operation.get("parameters", ())}
            for content in operation.get("requestBody", {}).get("content", {}).values():
                names |= _properties(content.get("schema", {}), parts)
    assert {"customer_id", "fields"} <= names, "the walk found nothing at all"
    assert not WORDS & names


def _properties(schema: Any, parts: dict[str, Any], seen: frozenset[str] = frozenset()) -> set[str]:
    if not isinstance(schema, dict) or not schema:
        return set()
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return set() if name in seen else _properties(parts[name], parts, seen | {name})
    found = set(schema.get("properties", {}))
    for one in (*schema.get("properties", {}).values(), *schema.get("anyOf", ()), schema.get("items", {})):
        found |= _properties(one, parts, seen)
    return found


def test_a_verdict_of_another_kind_can_not_be_made_by_a_judge() -> None:
    made = {name for name, _ in inspect.getmembers(verdict, inspect.isfunction)}
    assert not {"stale", "excepted", "declared"} & made
    assert list(inspect.signature(derive).parameters) == ["kinds", "bindings", "latest", "exemptions", "now"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["update {} set event_id = event_id", "delete from {}", "truncate {}"])
def test_the_application_can_not_rewrite(table: str, statement: str) -> None:
    with within(HOME), pytest.raises(ProgrammingError) as refused, connections["default"].cursor() as cursor:
        cursor.execute(statement.format(table))
    assert refused.value.__cause__ is not None
    assert getattr(refused.value.__cause__, "sqlstate", None) == "42501"


def test_even_a_superuser_meets_the_guard(stage: Stage) -> None:
    name = stage.control()
    stage.policy((name,))
    stage.check(name)
    for statement in (
        "update promises_interval set state = 'kept' where clause = 'T-1'",
        "delete from promises_interval where clause = 'T-1'",
        f"update promises_evidence set state = 'kept' where control = '{name}'",
        f"delete from promises_evidence where control = '{name}'",
        "truncate promises_evidence_2026",
    ):
        with admin() as connection:
            with pytest.raises(Exception, match="append-only") as refused:
                connection.execute(statement.encode())
            assert getattr(refused.value, "sqlstate", None) == "42501"


def _forge(pack: str, state: str, *, ago: timedelta, event_id: UUID | None = None) -> None:
    """Insert a row as the application may, claiming what is not so."""
    from troth.kernel.clock import SYSTEM

    with within(HOME), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into promises_interval (customer_id, number, pack, pack_version, clause, since, state, code,"
            " params, evidence, event_id)"
            " values (%s, nextval('promises_number'), %s, 1, 'T-1', %s, %s, 'test.good', '{}', '', %s)",
            [HOME, pack, SYSTEM.now() - ago, state, event_id or new_id()],
        )


def test_a_forged_interval_changes_no_state_and_hides_no_miss(stage: Stage) -> None:
    name = stage.control()
    pack = stage.policy((name,))
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    stage.seal()
    before = stage.line()
    _forge(pack, "kept", ago=timedelta(days=80))
    _forge(pack, "kept", ago=timedelta(0))
    line = stage.line()
    assert line.state == "broken", "the state is derived, whatever the newest row says"
    assert line.misses[0].state == "broken"
    assert line.misses[0].until is None
    assert line.history[0].state == before.history[0].state, "no past that was better is taken without its seal"
    # Once its few minutes are over, nothing of it is shown, and that it is there is said.
    stage.later(timedelta(minutes=6))
    found = stage.statement()
    assert found.discarded == 2
    assert [miss.since for miss in found.lines()[0].misses] == [miss.since for miss in before.misses]


def test_a_forged_interval_that_borrows_an_entry_is_found(stage: Stage) -> None:
    """The event exists in the log, but says something else."""
    name = stage.control()
    pack = stage.policy((name,))
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    with within(HOME):
        real = Interval.objects.filter(customer_id=HOME, pack=pack).order_by("-number").first()
    assert real is not None
    stage.seal()
    _forge(pack, "kept", ago=timedelta(days=10), event_id=real.event_id)
    found = stage.statement()
    assert found.discarded == 1
    assert {day.state for day in found.lines()[0].history} <= {None, "broken", "unverified"}


def _insert_evidence(name: str, *, event_id: UUID | None = None) -> None:
    from troth.kernel.clock import SYSTEM

    with within(HOME), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into promises_evidence (customer_id, control, number, seen_at, event_id, facts, terms, revision,"
            " state, code)"
            " values (%s, %s, nextval('promises_number'), %s, %s, %s, '{}', 'forged', 'kept', 'test.good')",
            [
                HOME,
                name,
                SYSTEM.now(),
                event_id or new_id(),
                b'{"looked_at":3,"slowest":null,"wrong":0}',
            ],
        )


def test_forged_evidence_is_never_kept_for_longer_than_a_seal_takes(stage: Stage) -> None:
    name = stage.control()
    stage.policy((name,))
    stage.sees[name] = Facts(3, wrong=1)
    checked = stage.check(name)
    stage.seal()
    _insert_evidence(name, event_id=checked.event_id)
    line = stage.line()
    assert (line.state, line.code) == ("unverified", "evidence.altered")
    _insert_evidence(name)
    stage.later(timedelta(minutes=6))
    line = stage.line()
    assert (line.state, line.code) == ("unverified", "evidence.unsealed")


def test_facts_that_a_superuser_altered_are_not_believed(stage: Stage) -> None:
    """With the triggers off, as whoever owns the machine can have them; the entry in the log is the witness."""
    name = stage.control()
    stage.policy((name,))
    stage.sees[name] = Facts(0)
    stage.check(name)
    stage.seal()
    with admin() as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            f'update promises_evidence set facts = \'{{"looked_at":9,"slowest":null,"wrong":0}}\', state = \'kept\','
            f" code = 'test.good' where control = '{name}'".encode()
        )
        connection.commit()
    line = stage.line()
    assert (line.state, line.code) == ("unverified", "evidence.altered")


def _without_triggers(statement: str) -> None:
    """Do what only whoever owns the machine can."""
    with admin() as connection:
        connection.execute("set session_replication_role = replica")
        assert connection.execute(statement.encode()).rowcount
        connection.commit()


def _changes(stage: Stage, pack: str) -> list[object]:
    found = queries.newest_changes(limit=400, clock=stage.clock)
    return [(one.state, one.since) for one in found if one.pack_id == pack]


def test_a_miss_stays_in_the_history_when_its_row_is_taken_away_or_rewritten(stage: Stage) -> None:
    name = stage.control()
    pack = stage.policy((name,))
    for wrong in (1, 0, 2, 0):
        stage.sees[name] = Facts(3, wrong=wrong)
        stage.later(timedelta(minutes=1))
        stage.check(name)
    stage.seal()
    before = stage.line()
    told = _changes(stage, pack)
    assert len(before.misses) == 2
    _without_triggers(
        f"delete from promises_interval where pack = '{pack}' and number ="
        f" (select min(number) from promises_interval where pack = '{pack}' and state = 'broken')"
    )
    _without_triggers(f"update promises_interval set state = 'kept' where pack = '{pack}' and state = 'broken'")
    after = stage.line()
    assert after.misses == before.misses
    assert after.history == before.history
    assert _changes(stage, pack) == told, "the feed tells of it as well"


def test_evidence_that_is_taken_away_is_missed(stage: Stage) -> None:
    """Whoever deletes what was seen last does not get back what was seen before it, nor silence."""
    name = stage.control()
    stage.policy((name,))
    stage.check(name)
    stage.sees[name] = Facts(3, wrong=1)
    stage.later(timedelta(minutes=1))
    stage.check(name)
    stage.seal()
    assert stage.line().state == "broken"
    newest = f"(select max(number) from promises_evidence where control = '{name}')"
    _without_triggers(f"delete from promises_evidence where control = '{name}' and number = {newest}")
    assert (stage.line().state, stage.line().code) == ("broken", "test.wrong")
    _without_triggers(f"delete from promises_evidence where control = '{name}'")
    assert (stage.line().state, stage.line().code) == ("broken", "test.wrong")


def test_nothing_is_proven_under_a_policy_that_nobody_decided(stage: Stage) -> None:
    """A milder policy, put into force by a row; or back into force, by taking the stricter one's row away."""
    name = stage.control()
    pack = stage.policy((name,), within="P9D")
    stage.sees[name] = Facts(3, slowest=timedelta(days=2))
    stage.check(name)
    stage.seal()
    assert stage.line().state == "kept"
    stage.policy((name,), within="P1D", pack=pack, version=2)
    stage.seal()
    assert stage.line().state == "broken"
    stricter = "(select max(number) from policy_activation)"
    _without_triggers(
        "insert into policy_activation select gen_random_uuid(), number + 2, digest, now(), now(), reason, event_id"
        f" from policy_activation where number = {stricter} - 1"
    )
    freshness.forget()
    assert (stage.line().state, stage.line().code) == ("unverified", "policy.unsealed")
    _without_triggers(f"delete from policy_activation where number >= {stricter} - 1")
    freshness.forget()
    assert (stage.line().state, stage.line().code) == ("unverified", "policy.taken_away")


def test_what_was_said_then_is_judged_again_now(stage: Stage) -> None:
    """A stricter policy judges the facts that are there, at once and without a new look."""
    name = stage.control()
    pack = stage.policy((name,), within="P1D")
    stage.sees[name] = Facts(3, slowest=timedelta(hours=10))
    stage.check(name)
    assert stage.line().state == "kept"
    stage.policy((name,), within="PT8H", pack=pack, version=2)
    assert stage.line().state == "broken"
