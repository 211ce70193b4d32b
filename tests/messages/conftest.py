"""Receivers that really listen: an HTTP server and a mail server on this machine, and a clock that stands still."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import ClassVar
from uuid import UUID

import pytest
from django.test import override_settings

from tests.fixtures.world import World
from troth.access import gate, post, webhooks
from troth.access.roles import Action
from troth.kernel.wall import within
from troth.messages import actions, delivering
from troth.messages.kinds import Audience, Payload
from troth.messages.models import Delivery
from troth.messages.surroundings import Around

LOCAL = (ip_network("127.0.0.0/8"),)
CHANGE: Payload = {
    "pack": "agency",
    "clause": "A-4b",
    "from": "kept",
    "to": "broken",
    "since": "2026-11-22T12:00:00Z",
    "path": "/trust/clauses/A-4b",
    "sentence": {"en": "Two erasures are late.", "fr": "Deux effacements sont en retard."},
}


@dataclass
class Standing:
    """A clock that is set by hand."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 12, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Received:
    """One call as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """An HTTP server that answers as it is told."""

    def __init__(self) -> None:
        self.calls: list[Received] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = _status(204)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.calls.append(Received(self.path, headers, body))
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook?token=in-the-path"

    def answers(self, status: int, **headers: str) -> None:
        self.answer = _status(status, **headers)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _status(status: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


class _Post(socketserver.StreamRequestHandler):
    """SMTP (RFC 5321), as little of it as a sender needs."""

    letters: ClassVar[list[tuple[str, str]]] = []
    refuse: ClassVar[bool] = False

    def handle(self) -> None:
        self._say("220 test")
        to = ""
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                to = line.partition("<")[2].rstrip(">")
                self._say("550 no" if self.refuse else "250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                text = b""
                while (piece := self.rfile.readline()) not in {b".\r\n", b""}:
                    text += piece
                self.letters.append((to, text.decode()))
                self._say("250 ok")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 test")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mail_server(*, refuse: bool = False) -> Iterator[list[tuple[str, str]]]:
    """A mail server that Django is told of; what arrived, as (address, text)."""
    kept: list[tuple[str, str]] = []
    handler = type("Post", (_Post,), {"letters": kept, "refuse": refuse})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        with override_settings(
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=port,
            EMAIL_USE_SSL=False,
            EMAIL_USE_TLS=False,
            DEFAULT_FROM_EMAIL="troth@operator.example",
        ):
            yield kept
        server.shutdown()


class Outbox:
    """One customer's outbox, delivered by hand as the worker would."""

    def __init__(self, world: World, customer_id: UUID, **around: object) -> None:
        self.world, self.customer_id = world, customer_id
        self.clock = Standing()
        given = {"networks": LOCAL, "address": "https://troth.example", **around}
        self.around = Around(book=post.Accounts(), clock=self.clock, **given)  # type: ignore[arg-type]  # as named

    def add(self, url: str) -> actions.NewEndpoint:
        permit = gate.permit(self.world.cli, self.customer_id, Action.WEBHOOKS_MANAGE)
        with override_settings(TROTH_WEBHOOK_NETWORKS=self.around.networks):
            return webhooks.add(permit, url, clock=self.clock)

    def queue(self, kind: str = "promise_changed", payload: Payload = CHANGE, to: Audience | None = None) -> UUID:
        with within(self.customer_id):
            return actions.queue(kind, customer_id=self.customer_id, payload=payload, to=to, clock=self.clock)

    def work(self, message_id: UUID) -> list[Delivery]:
        delivering.deliver(message_id, self.around)
        return self.deliveries(message_id)

    def deliveries(self, message_id: UUID) -> list[Delivery]:
        with within(self.customer_id):
            found = Delivery.objects.filter(customer_id=self.customer_id, message_id=message_id)
            return list(found.order_by("channel", "receiver_id"))


@pytest.fixture
def outbox(world: World) -> Outbox:
    return Outbox(world, world.customer())
