"""Statements made by hand in a real browser: every state and what goes with it, light and dark, telephone and wide."""

from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory
from django.urls import resolve
from playwright.sync_api import Browser, Route

from tests.journeys.browser import Person, chromium
from tests.trust import samples
from tests.trust.test_pages import clause_page, rendered
from troth.trust import answers

pytestmark = pytest.mark.browser

BASE = "http://localhost"
PAGES = {
    "/states": lambda: rendered(samples.seven()),
    "/clause": lambda: clause_page(samples.seven(), "A-4b"),
    "/misses": lambda: rendered(samples.many_misses()),
    "/network": lambda: rendered(samples.of_pack("network")),
    "/contracts-fr": lambda: rendered(samples.of_pack("contracts", "fr")),
}


@pytest.fixture
def made() -> dict[str, bytes]:
    """The pages, made before the browser's loop runs: in it there is no database."""
    return {path: make().encode() for path, make in PAGES.items()}


def reading(browser: Browser, made: dict[str, bytes], *, scripts: bool = True) -> Person:
    """Somebody to whom the pages made by hand are handed, with the real page's own files and headers."""
    reader = Person(browser, BASE, scripts=scripts)

    def hand(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in made:
            route.fulfill(body=made[path], headers={"Content-Type": answers.HTML, **answers.HEADERS})
            return
        found = resolve(path)
        answer = found.func(RequestFactory().get(path), **found.kwargs)
        route.fulfill(status=answer.status_code, body=answer.content, headers=dict(answer.items()))

    reader.context.route(f"{BASE}/**", hand)
    return reader


def test_every_state_is_there_for_everybody(made: dict[str, bytes]) -> None:
    with chromium() as browser:
        reader = reading(browser, made)
        for path in PAGES:
            reader.go(path)
            reader.look(f"made{path.replace('/', '-')}")
        # Handed over by hand they are not compressed; what they weigh on the wire is asked in test_pages.
        faults = [fault for fault in reader.faults if not fault.endswith(" bytes")]
        assert not faults, "\n".join(faults)
        assert all(asked.startswith(BASE) for asked in reader.requests)


def test_it_needs_no_script(made: dict[str, bytes]) -> None:
    with chromium() as browser:
        reader = reading(browser, made, scripts=False)
        reader.go("/states")
        assert reader.page.get_by_text("Every miss").count()
        reader.click("1 miss: 2 October, 31 min")
        assert reader.page.url.endswith("#miss-A-4b-20261002T041200")
        assert reader.page.locator("tr:target").count() == 1
