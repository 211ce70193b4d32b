"""A crossing keeps what the wall promises: in its transaction only, one door, one customer, nothing left behind."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction

from tests.fixtures.world import World
from troth.kernel import crossing, wall
from troth.kernel.ids import new_id

CONTEXT = (
    b"SELECT coalesce(current_setting('troth.door', true), ''), coalesce(current_setting('troth.customer', true), '')",
    (),
)
SEEN = (b"SELECT customer_id FROM tenancy_customer", ())


def _context() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(CONTEXT[0].decode())
        found: tuple[str, str] = cursor.fetchone()
        return found


def test_through_the_door_into_one_customer() -> None:
    customer = new_id()
    with crossing.through("key_lookup", new_id()) as walk:
        assert walk.ask(CONTEXT) == [[("key_lookup", "")]]
        assert wall.standing() is None
        walk.enter(customer)
        assert walk.ask(CONTEXT) == [[("", str(customer))]]
        assert wall.standing() == customer
        with pytest.raises(wall.WallBreach):
            walk.enter(new_id())
        walk.commit()
    assert wall.standing() is None
    assert _context() == ("", "")


def test_only_the_customer_entered_is_seen(world: World) -> None:
    first, second = world.customer(), world.customer()
    with crossing.through("key_lookup", new_id()) as walk:
        assert walk.ask(SEEN) == [[]]
        walk.enter(first)
        assert walk.ask(SEEN) == [[(first,)]]
        walk.commit()
    assert second


def test_what_is_not_committed_is_rolled_back(world: World) -> None:
    customer = world.customer()
    rename = (b"UPDATE tenancy_customer SET locale = %b WHERE customer_id = %b", ("fr", customer))
    for ends_badly in (True, False):
        with crossing.through("key_lookup", new_id()) as walk:
            walk.enter(customer)
            walk.ask(rename)
            if not ends_badly:
                walk.commit()
        assert _locale(customer) == ("en" if ends_badly else "fr")


def _locale(customer: UUID) -> str:
    with wall.within(customer), connection.cursor() as cursor:
        cursor.execute("select locale from tenancy_customer")
        return str(cursor.fetchone()[0])


def _ask(*statements: crossing.Statement, then: Callable[[], object] = lambda: None) -> None:
    with crossing.through("key_lookup", new_id()) as walk:
        walk.enter(new_id())
        walk.ask(*statements)
        then()


def test_an_error_in_the_middle_ends_it_and_leaves_the_connection_sound() -> None:
    for wrong in (b"SELECT 1/0", b"SELECT no_such_column", b"SELECT %b::uuid"):
        parameters = ("x",) if b"%b" in wrong else ()
        with pytest.raises(DatabaseError):
            _ask(CONTEXT, (wrong, parameters), CONTEXT)
        assert _context() == ("", "")
        assert wall.standing() is None
        with crossing.through("key_lookup", new_id()) as walk:
            assert walk.ask(CONTEXT)[0][0][0] == "key_lookup"
            walk.commit()


def test_an_exception_of_the_caller_rolls_back() -> None:
    with pytest.raises(ZeroDivisionError):
        _ask(CONTEXT, then=lambda: 1 / 0)
    assert _context() == ("", "")
    assert wall.standing() is None


def test_it_is_a_transaction_of_its_own() -> None:
    with transaction.atomic(), pytest.raises(wall.WallBreach), crossing.through("key_lookup", new_id()):
        pass
    with wall.within(new_id()), pytest.raises(wall.WallBreach), crossing.through("key_lookup", new_id()):
        pass
    with (
        crossing.through("key_lookup", new_id()),
        pytest.raises(wall.WallBreach),
        crossing.through("key_lookup", new_id()),
    ):
        pass
    with crossing.through("key_lookup", new_id()), pytest.raises(wall.WallBreach), wall.within(new_id()):
        pass


def test_a_connection_that_died_is_replaced() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    import psycopg

    target = connections["owner"].get_connection_params()
    with psycopg.connect(host=target["host"], user="troth_admin", dbname=target["dbname"], autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
    with pytest.raises(OperationalError), crossing.through("key_lookup", new_id()) as walk:
        walk.ask(CONTEXT)
    with crossing.through("key_lookup", new_id()) as walk:
        assert walk.ask(CONTEXT)[0][0][0] == "key_lookup"
        walk.commit()


def test_values_come_back_as_they_went() -> None:
    sent = (new_id(), "Größe\u2028", b"\x00\xff", 7, None)
    with crossing.through("key_lookup", new_id()) as walk:
        asked = (b"SELECT %b::uuid, %b::text, %b::bytea, %b::bigint, %b::text", sent)
        assert walk.ask(asked, asked) == [[sent], [sent]]
        walk.commit()
