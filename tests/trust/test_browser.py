"""Statements made by hand in a real browser: every state and what goes with it, light and dark, telephone and wide."""

import gzip
from collections.abc import Iterator
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve

from tests.journeys.browser import Person, chromium
from tests.trust import samples
from tests.trust.test_pages import clause_page, rendered
from troth.trust import answers

pytestmark = pytest.mark.browser

PAGES = {
    "/states": lambda: rendered(samples.seven()),
    "/clause": lambda: clause_page(samples.seven(), "A-4b"),
    "/misses": lambda: rendered(samples.many_misses()),
    "/network": lambda: rendered(samples.of_pack("network")),
    "/contracts-fr": lambda: rendered(samples.of_pack("contracts", "fr")),
}
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Encoding", "gzip"),
    ("Content-Security-Policy", answers.HEADERS["Content-Security-Policy"]),
]


class Quiet(WSGIRequestHandler):
    """Says nothing of what it serves."""

    def log_message(self, *told: Any) -> None:
        """Not a word."""


@pytest.fixture
def base() -> Iterator[str]:
    """Where the pages are. They are made beforehand: the server's thread has no database."""
    pages = {path: gzip.compress(make().encode()) for path, make in PAGES.items()}

    def served(environ: dict[str, Any], start: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        if path in pages:
            start("200 OK", HEADERS)
            return [pages[path]]
        found = resolve(path)
        answer = found.func(WSGIRequest(environ), **found.kwargs)
        start(f"{answer.status_code} OK", list(answer.items()))
        return [answer.content]

    with make_server("127.0.0.1", 0, served, handler_class=Quiet) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_state_is_there_for_everybody(base: str) -> None:
    with chromium() as browser:
        reader = Person(browser, base)
        for path in PAGES:
            reader.go(path)
            reader.look(f"made{path.replace('/', '-')}")
        assert not reader.faults, "\n".join(reader.faults)
        assert all(asked.startswith(base) for asked in reader.requests)


def test_it_needs_no_script(base: str) -> None:
    with chromium() as browser:
        reader = Person(browser, base, scripts=False)
        reader.go("/states")
        assert reader.page.get_by_text("Every miss").count()
        reader.click("1 miss: 2 October, 31 min")
        assert reader.page.url.endswith("#miss-A-4b-20261002T041200")
        assert reader.page.locator("tr:target").count() == 1
