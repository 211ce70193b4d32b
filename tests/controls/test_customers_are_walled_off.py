"""Held as migrated; broken by taking the wall away from real tables, as the database's administrator could."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from tests.controls.looks import facts_of, verdict_of
from tests.fixtures.world import World
from tests.keys.world import admin
from troth.kernel.database import role_name
from troth.settings import CONFIG

ID = "customers_are_walled_off"
APP, PROBE, OWNER = (role_name(role, CONFIG.database) for role in ("app", "probe", "owner"))  # type: ignore[arg-type]  # three roles
WALL = "customer_id = nullif(current_setting('troth.customer', true), '')::uuid"


@contextmanager
def changed(*statements: str, undo: tuple[str, ...]) -> Iterator[None]:
    """Change the schema for good, and bring it back."""
    with admin(autocommit=True) as connection:
        try:
            for statement in statements:
                connection.execute(statement.encode())
            yield
        finally:
            for statement in undo:
                connection.execute(statement.encode())


def test_held(world: World) -> None:
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("kept", "walled_off.kept")
    facts = facts_of(ID)
    assert facts.tables > 20
    assert facts.tried > 30
    assert facts.role == "app"


def test_a_table_without_the_wall(world: World) -> None:
    name = f"breach_{uuid4().hex}"
    with changed(f"create table {name} (customer_id uuid not null)", undo=(f"drop table {name}",)):
        verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("broken", "walled_off.unwalled")
    assert verdict.params["tables"] == (name,)


def test_a_wall_that_the_owner_is_not_bound_by(world: World) -> None:
    with changed(
        "alter table vault_dataset no force row level security",
        undo=("alter table vault_dataset force row level security",),
    ):
        assert verdict_of(ID).params["tables"] == ("vault_dataset",)


@pytest.mark.parametrize("table", ["vault_record", "tenancy_customer"])
def test_a_policy_that_lets_everybody_in(world: World, table: str) -> None:
    with changed(
        f"alter policy wall on {table} using (true) with check (true)",
        undo=(f"alter policy wall on {table} using ({WALL}) with check ({WALL})",),
    ):
        verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("broken", "walled_off.passed")
    assert f"read {table}" in verdict.params["acts"]  # type: ignore[operator]  # a list


def test_a_door_that_nobody_knows(world: World) -> None:
    with changed(
        f"create policy door_back on vault_subject to {APP} using (customer_id = gen_random_uuid())",
        undo=("drop policy door_back on vault_subject",),
    ):
        assert verdict_of(ID).code == "walled_off.loose"


def test_a_role_that_could_bypass_it(world: World) -> None:
    with changed(f"alter role {PROBE} bypassrls", undo=(f"alter role {PROBE} nobypassrls",)):
        assert verdict_of(ID).code == "walled_off.mighty"


def test_a_table_that_may_be_emptied(world: World) -> None:
    with changed(f"grant truncate on vault_change to {APP}", undo=(f"revoke truncate on vault_change from {APP}",)):
        assert verdict_of(ID).params["who"] == ("vault_change",)


def test_a_canary_that_can_not_do_its_own_proves_nothing(world: World) -> None:
    with changed(f"revoke update on vault_record from {APP}", undo=(f"grant update on vault_record to {APP}",)):
        verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("unverified", "walled_off.no_twin")
