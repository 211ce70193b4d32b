"""Customers: made whole or not at all, named apart, moved only along their states, listed through one door."""

import secrets

import pytest
from django.db import connections

from tests.fixtures.world import World, logged
from troth.kernel import wall
from troth.kernel.errors import Invalid, NotFound
from troth.kernel.ids import OPERATOR, new_id
from troth.tenancy import actions, queries
from troth.tenancy.errors import CustomerClosed, NameTaken, WrongState


def test_a_customer_comes_with_keys_and_a_first_entry(world: World) -> None:
    made = world.customer()
    assert queries.get(made).state == "active"
    assert logged(made) == ["customer.add"]
    with wall.within(made), connections["default"].cursor() as cursor:
        cursor.execute("select count(*) from keys_customer where customer_id = %s", [made])
        assert cursor.fetchone() == (1,)


def test_a_failure_leaves_nothing(world: World) -> None:
    chosen = world.customer()
    with pytest.raises(Exception, match="keys_customer"):
        actions.add_customer(f"Twice {secrets.token_hex(4)}", by=world.cli, customer_id=chosen)
    assert logged(chosen) == ["customer.add"]
    assert wall.standing() is None


def test_the_operator_is_established_once(world: World) -> None:
    again = actions.establish_operator("Other name", by=world.cli)
    assert again.customer_id == OPERATOR
    assert again.name == "Operator"
    assert all(one.customer_id != OPERATOR for one in queries.customers())


def test_the_directory_shows_all_and_nothing_else_does(world: World) -> None:
    first, second = world.customer(), world.customer()
    assert {first, second} <= {one.customer_id for one in queries.customers()}
    with wall.within(first), connections["default"].cursor() as cursor:
        cursor.execute("select customer_id from tenancy_customer")
        assert [row[0] for row in cursor.fetchall()] == [first]
    with connections["default"].cursor() as cursor:
        cursor.execute("select count(*) from tenancy_customer")
        assert cursor.fetchone() == (0,)


def test_another_customers_row_can_not_be_written(world: World) -> None:
    first, second = world.customer(), world.customer()
    with wall.within(first), connections["default"].cursor() as cursor:
        cursor.execute("update tenancy_customer set name = 'mine' where customer_id = %s", [second])
        assert cursor.rowcount == 0


def test_active_names_differ_whatever_their_case(world: World) -> None:
    name = f"Größe {secrets.token_hex(4)}"
    made = actions.add_customer(name, by=world.cli)
    for same in (name, name.upper().replace("SS", "ß"), f"  {name}  "):
        with pytest.raises(NameTaken):
            actions.add_customer(same, by=world.cli)
    actions.rename(made.customer_id, name + " II", by=world.cli)
    actions.add_customer(name, by=world.cli)
    with pytest.raises(NameTaken):
        actions.rename(made.customer_id, name, by=world.cli)
    actions.rename(made.customer_id, name + " II", by=world.cli)


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "x" * 201, "a\u202eb", "\ud800"])
def test_names_that_can_not_be_taken(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        actions.add_customer(name, by=world.cli)


def test_states_move_one_way(world: World) -> None:
    made = world.customer()
    with pytest.raises(WrongState):
        actions.mark_erased(made, by=world.cli)
    actions.close(made, by=world.cli)
    with pytest.raises(WrongState):
        actions.close(made, by=world.cli)
    with wall.within(made), pytest.raises(CustomerClosed):
        queries.hold_open(made)
    assert actions.reopen(made, by=world.cli).closed_at is None
    actions.close(made, by=world.cli)
    gone = actions.mark_erased(made, by=world.cli)
    assert (gone.state, gone.name) == ("erased", "")
    with pytest.raises(WrongState):
        actions.reopen(made, by=world.cli)
    with pytest.raises(WrongState):
        actions.close(OPERATOR, by=world.cli)


def test_what_is_not_there_is_not_found(world: World) -> None:
    for call in (lambda: queries.get(new_id()), lambda: actions.close(new_id(), by=world.cli)):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(NotFound):
        actions.rename(new_id(), f"New {secrets.token_hex(4)}", by=world.cli)
