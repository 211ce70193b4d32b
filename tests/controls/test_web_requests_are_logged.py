"""Held by the platform as it runs; broken by a log that can't be written and by a server that writes none."""

import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from django.test import override_settings

from tests.controls.conftest import served_by
from tests.controls.looks import judged
from tests.fixtures.installation import Installation
from troth.kernel.clock import SYSTEM
from troth.promises.catalogue import by_id
from troth.promises.scope import Scope

ID = "web_requests_are_logged"


def look(installation: Installation) -> Any:
    control = by_id(ID)
    assert control is not None
    assert control.observe is not None
    with served_by(installation):
        return control.observe(Scope(now=SYSTEM.now(), home=installation.home))


def test_held(platform: Installation) -> None:
    facts = look(platform)
    assert facts.sent >= 8
    assert judged(ID, facts).code == "web_log.kept"


def test_a_log_that_somebody_redirects(platform: Installation) -> None:
    """The web processes append to what they hold open, looked at once a second: then the lines go elsewhere."""
    log, kept = platform.config.logs / "web.log", platform.config.logs / "web.log.kept"
    log.rename(kept)
    log.symlink_to("/dev/null")
    try:
        time.sleep(1.2)
        verdict = judged(ID, look(platform))
    finally:
        log.unlink()
        kept.rename(log)
        time.sleep(1.2)
    assert (verdict.state, verdict.code) == ("broken", "web_log.missing")
    assert judged(ID, look(platform)).state == "kept"


class Silent(BaseHTTPRequestHandler):
    """A server that answers and writes nothing down."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_DELETE = do_GET  # noqa: N815 - the names that http.server calls

    def log_message(self, *said: object) -> None:
        """Nothing."""


def test_a_server_that_writes_no_log(platform: Installation) -> None:
    control = by_id(ID)
    assert control is not None
    assert control.observe is not None
    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with override_settings(CONFIG=replace(platform.config, port=server.server_port, tls=False)):
            facts = control.observe(Scope(now=SYSTEM.now(), home=platform.home))
        server.shutdown()
    assert judged(ID, facts).code == "web_log.missing"


def test_nobody_there_is_no_proof(own_installation: Callable[..., Installation]) -> None:
    assert judged(ID, look(own_installation(running=False))).code == "web_log.not_reached"
