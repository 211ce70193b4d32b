"""The pages for those who must act, in a real browser: a policy decided, attested, excepted, agreed and told."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.installation import Installation
from tests.journeys.browser import Person, chromium
from tests.journeys.test_console import PASSWORD, enrolled, secret
from tests.journeys.test_trust import LOOKED, WAITED

pytestmark = pytest.mark.browser
ADMINISTRATOR, OFFICER = "administrator@operator.example", "officer@operator.example"
BROKEN_PACK = """\
pack: ours
version: 1
title: {en: Ours, fr: La nôtre}
operator: {en: An agency, fr: Une agence}
sections:
  - id: "1"
    title: {en: All, fr: Tout}
    clauses:
      - id: O-1
        kinds: [enforcd]
        audience: [public]
        words: {en: "Gone within a day.", fr: "Parti en un jour."}
        terms: {erasure.production_withn: {at_most: P1D}}
"""
OWN_PACK = BROKEN_PACK.replace("enforcd", "declared").replace("withn", "within")


def test_the_board_from_the_first_decision_to_the_last_call(
    own_installation: Callable[..., Installation], tmp_path: Path
) -> None:
    installation = own_installation(running=False, TROTH_WEBHOOK_NETWORKS="127.0.0.0/8")
    child = installation.up()
    assert child.stdout is not None
    announced = json.loads(child.stdout.readline())
    with chromium() as browser:
        staff, officer = Person(browser, announced["address"]), Person(browser, announced["address"])
        enrolled(staff, announced["enrolment_link"], ADMINISTRATOR)
        staff.sign_in(ADMINISTRATOR, PASSWORD)
        _colleague(staff, officer)
        _decides(staff, tmp_path)
        installation.python(LOOKED, process="worker", wait=300)
        installation.python(WAITED, process="worker")
        _attests(staff, officer)
        _excepts(staff, officer)
        _agrees(staff)
        _is_told(staff)
        faults = [*staff.faults, *officer.faults]
        assert not faults, "\n".join(faults)
        assert {
            one for person in (staff, officer) for one in person.requests if not one.startswith(person.base)
        } == set()


def _colleague(staff: Person, officer: Person) -> None:
    staff.click("Staff")
    staff.fill(mail=OFFICER, role="security_officer")
    staff.press("Make the link")
    enrolled(officer, secret(staff))
    officer.sign_in(OFFICER, PASSWORD)


def _decides(staff: Person, folder: Path) -> None:
    staff.go("/policy")
    staff.look("policy-none")
    staff.click("Choose a version")
    staff.look("policy-versions")
    staff.click("Bring your own")
    staff.look("policy-own")
    file = folder / "ours.yaml"
    file.write_text(BROKEN_PACK)
    staff.page.locator("[name=file]").set_input_files(str(file))
    staff.press("Check it: keep nothing")
    staff.look("policy-own-faults")
    file.write_text(OWN_PACK)
    staff.page.locator("[name=file]").set_input_files(str(file))
    staff.press("Check it: keep nothing")
    staff.look("policy-own-checked")
    staff.press("Keep this version for ever")
    staff.look("policy-version-own")
    staff.click("Bring it into force")
    staff.fill(reason="The first one", typed="ours")
    staff.press("Bring it into force")
    staff.go("/policy/versions/agency/1")
    staff.look("policy-version")
    staff.click("Compare it")
    staff.look("policy-difference")
    staff.go("/policy/versions/agency/1/try")
    staff.look("policy-try")
    staff.click("Bring it into force")
    staff.look("policy-activate")
    staff.fill(reason="", typed="agenci")
    staff.page.locator("[name=reason]").evaluate("node => node.removeAttribute('required')")
    staff.press("Bring it into force")
    staff.look("policy-activate-refused")
    staff.fill(reason="We work as an agency from now on", typed="agency")
    staff.press("Bring it into force")
    assert "It is in force" in staff.page.content()
    staff.look("policy")
    staff.click("Terms")
    staff.look("policy-terms")


def _attests(staff: Person, officer: Person) -> None:
    staff.go("/promises")
    staff.look("board")
    staff.click("Attestations")
    staff.look("attestations")
    staff.page.locator("tbody th a").first.click()
    staff.look("attestation-topic")
    staff.fill(owner=staff.page.get_by_role("option", name=OFFICER).get_attribute("value") or "")
    staff.press("Let them answer for it")
    staff.click("Attest it")
    staff.look("attestation-give")
    staff.press("Give my word")
    staff.look("attestation-give-refused")
    staff.fill(
        statement="All eleven people with access signed on 3 November 2026.\n\nThe register is handed in with this."
    )
    staff.page.locator("[name=document]").set_input_files(
        {"name": "register.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 signed"}
    )
    staff.press("Give my word")
    staff.look("attestation-given")
    where = re.sub("^https://[^/]+", "", staff.page.url)
    officer.go(where)
    officer.look("attestation-to-review")
    officer.press("Refuse it")
    officer.look("attestation-review-refused")
    officer.press("Accept it: it counts from now")
    officer.look("attestation-valid")
    with officer.page.expect_download() as taken:
        officer.click("Take the document away")
    assert Path(taken.value.path()).read_bytes() == b"%PDF-1.7 signed"
    officer.page.locator(".crumb a").last.click()
    officer.look("attestation-topic-valid")


def _excepts(staff: Person, officer: Person) -> None:
    staff.go("/promises/clauses/A-6b")
    staff.look("promise-planned")
    staff.click("Ask for an exception")
    staff.look("exception-ask")
    staff.fill(reason="The second place is being moved to another town", until="2001-01-01")
    staff.press("Ask for it")
    staff.look("exception-ask-refused")
    day = staff.page.evaluate("new Date(Date.now() + 40 * 864e5).toISOString().slice(0, 10)")
    staff.fill(until=day)
    staff.press("Ask for it")
    staff.look("promise-asked")
    officer.go("/promises/clauses/A-6b")
    officer.look("promise-to-decide")
    officer.press("Approve it")
    officer.look("promise-excepted")
    officer.go("/promises/exceptions")
    officer.look("exceptions")
    officer.click("Calendar")
    officer.look("calendar")
    officer.go("/promises/controls/cryptography_is_current")
    officer.look("control")


def _agrees(staff: Person) -> None:
    staff.go("/customers/new")
    staff.fill(name="Crédit Maritime")
    staff.press("Add the customer")
    staff.click("Agreement")
    staff.look("agreement-none")
    staff.fill(
        reference="C/2026-17", terms="erasure.production_within: {at_most: PT12H}\nerasure.nothing: {at_most: 1}"
    )
    staff.press("Record it")
    staff.look("agreement-refused")
    staff.fill(terms="erasure.production_within: {at_most: PT12H}")
    staff.press("Record it")
    staff.look("agreement")
    staff.click("Webhooks")
    staff.look("webhooks-customer")


def _is_told(staff: Person) -> None:
    staff.go("/webhooks")
    staff.look("webhooks-empty")
    staff.fill(url="http://example.com/")
    staff.press("Add it")
    staff.look("webhooks-refused")
    staff.fill(url="https://127.0.0.1:9/hook")
    staff.press("Add it")
    staff.look("webhook-once")
    assert secret(staff).startswith("whsec_")
    staff.click("Go on, and send a test")
    staff.press("Send a test")
    for _ in range(40):
        staff.page.wait_for_timeout(500)
        staff.page.reload()
        if "nobody listens there" in staff.page.content():
            break
    staff.look("webhook")
    assert "nobody listens there" in staff.page.content()
    staff.click("Webhooks")
    staff.look("webhooks")
    staff.click("What was told, and what became of it")
    staff.look("deliveries")
    staff.go("/webhooks")
    staff.page.locator("tbody th a").first.click()
    staff.click("Remove it")
    staff.look("webhook-remove")
    staff.fill(typed="127.0.0.1")
    staff.press("Remove it")
    assert "nothing more is sent there" in staff.page.content()
