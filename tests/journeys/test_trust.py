"""The public trust page in a real browser: a policy comes into force, every check looks, and somebody reads it."""

import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from ssl import CERT_NONE, create_default_context

import pytest

from tests.fixtures.installation import Installation
from tests.journeys.browser import Person, chromium

pytestmark = pytest.mark.browser

IN_FORCE = """
from pathlib import Path
import troth.policy
from troth.kernel.actor import Actor
from troth.policy import actions, pack
from troth.policy.lexicon import known
by = Actor(kind="cli", route="test", role="cli", label="test")
found = pack.load(Path(troth.policy.__path__[0]) / "packs" / "agency.yaml", known())
actions.publish(found, by=by, known=known())
actions.activate(found.id, found.version, by=by, reason="The journey's policy", known=known())
"""
LOOKED = """
from troth.kernel.actor import job
from troth.promises import actions, policies
for control in policies.controls(policies.in_force().pack):
    actions.check(control.id, by=job("journey"))
"""
WAITED = """
import time
from troth.audit import queries
from troth.kernel.ids import OPERATOR
while queries.unsealed(OPERATOR, using="keeper"):
    time.sleep(0.2)
"""


def fetched(address: str) -> bytes:
    context = create_default_context()
    context.check_hostname, context.verify_mode = False, CERT_NONE
    with urllib.request.urlopen(address, context=context, timeout=30) as answer:
        return bytes(answer.read())


def test_the_public_page_from_nothing_to_proof(own_installation: Callable[..., Installation], tmp_path: Path) -> None:
    installation = own_installation(
        running=False, TROTH_OPERATOR_NAME="Example Agency", TROTH_SECURITY_CONTACT="mailto:security@example.org"
    )
    installation.up()
    base = installation.config.address
    with chromium() as browser:
        reader, lecteur = Person(browser, base), Person(browser, base, language="fr-FR")
        reader.go("/sign-in")
        reader.click("What we promise, and whether it is true right now")
        reader.look("trust-none")
        installation.python(IN_FORCE)
        reader.go("/trust")
        reader.look("trust-untouched")
        installation.python(LOOKED, process="worker")
        installation.python(WAITED, process="worker")
        _reads(reader, lecteur)
        assert not [*reader.faults, *lecteur.faults], "\n".join([*reader.faults, *lecteur.faults])
        asked = {one for person in (reader, lecteur) for one in person.requests}
        assert all(one.startswith(base) for one in asked)
        assert not reader.context.cookies(f"{base}/trust") or all(
            cookie["name"] != "__Host-troth" for cookie in reader.context.cookies()
        )
    _verified(base, tmp_path)


def _reads(reader: Person, lecteur: Person) -> None:
    reader.go("/trust")
    reader.look("trust")
    assert reader.page.locator("article.clause").count() == 34
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.className") == "skip"
    reader.page.locator("#A-4b a", has_text="Evidence").first.click()
    reader.page.wait_for_load_state("load")
    reader.look("trust-clause")
    reader.page.locator(".control h3 a").first.click()
    reader.page.wait_for_load_state("load")
    reader.look("trust-control")
    lecteur.go("/trust")
    lecteur.look("trust-fr")
    assert "Ce que nous promettons" in lecteur.page.content()
    lecteur.click("English")
    assert lecteur.page.url.endswith("/trust/en")
    # 200 % zoom of a 1200 px window is a window of 600 px; of a telephone, 180 px wide is nobody's.
    reader.go("/trust")
    reader.page.set_viewport_size({"width": 360, "height": 740})
    assert not reader.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def _verified(base: str, tmp_path: Path) -> None:
    """On the reader's own machine, with the verifier's own command."""
    (tmp_path / "statement.json").write_bytes(fetched(f"{base}/trust/statement.json"))
    key = fetched(f"{base}/trust/key").decode().strip()
    words = [sys.executable, "-c", "from troth_verify.main import run; run()", "statement"]
    found = subprocess.run(
        [*words, str(tmp_path / "statement.json"), "--key", key], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "Each state follows from sealed evidence" in found.stdout
