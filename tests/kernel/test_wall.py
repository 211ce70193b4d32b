"""The context is transaction-local, never widened, never exchanged."""

from uuid import uuid4

import pytest
from django.db import connection, transaction

from troth.kernel import wall


def _setting(name: str = "customer") -> str:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(current_setting(%s, true), '')", [f"troth.{name}"])
        return str(cursor.fetchone()[0])


def test_the_context_lives_in_its_transaction_only() -> None:
    customer = uuid4()
    with wall.within(customer):
        assert _setting() == str(customer)
        with wall.within(customer):
            assert wall.standing() == customer
    assert _setting() == ""
    assert wall.standing() is None


def test_the_context_ends_with_a_failure_too() -> None:
    with pytest.raises(ZeroDivisionError), wall.within(uuid4()):
        _ = 1 / 0
    assert _setting() == ""
    assert wall.standing() is None


def test_another_customer_is_refused_inside() -> None:
    with wall.within(uuid4()), pytest.raises(wall.WallBreach), wall.within(uuid4()):
        pass


def test_it_is_refused_inside_a_bare_transaction() -> None:
    with transaction.atomic(), pytest.raises(wall.WallBreach), wall.within(uuid4()):
        pass


def test_a_door_leads_into_one_customer_once() -> None:
    customer = uuid4()
    with wall.door("sign_in"):
        assert _setting("door") == "sign_in"
        wall.step_through(customer)
        assert _setting("door") == ""
        assert _setting() == str(customer)
        with pytest.raises(wall.WallBreach):
            wall.step_through(uuid4())
    assert _setting() == ""
