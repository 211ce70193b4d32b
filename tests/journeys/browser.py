"""A real Chromium in which the console is walked. Pictures go to the folder TROTH_PICTURES, if it is set."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

AXE = Path(__file__).parent / "axe.min.js"
CHROMIUM = os.environ.get("TROTH_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LARGEST_PAGE = 100_000
PICTURES = os.environ.get("TROTH_PICTURES")


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Person:
    """Someone at a browser, who notes what the pages do wrong."""

    browser: Browser
    base: str
    language: str = "en-GB"
    scripts: bool = True
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            base_url=self.base,
            ignore_https_errors=True,
            locale=self.language,
            java_script_enabled=self.scripts,
            viewport={"width": 1200, "height": 800},
        )
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda told: self.faults.append(f"{self.page.url}: {told}"))
        self.page.on("request", lambda asked: self.requests.append(asked.url))

    def _heard(self, told: ConsoleMessage) -> None:
        # The browser tells of every answer that is not 2xx; a refused form is a 422 on purpose.
        if "status of 422" not in told.text:
            self.faults.append(f"{self.page.url}: {told.text}")

    def go(self, path: str) -> None:
        """Open an address of the console."""
        self.page.goto(path)

    def click(self, name: str, role: Any = "link") -> None:
        """Follow a link or press a button, by the words on it."""
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.page.wait_for_load_state("load")

    def press(self, name: str) -> None:
        """Press a button."""
        self.click(name, "button")

    def fill(self, **fields: str) -> None:
        """Fill fields by their names."""
        for name, value in fields.items():
            element = self.page.locator(f"[name={name}]").last
            if element.evaluate("node => node.tagName") == "SELECT":
                element.select_option(value)
            else:
                element.fill(value)

    def sign_in(self, mail: str, password: str) -> None:
        """Through the page."""
        self.go("/sign-in")
        self.fill(mail=mail, password=password)
        self.press("Sign in")

    def look(self, name: str) -> None:
        """Judge the page as it stands: nothing overflows, axe finds nothing, it is light; and keep its pictures."""
        self._fits(name)
        self._accessible(name)
        self._light(name)
        if PICTURES:
            self._pictures(Path(PICTURES), name)

    def _fits(self, name: str) -> None:
        for width in (1200, 600, 360):
            self.page.set_viewport_size({"width": width, "height": 800})
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                self.faults.append(f"{name}: wider than {width} px")
        self.page.set_viewport_size({"width": 1200, "height": 800})

    def _accessible(self, name: str) -> None:
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # the two literals above
            # Through the debugger, which the page's policy does not bind: it stays as strict as users get it.
            self.page.evaluate(AXE.read_text())
            found = self.page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(RULES)}}})")
            for fault in found["violations"]:
                where = [node["target"] for node in fault["nodes"]][:3]
                self.faults.append(f"{name} ({scheme}): {fault['id']}: {fault['help']} {json.dumps(where)}")
        self.page.emulate_media(color_scheme="light")

    def _light(self, name: str) -> None:
        loaded = self.page.evaluate(
            "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
            ".reduce((sum, each) => sum + (each.encodedBodySize || 0), 0)"
        )
        if loaded > LARGEST_PAGE:
            self.faults.append(f"{name}: {loaded} bytes")

    def _pictures(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, width, scheme, media in (
            ("light", 1200, "light", "screen"),
            ("dark", 1200, "dark", "screen"),
            ("narrow", 360, "light", "screen"),
            ("print", 1000, "light", "print"),
        ):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.emulate_media(color_scheme=scheme, media=media)  # type: ignore[arg-type]  # literals
            self.page.screenshot(path=str(folder / f"{name}.{kind}.png"), full_page=True)
        self.page.emulate_media(color_scheme="light", media="screen")
        self.page.set_viewport_size({"width": 1200, "height": 800})
        self.page.screenshot(path=str(folder / f"{name}.fold.png"))
        cookie = {"name": "troth-language", "value": "fr", "url": self.base}
        self.context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie as Playwright takes it
        if "/enrol" not in self.page.url:
            other = self.context.new_page()
            other.goto(self.page.url)
            other.screenshot(path=str(folder / f"{name}.french.png"), full_page=True)
            other.close()
        self.context.clear_cookies(name="troth-language")
