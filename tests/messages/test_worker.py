"""Messages and real processes: the worker delivers by itself, and one that is killed in the middle loses nothing."""

import signal
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from tests.fixtures.installation import Installation
from tests.messages.conftest import Receiver

QUEUE = """
import sys
from troth.access import gate, webhooks
from troth.access.roles import Action
from troth.kernel.actor import Actor
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.messages import actions
from tests.messages.conftest import CHANGE
cli = Actor(kind="cli", route="test", role="cli", label="test")
webhooks.add(gate.permit(cli, OPERATOR, Action.WEBHOOKS_MANAGE), {url!r})
with within(OPERATOR):
    print(actions.queue("promise_changed", customer_id=OPERATOR, payload=CHANGE))
"""
DELIVER = """
import sys
from datetime import datetime, timedelta, UTC
from dataclasses import replace
from uuid import UUID
from troth.access import post
from troth.messages import delivering
class Later:
    def now(self): return datetime.now(UTC) + timedelta(minutes={minutes})
delivering.deliver(UUID({message!r}), replace(post.around(), clock=Later()))
"""
STATE = """
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.messages.models import Delivery
with within(OPERATOR):
    print([(one.state, one.attempts) for one in Delivery.objects.filter(customer_id=OPERATOR, channel="webhook")])
"""
ALLOWED = {"TROTH_WEBHOOK_NETWORKS": "127.0.0.0/8"}


def _await(condition: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_worker_delivers_what_is_queued(own_installation: Callable[..., Installation], receiver: Receiver) -> None:
    installation = own_installation(running=False, **ALLOWED)
    installation.up()
    message = installation.python(QUEUE.format(url=receiver.url), process="web").split()[-1]
    _await(lambda: receiver.calls, 30)
    assert receiver.calls[0].headers["webhook-id"] == message
    _await(lambda: "delivered" in installation.python(STATE, process="web"), 30)
    assert len(receiver.calls) == 1


def test_a_worker_killed_while_it_waits_for_the_answer_loses_nothing(
    own_installation: Callable[..., Installation], receiver: Receiver
) -> None:
    installation = own_installation(**ALLOWED)
    installation.install()
    message = installation.python(QUEUE.format(url=receiver.url)).split()[-1]
    answer = receiver.answer

    def never(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(20)

    receiver.answer = never
    worker = installation.spawn("-c", "import django; django.setup()\n" + DELIVER.format(message=message, minutes=0))
    _await(lambda: receiver.calls, 30)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert "[('waiting', 1)]" in installation.python(STATE)
    receiver.answer = answer
    installation.python(DELIVER.format(message=message, minutes=0))
    assert len(receiver.calls) == 1, "its next attempt has its time"
    installation.python(DELIVER.format(message=message, minutes=2))
    assert "[('delivered', 2)]" in installation.python(STATE)
    assert [call.headers["webhook-id"] for call in receiver.calls] == [message, message]
    assert receiver.calls[0].body == receiver.calls[1].body
