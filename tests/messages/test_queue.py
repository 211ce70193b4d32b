"""A message is queued with what it tells of, inside its customer's wall, and holds what its kind allows."""

import pytest
from django.db import connections

from tests.fixtures.world import World
from troth.kernel.wall import WallBreach, within
from troth.messages import actions
from troth.messages.errors import BadPayload
from troth.messages.kinds import Payload
from troth.messages.models import Message

CHANGE: Payload = {
    "pack": "agency",
    "clause": "A-4b",
    "from": "kept",
    "to": "broken",
    "since": "2026-11-22T12:00:00Z",
    "sentence": {"en": "Two erasures are late.", "fr": "Deux effacements sont en retard."},
}


def _jobs(message_id: object) -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where task_name = 'messages.deliver' and args->>'message_id' = %s",
            [str(message_id)],
        )
        return int(cursor.fetchone()[0])


def test_a_message_and_its_job_commit_together(world: World) -> None:
    customer = world.customer()
    with within(customer):
        message_id = actions.queue("promise_changed", customer_id=customer, payload=CHANGE)
    with within(customer):
        found = Message.objects.get(customer_id=customer, message_id=message_id)
    assert (found.kind, found.payload, found.webhooks, found.spread_at) == ("promise_changed", dict(CHANGE), True, None)
    assert _jobs(message_id) == 1


def test_a_rollback_sends_nothing(world: World) -> None:
    customer = world.customer()
    queued = []

    def act() -> None:
        with within(customer):
            queued.append(actions.queue("promise_changed", customer_id=customer, payload=CHANGE))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    with within(customer):
        assert not Message.objects.filter(customer_id=customer).exists()
    assert _jobs(queued[0]) == 0


def test_a_message_is_queued_inside_its_own_customer_only(world: World) -> None:
    customer, other = world.customer(), world.customer()
    with pytest.raises(WallBreach):
        actions.queue("promise_changed", customer_id=customer, payload=CHANGE)
    with pytest.raises(WallBreach), within(other):
        actions.queue("promise_changed", customer_id=customer, payload=CHANGE)


@pytest.mark.parametrize(
    "change",
    [
        {"mail": "someone@example.org"},
        {"sentence": "one language"},
        {"sentence": {"en": "only"}},
        {"to": ["broken"]},
        {"to": "x" * 2_001},
        {"to": "a\x00b"},
    ],
)
def test_a_payload_holds_what_its_kind_lists(world: World, change: dict[str, object]) -> None:
    customer = world.customer()
    with pytest.raises(BadPayload), within(customer):
        actions.queue("promise_changed", customer_id=customer, payload={**CHANGE, **change})  # type: ignore[dict-item]  # bad on purpose


def test_a_payload_lacks_nothing_and_its_kind_exists(world: World) -> None:
    customer = world.customer()
    with pytest.raises(BadPayload), within(customer):
        actions.queue("promise_changed", customer_id=customer, payload={"pack": "agency"})
    with pytest.raises(BadPayload), within(customer):
        actions.queue("gossip", customer_id=customer, payload={})
