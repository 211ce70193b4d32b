"""Webhooks: signed, tried again, given up visibly; and nothing of them to read in the database or the log."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from uuid import UUID

import pytest
from django.db import connections

from tests.fixtures.world import World, logged_leaves
from tests.messages.conftest import CHANGE, Outbox, Receiver
from troth.access import gate, webhooks
from troth.access.errors import Elsewhere, NotAllowed, NotSignedIn, PermitOver
from troth.access.roles import Action
from troth.kernel.actor import nobody
from troth.kernel.errors import NotFound
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.messages import delivering, outbound, signing
from troth.messages.errors import TooManyEndpoints
from troth.messages.models import Endpoint, Message
from troth.messages.terms import MessageTerms


def test_a_change_arrives_signed(outbox: Outbox, receiver: Receiver) -> None:
    made = outbox.add(receiver.url)
    message_id = outbox.queue()
    (delivery,) = outbox.work(message_id)
    (call,) = receiver.calls
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 1)
    assert call.path == "/hook?token=in-the-path"
    told = json.loads(call.body)
    assert told["type"] == "promise.changed"
    assert told["data"] == {k: v for k, v in CHANGE.items() if k != "path"} | {
        "link": "https://troth.example/trust/clauses/A-4b"
    }
    # As a receiver checks it, from the secret that was shown.
    secret = b64decode(made.secret.removeprefix("whsec_"))
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    expected = "v1," + b64encode(hmac.new(secret, signed, "sha256").digest()).decode()
    assert call.headers["webhook-signature"] == expected
    assert call.headers["webhook-id"] == str(message_id)
    assert int(call.headers["webhook-timestamp"]) == int(outbox.clock.now().timestamp())
    assert outbox.work(message_id)[0].attempts == 1, "what is delivered is not sent again"
    assert len(receiver.calls) == 1


def test_the_published_vector_of_standard_webhooks() -> None:
    """From the specification's reference libraries: one secret, one id, one instant, one signature."""
    from datetime import UTC, datetime

    secret = signing.read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    made = signing.headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_failure_is_tried_again_with_the_same_id_and_body(outbox: Outbox, receiver: Receiver) -> None:
    outbox.add(receiver.url)
    receiver.answers(500)
    message_id = outbox.queue()
    (first,) = outbox.work(message_id)
    assert (first.state, first.reason, first.status) == ("waiting", "answered_with_an_error", 500)
    outbox.work(message_id)
    assert len(receiver.calls) == 1, "not before its time"
    receiver.answers(200)
    outbox.clock.forward(timedelta(minutes=1))
    (second,) = outbox.work(message_id)
    assert (second.state, second.attempts) == ("delivered", 2)
    one, two = receiver.calls
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert one.body == two.body
    assert one.headers["webhook-timestamp"] != two.headers["webhook-timestamp"]


def test_a_second_worker_with_the_same_list_leaves_it_alone(outbox: Outbox, receiver: Receiver) -> None:
    outbox.add(receiver.url)
    receiver.answers(500)
    message_id = outbox.queue()
    delivering.spread(outbox.customer_id, message_id, outbox.around)
    (listed,) = outbox.deliveries(message_id)
    outbox.work(message_id)
    delivering._attempt(listed, outbox.around)
    assert len(receiver.calls) == 1


def test_it_is_given_up_after_the_last_retry_and_says_why(world: World, receiver: Receiver) -> None:
    outbox = Outbox(world, world.customer(), terms=MessageTerms(retries=(timedelta(minutes=1),) * 2))
    made = outbox.add(receiver.url)
    receiver.answers(503)
    message_id = outbox.queue()
    for _ in range(6):
        (delivery,) = outbox.work(message_id)
        outbox.clock.forward(timedelta(minutes=1))
    assert (delivery.state, delivery.attempts, delivery.reason) == ("given_up", 3, "answered_with_an_error")
    assert len(receiver.calls) == 3
    leaves = dict(logged_leaves(outbox.customer_id))
    assert "message.given_up" in leaves
    assert "in-the-path" not in json.dumps(leaves["message.given_up"])
    with within(outbox.customer_id):
        told = Message.objects.get(customer_id=outbox.customer_id, kind="webhook_given_up")
        assert Message.objects.get(customer_id=outbox.customer_id, message_id=message_id).done_at is not None
    assert told.payload == {
        "endpoint": str(made.endpoint_id),
        "host": "127.0.0.1",
        "reason": "answered_with_an_error",
    }


def test_a_receiver_that_has_gone_is_left_alone(outbox: Outbox, receiver: Receiver) -> None:
    outbox.add(receiver.url)
    receiver.answers(410)
    (delivery,) = outbox.work(outbox.queue())
    assert (delivery.state, delivery.reason) == ("given_up", "gone")
    assert outbox.work(outbox.queue()) == []


def test_a_redirect_is_not_followed(outbox: Outbox, receiver: Receiver) -> None:
    outbox.add(receiver.url)
    receiver.answers(302, Location=receiver.url)
    (delivery,) = outbox.work(outbox.queue())
    assert (delivery.state, delivery.status) == ("waiting", 302)
    assert len(receiver.calls) == 1


def test_a_slow_answer_ends_in_time(outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "SECONDS", 0.5)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(60):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.1)

    receiver.answer = drip
    outbox.add(receiver.url)
    began = time.monotonic()
    (delivery,) = outbox.work(outbox.queue())
    assert time.monotonic() - began < 3
    assert (delivery.state, delivery.reason) == ("waiting", "timed_out")


def test_of_a_huge_answer_little_is_read(outbox: Outbox, receiver: Receiver) -> None:
    sent = []

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            sent.extend(handler.wfile.write(b"x" * 65_536) for _ in range(2_000))
        except OSError:
            return

    receiver.answer = flood
    outbox.add(receiver.url)
    (delivery,) = outbox.work(outbox.queue())
    assert delivery.state == "delivered"
    assert sum(sent) < 60_000_000


def test_a_worker_killed_before_the_answer_tries_again(
    outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.add(receiver.url)
    message_id = outbox.queue()

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "_end", die)
        with pytest.raises(Killed):
            outbox.work(message_id)
    (delivery,) = outbox.deliveries(message_id)
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    outbox.clock.forward(timedelta(minutes=1))
    assert outbox.work(message_id)[0].state == "delivered"
    assert {call.headers["webhook-id"] for call in receiver.calls} == {str(message_id)}
    assert len(receiver.calls) == 2, "at least once"


def test_the_tick_finds_what_nobody_took_up(outbox: Outbox, receiver: Receiver) -> None:
    """The job was lost with its worker: the message is still in the outbox."""
    outbox.add(receiver.url)
    message_id = outbox.queue()
    with connections["default"].cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where args->>'message_id' = %s", [str(message_id)])
    assert delivering.tick(outbox.around) >= 1
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where args->>'message_id' = %s and status = 'todo'",
            [str(message_id)],
        )
        assert cursor.fetchone() == (1,)


def test_ended_messages_are_forgotten_in_time(outbox: Outbox, receiver: Receiver) -> None:
    outbox.add(receiver.url)
    message_id = outbox.queue()
    outbox.work(message_id)
    delivering.tick(outbox.around)
    assert outbox.deliveries(message_id)
    outbox.clock.forward(timedelta(days=91))
    delivering.tick(outbox.around)
    assert not outbox.deliveries(message_id)


def test_a_message_that_waited_too_long_expires(outbox: Outbox, receiver: Receiver) -> None:
    outbox.add(receiver.url)
    message_id = outbox.queue()
    outbox.clock.forward(timedelta(days=15))
    (delivery,) = outbox.work(message_id)
    assert (delivery.state, delivery.reason) == ("expired", "too_old")
    assert receiver.calls == []


def test_neither_the_address_nor_the_secret_lies_open(outbox: Outbox, receiver: Receiver) -> None:
    made = outbox.add(receiver.url)
    secret = b64decode(made.secret.removeprefix("whsec_"))
    with within(outbox.customer_id):
        row = Endpoint.objects.get(customer_id=outbox.customer_id, endpoint_id=made.endpoint_id)
    stored = bytes(row.url) + bytes(row.secret) + row.host.encode()
    assert b"in-the-path" not in stored
    assert secret not in stored
    assert made.secret not in repr(made)


def test_a_removed_webhook_is_not_called(outbox: Outbox, receiver: Receiver, world: World) -> None:
    made = outbox.add(receiver.url)
    receiver.answers(500)
    waiting = outbox.queue()
    outbox.work(waiting)
    permit = gate.permit(world.cli, outbox.customer_id, Action.WEBHOOKS_MANAGE)
    webhooks.remove(permit, made.endpoint_id)
    assert outbox.deliveries(waiting)[0].state == "withdrawn"
    assert outbox.work(outbox.queue()) == []
    assert webhooks.listed(permit) == []
    with pytest.raises(NotFound):
        webhooks.remove(permit, made.endpoint_id)


def test_a_test_call_goes_to_one_webhook_alone(outbox: Outbox, world: World, receiver: Receiver) -> None:
    outbox.add(receiver.url)
    made = outbox.add(receiver.url.replace("hook", "other"))
    permit = gate.permit(world.cli, outbox.customer_id, Action.WEBHOOKS_MANAGE)
    message_id = webhooks.try_out(permit, made.endpoint_id, clock=outbox.clock)
    outbox.work(message_id)
    (call,) = receiver.calls
    assert call.path.startswith("/other")
    assert json.loads(call.body)["type"] == "webhook.test"
    (shown,) = webhooks.deliveries(permit, endpoint_id=made.endpoint_id)
    assert (shown.state, shown.event) == ("delivered", "webhook.test")


def test_there_is_a_limit(world: World, receiver: Receiver) -> None:
    outbox = Outbox(world, world.customer())
    for _ in range(MessageTerms().endpoints_at_most):
        outbox.add(receiver.url)
    with pytest.raises(TooManyEndpoints):
        outbox.add(receiver.url)


def test_customers_do_not_share_webhooks(world: World, receiver: Receiver) -> None:
    ours, theirs = Outbox(world, world.customer()), Outbox(world, world.customer())
    made = ours.add(receiver.url)
    assert theirs.work(theirs.queue()) == []
    permit = gate.permit(world.cli, theirs.customer_id, Action.WEBHOOKS_MANAGE)
    with pytest.raises(NotFound):
        webhooks.remove(permit, made.endpoint_id)
    with pytest.raises(NotFound):
        webhooks.try_out(permit, made.endpoint_id)
    assert webhooks.listed(permit) == []


def test_only_who_may_manages_webhooks(world: World) -> None:
    customer = world.customer()
    for actor, refusal in (
        (nobody("test"), NotSignedIn),
        (world.person(customer, "owner").actor, NotAllowed),
        (world.person(world.customer(), "owner").actor, Elsewhere),
        (world.staff("support").actor, NotAllowed),
        (world.staff("auditor").actor, NotAllowed),
    ):
        with pytest.raises(refusal):
            gate.permit(actor, customer, Action.WEBHOOKS_MANAGE)
    permit = gate.permit(world.cli, customer, Action.CUSTOMER_SHOW)
    unknown: UUID = new_id()
    for act in (
        lambda: webhooks.add(permit, "https://example.org/"),
        lambda: webhooks.remove(permit, unknown),
        lambda: webhooks.try_out(permit, unknown),
        lambda: webhooks.listed(permit),
        lambda: webhooks.deliveries(permit),
    ):
        with pytest.raises(PermitOver):
            act()
