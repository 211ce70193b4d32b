"""A customer that is deleted takes its webhooks and messages along, and a worker that comes late finds nothing."""

from datetime import timedelta

from django.conf import settings
from django.db import connections

from tests.erasure.conftest import make_world
from tests.fixtures.world import World
from tests.messages.conftest import Outbox, Receiver
from troth.erasure import plan, purging
from troth.keys import cache
from troth.messages import delivering


def _left(outbox: Outbox) -> dict[str, int]:
    tables = [table for table in plan.TABLES if table.name.startswith("messages_")]
    return {
        table.name: purging.count_rows(table, "customer", outbox.customer_id, outbox.customer_id) for table in tables
    }


def test_nothing_of_a_deleted_customer_is_left_to_tell(world: World, receiver: Receiver) -> None:
    going = make_world(settings.TROTH_HOME)
    outbox = Outbox(world, going.customer_id)
    outbox.add(receiver.url)
    receiver.answers(500)
    message_id = outbox.queue()
    outbox.work(message_id)
    assert set(_left(outbox).values()) == {1}
    asked = going.delete()
    going.finish(asked.erasure_id)
    assert _left(outbox) == {"messages_delivery": 0, "messages_message": 0, "messages_endpoint": 0}
    outbox.clock.forward(timedelta(hours=1))
    delivering.deliver(message_id, outbox.around)
    assert len(receiver.calls) == 1


def test_a_webhook_whose_keys_are_gone_is_given_up_and_says_so(
    world: World, outbox: Outbox, receiver: Receiver
) -> None:
    """Between the destruction of the keys and the purge of the rows a worker may come by."""
    outbox.add(receiver.url)
    message_id = outbox.queue()
    with connections["keeper"].cursor() as cursor:
        cursor.execute("delete from keys_page where customer_id = %s", [outbox.customer_id])
        cursor.execute("delete from keys_directory where customer_id = %s", [outbox.customer_id])
        cursor.execute("delete from keys_customer where customer_id = %s", [outbox.customer_id])
    cache.forget()
    (delivery,) = outbox.work(message_id)
    assert (delivery.state, delivery.reason) == ("given_up", "keys_gone")
    assert receiver.calls == []
