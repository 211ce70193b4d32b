"""The policy's pages: read, compared, tried, brought into force; a customer's agreement; an operator's own pack."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.console.conftest import House, Visitor, house
from tests.fixtures.policies import pack_text
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import new_id
from troth.policy import queries
from troth.promises.probing import canaries
from troth.tenancy import queries as tenancy

TERM = "erasure.production_within"
LOOSE, TIGHT = f"{TERM}: {{at_most: P2D}}", f"{TERM}: {{at_most: P1D}}"


@pytest.fixture
def mine(no_policy: None) -> str:
    """The id of a pack that no other test has."""
    return f"own{new_id().hex[-10:]}"


@pytest.fixture
def place() -> House:
    """A customer of this test's own."""
    return house("Agreed")


def handed(text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("pack.yaml", text.encode() if isinstance(text, str) else text)


def keep(visitor: Visitor, text: str) -> str:
    answer = visitor.post("/policy/versions/new", {"file": handed(text), "step": "keep"})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def activate(visitor: Visitor, where: str, **given: str) -> tuple[int, str]:
    told = {"reason": "The board decided.", "typed": where.split("/")[3]} | given
    answer = visitor.post(f"{where}/activate", told)
    return answer.status_code, answer.content.decode()


def test_without_a_policy_the_page_says_how_to_begin(no_policy: None, operator: Visitor) -> None:
    assert "No policy is in force" in operator.get("/policy").content.decode()
    packs = operator.get("/policy/versions?as=json").json()
    assert {"agency 1", "cloud 1", "network 1", "campaigns 1", "contracts 1"} <= {row["pack"] for row in packs}
    assert "A-4b" in operator.get("/policy/versions/agency/1").content.decode()
    for odd in ("agency/2", "nothing/1", "agency/999999999999999999999"):
        assert operator.get(f"/policy/versions/{odd}").status_code == 404, odd


def test_a_pack_of_ones_own_is_checked_line_by_line(mine: str, operator: Visitor) -> None:
    text = pack_text({"T-1": TIGHT}, pack=mine).replace("kinds: [declared]", "kinds: [decleared]")
    text = text.replace(TERM, "erasure.production_withn")
    answer = operator.post("/policy/versions/new", {"file": handed(text), "step": "check"})
    page = answer.content.decode()
    assert answer.status_code == 422
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "decleared" in each)
    assert f"Line {line}, column" in page
    assert "did you mean" in page
    assert "erasure.production_withn" in page
    for odd in (b"", b"\xff\xfe\x00", b"a: [", b"&a [*a]", b"x" * 1_048_578, b"<script>alert(1)</script>"):
        refused = operator.post("/policy/versions/new", {"file": handed(odd), "step": "check"})
        assert refused.status_code == 422, odd[:20]
        assert b"<script>alert" not in refused.content
    assert operator.post("/policy/versions/new", {"step": "check"}).status_code == 422
    assert queries.kept(mine) is None


def test_what_was_checked_is_kept_without_choosing_the_file_again(mine: str, operator: Visitor) -> None:
    text = pack_text({"T-1": TIGHT}, pack=mine)
    page = operator.post("/policy/versions/new", {"file": handed(text), "step": "check"}).content.decode()
    assert "No fault" in page
    assert queries.kept(mine) is None, "nothing is kept by checking"
    assert 'name="text"' in page
    answer = operator.post("/policy/versions/new", {"text": text, "step": "keep"})
    assert answer["Location"] == f"/policy/versions/{mine}/1"
    changed = text.replace("We say T-1", "We say something else")
    again = operator.post("/policy/versions/new", {"file": handed(changed), "step": "keep"})
    assert again.status_code == 422
    assert "kept already, and says something else" in again.content.decode()


def test_it_comes_into_force_by_a_typed_decision(mine: str, operator: Visitor) -> None:
    first = keep(operator, pack_text({"T-1": LOOSE}, pack=mine))
    tried = operator.get(f"{first}/try").content.decode()
    assert "Nothing is changed by this" in tried
    page = operator.get(f"{first}/activate").content.decode()
    assert f"Type the id of the policy: {mine}" in page
    assert activate(operator, first, typed="agency")[0] == 422
    assert activate(operator, first, reason=" ")[0] == 422
    status, page = activate(operator, first, effective="2001-01-01T00:00")
    assert status == 422
    assert "lies in the past" in page
    assert "Give a day and a time" in activate(operator, first, effective="soon")[1]
    assert queries.current() is None
    assert activate(operator, first)[0] == 303
    current = queries.current()
    assert current is not None
    assert current.pack.id == mine

    second = keep(operator, pack_text({"T-1": TIGHT, "T-2": ""}, pack=mine, version=2))
    difference = operator.get(f"{second}/difference?as=json").json()
    assert {(row["kind"], row["what"], row["change"]) for row in difference} >= {
        ("term", TERM, "tightened"),
        ("clause", "T-2", "added"),
    }
    back = operator.get(f"{first}/difference?from={mine}/2").content.decode()
    assert "Less is promised afterwards" in back
    assert operator.get(f"{first}/difference?from=x/y").status_code == 200
    assert operator.get(f"{first}/difference?from=none/7").status_code == 404
    later = (SYSTEM.now() + timedelta(days=10)).strftime("%Y-%m-%dT%H:%M")
    assert activate(operator, second, effective=later)[0] == 303
    page = operator.get("/policy").content.decode()
    assert "The board decided." in page
    assert "comes into force" in page
    assert "policy comes into force" in operator.get("/promises/calendar").content.decode()
    rows = operator.get("/policy?as=json").json()
    assert [row["became"] for row in rows] == ["waiting", "in_force"]


def test_what_contradicts_itself_never_comes_into_force(mine: str, operator: Visitor) -> None:
    text = pack_text(
        {"T-1": "access.password.length: {at_least: 20}", "T-2": "access.password.length: {at_most: 12}"}, pack=mine
    )
    page = operator.post("/policy/versions/new", {"file": handed(text), "step": "check"}).content.decode()
    assert "exclude each other" in page
    assert "T-1" in page
    where = keep(operator, text)
    assert "exclude each other" in operator.get(f"{where}/try").content.decode()
    assert activate(operator, where)[0] == 422
    assert queries.current() is None


def test_terms_say_who_says_so(in_force: Callable[..., object], operator: Visitor) -> None:
    in_force({"T-1": TIGHT})
    rows = {row["term"]: row for row in operator.get("/policy/terms?as=json").json()}
    assert rows[TERM]["derivation"] == "24 h, from clause T-1"
    assert rows["access.password.length"]["derivation"] is None


def test_an_agreement_is_recorded_read_and_ended(
    in_force: Callable[..., object], operator: Visitor, place: House, signed_in: Callable[[str], Visitor]
) -> None:
    in_force({"T-1": TIGHT})
    where, boss = place.url("/agreement"), signed_in(place.mails["viewer"])
    assert "the policy alone holds" in boss.get(where).content.decode()
    assert "Record one" not in boss.get(where).content.decode()
    wrong = operator.post(
        where, {"reference": "C/2026-1", "terms": f"{TERM}: {{at_most: PT12H}}\nnothing.here: {{at_most: 1}}"}
    )
    assert wrong.status_code == 422
    assert "Line 2, column 1:" in wrong.content.decode()
    assert operator.post(where, {"reference": "=?", "terms": f"{TERM}: {{at_most: PT12H}}"}).status_code == 422
    assert operator.post(where, {"reference": "C/2026-1", "terms": ""}).status_code == 422
    assert operator.post(where, {"reference": "C/2026-1", "terms": "]\nreference: x"}).status_code == 422
    clash = operator.post(where, {"reference": "C/2026-1", "terms": f"{TERM}: {{at_least: P9D}}"})
    assert clash.status_code == 422
    good = {"reference": "C/2026-1", "terms": f"{TERM}: {{at_most: PT12H}}", "step": "agree"}
    assert operator.post(where, good).status_code == 303
    page = boss.get(where).content.decode()
    assert "the agreement with this customer says 12 h" in page
    assert "C/2026-1" in page
    rows = {row["term"]: row for row in boss.get(f"{where}?as=json").json()}
    assert rows[TERM]["value"] == "12 h"
    assert boss.post(where, good).status_code == 403
    assert operator.post(where, {"step": "end", "end-typed": "C/2026"}).status_code == 422
    assert operator.post(where, {"step": "end", "end-typed": "C/2026-1"}).status_code == 303
    assert operator.post(where, {"step": "end", "end-typed": "C/2026-1"}).status_code == 404
    assert queries.terms(place.customer_id).duration(TERM) == timedelta(days=1)


def test_customers_are_not_told_what_is_for_our_staff(
    in_force: Callable[..., object], operator: Visitor, place: House, signed_in: Callable[[str], Visitor]
) -> None:
    text = pack_text({"T-1": TIGHT, "T-2": "access.session.idle: {at_most: PT1H}"})
    head, _, tail = text.rpartition("audience: [public]")
    in_force(f"{head}audience: [staff]{tail}")
    theirs = signed_in(place.mails["owner"]).get(place.url("/agreement")).content.decode()
    assert "T-1" in theirs
    assert "T-2" not in theirs
    assert "T-2" in operator.get(place.url("/agreement")).content.decode()


def test_canaries_stand_on_no_page(in_force: Callable[..., object], operator: Visitor) -> None:
    in_force({"T-1": TIGHT})
    ids = [one.customer_id for one in canaries.ensure()]
    named = [str(one) for one in ids] + [name for name in (tenancy.get(one).name for one in ids) if name]
    paths = ("/policy/versions/agency/1/try", "/promises", "/promises/calendar", "/promises/attestations", "/webhooks")
    for path in (*paths, "/policy/versions/agency/1/try?as=json"):
        page = operator.get(path).content.decode()
        assert not [one for one in named if one in page], path
