"""The promise board and the pages behind it, with a policy in force and real looks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.console.conftest import House, Visitor
from troth.audit import sealer
from troth.kernel.actor import job
from troth.promises import actions

PACKS = Path(__file__).resolve().parents[2] / "src/troth/policy/packs"
ATTESTED, CODED, PLANNED = "A-3a", "A-5c", "A-6b"


@pytest.fixture
def agency(in_force: Callable[..., object]) -> None:
    """The agencies' policy, one of whose controls has looked."""
    in_force((PACKS / "agency.yaml").read_text(encoding="utf-8"))
    actions.check("cryptography_is_current", by=job("test"))
    while sealer.seal_once():
        pass


def test_without_a_policy_the_board_says_how_to_begin(no_policy: None, operator: Visitor) -> None:
    page = operator.get("/promises").content.decode()
    assert "No policy is in force yet" in page
    assert "troth policy activate" in page


def test_the_board_shows_what_needs_somebody(agency: None, operator: Visitor) -> None:
    page = operator.get("/promises").content.decode()
    assert "provable promises are kept" in page
    assert ATTESTED in page
    assert "not proven" in page.lower()
    kept = operator.get("/promises?state=kept").content.decode()
    assert f"/promises/clauses/{ATTESTED}" not in kept


def test_filters_narrow_and_unknown_ones_do_no_harm(agency: None, operator: Visitor) -> None:
    everything = operator.get("/promises?as=json&" + "&".join(f"state={s}" for s in STATES))
    assert len(everything.json()) == 34
    section = operator.get("/promises?as=json&section=4&state=unverified").json()
    assert {row["clause"] for row in section} <= {"A-4a", "A-4b", "A-4c"}
    attested = operator.get("/promises?as=json&kind=attested&state=unverified").json()
    assert ATTESTED in {row["clause"] for row in attested}
    assert "A-4b" not in {row["clause"] for row in attested}
    for odd in ("state=fine", "kind=x", "section=%00", "section='", "sort=-nothing", "page=99999999999"):
        assert operator.get(f"/promises?{odd}").status_code == 200, odd


STATES = ("kept", "at_risk", "broken", "stale", "unverified", "excepted", "declared")


def test_a_promise_says_why_and_what_to_do(agency: None, operator: Visitor) -> None:
    page = operator.get(f"/promises/clauses/{CODED}").content.decode()
    assert "cryptography_is_current" in page
    assert "Look again now" in page
    planned = operator.get(f"/promises/clauses/{PLANNED}").content.decode()
    assert "Look again now" not in planned
    assert operator.get("/promises/clauses/Z-1").status_code == 404
    control = operator.get("/promises/controls/cryptography_is_current").content.decode()
    assert "What would make it lie" in control
    assert operator.get("/promises/controls/nothing_is_true").status_code == 404


def test_a_look_that_was_asked_for_is_awaited_until_it_comes(agency: None, operator: Visitor) -> None:
    live = f"/promises/clauses/{CODED}/live"
    assert "data-hx-get" not in operator.get(f"/promises/clauses/{CODED}").content.decode()
    answer = operator.post(f"/promises/clauses/{CODED}/check")
    assert answer.status_code == 303
    assert f'data-hx-get="{live}"' in operator.get(answer["Location"]).content.decode()
    assert "HX-Refresh" not in operator.get(live).headers
    actions.check("cryptography_is_current", by=job("test"))
    assert operator.get(live)["HX-Refresh"] == "true"
    operator.post(f"/promises/clauses/{PLANNED}/check")
    assert "still to come" in operator.get(f"/promises/clauses/{PLANNED}").content.decode()


def test_customers_read_their_own_and_nothing_of_our_staff(
    agency: None, here: House, owner: Visitor, operator: Visitor
) -> None:
    page = owner.get(here.url("/promises")).content.decode()
    assert "What we promise you" in page
    assert 'id="A-4b"' in page
    assert 'http-equiv="refresh"' not in page
    french = owner.get(here.url("/promises"), headers={"accept-language": "fr"}).content.decode()
    assert french != page
