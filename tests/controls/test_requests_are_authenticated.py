"""Held by the platform as it runs; broken by a server that answers everybody, and by one that knows nobody."""

from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from django.test import override_settings
from django.urls import get_resolver

from tests.controls.conftest import served_by
from tests.controls.looks import facts_of, facts_there, judged, verdict_of
from tests.fixtures.installation import Installation
from tests.fixtures.world import World
from troth.promises.controls import requests_are_authenticated as control
from troth.settings import CONFIG

ID = "requests_are_authenticated"


def test_held(platform: Installation) -> None:
    facts = facts_there(platform, ID)
    verdict = judged(ID, facts)
    assert (verdict.state, verdict.code) == ("kept", "authenticated.kept"), facts
    assert facts.tried > 80
    assert facts.lost == 0


def test_every_public_route_is_one() -> None:
    """A name in the list that no route bears would hide the next one that takes it."""
    assert set(control._routes(get_resolver().url_patterns)) >= control.PUBLIC


class Welcoming(BaseHTTPRequestHandler):
    """A server that lost its guards: everybody is answered."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 - the name that http.server calls

    def log_message(self, *said: object) -> None:
        """Nothing."""


def test_a_server_that_lost_its_guards(world: World) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Welcoming) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with override_settings(CONFIG=replace(CONFIG, port=server.server_port, tls=False)):
            facts = facts_of(ID)
        server.shutdown()
    assert judged(ID, facts).code == "authenticated.open"
    assert judged(ID, replace(facts, open=())).code == "authenticated.elsewhere"
    assert judged(ID, replace(facts, open=(), elsewhere=404)).code == "authenticated.wrong_key"


def test_a_server_that_does_not_know_the_canary_proves_nothing(platform: Installation, world: World) -> None:
    """Another installation's server: it turns everybody away, our canary's living key too."""
    with served_by(platform):
        assert verdict_of(ID).code == "authenticated.no_twin"


def test_nobody_there_is_no_proof(own_installation: Callable[..., Installation], world: World) -> None:
    with served_by(own_installation(running=False)):
        assert verdict_of(ID).code == "authenticated.not_reached"
