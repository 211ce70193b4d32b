"""Attestations, exceptions and the calendar: what people give, review, ask for and decide, through the pages."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.console.conftest import Visitor
from tests.fixtures.world import logged
from troth.audit import sealer
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import OPERATOR
from troth.promises import queries

AGENCY = Path(__file__).resolve().parents[2] / "src/troth/policy/packs/agency.yaml"
SECRET = b"%PDF-1.7 the register of everyone who signed"
CLAUSE = "A-3a"


@pytest.fixture
def agency(in_force: Callable[..., object]) -> None:
    """The agencies' policy."""
    in_force(AGENCY.read_text(encoding="utf-8"))


@pytest.fixture
def officer(staff_mails: dict[str, str], signed_in: Callable[[str], Visitor]) -> Visitor:
    return signed_in(staff_mails["security_officer"])


@pytest.fixture
def other(staff_mails: dict[str, str], signed_in: Callable[[str], Visitor]) -> Visitor:
    return signed_in(staff_mails["data_protection_officer"])


def seal() -> None:
    while sealer.seal_once():
        pass


def topic(visitor: Visitor) -> str:
    """A topic of the policy in force that nobody has attested yet."""
    rows = visitor.get("/promises/attestations?as=json").json()
    return next(str(row["topic"]) for row in rows if row["state"] == "unverified" and row["next"] == "Attest it")


def test_a_word_is_given_reviewed_by_another_and_taken_back(agency: None, officer: Visitor, other: Visitor) -> None:
    wanted = topic(officer)
    page = officer.get(f"/promises/attestations/{wanted}").content.decode()
    assert "Nobody has attested it yet" in page
    nothing = officer.post(f"/promises/attestations/{wanted}/give", {"statement": "  "})
    assert nothing.status_code == 422
    assert "Write a statement, or hand in a document" in nothing.content.decode()
    empty = {"statement": "", "document": SimpleUploadedFile("register.pdf", b"")}
    assert officer.post(f"/promises/attestations/{wanted}/give", empty).status_code == 422
    file = SimpleUploadedFile("../../Régistre <b>.pdf", SECRET)
    told = {"statement": "Everyone has signed <script>.", "document": file}
    given = officer.post(f"/promises/attestations/{wanted}/give", told)["Location"]
    own = officer.get(given).content.decode()
    assert "Everyone has signed &lt;script&gt;." in own
    assert "somebody else must review it" in own
    assert "Accept it" not in own
    assert officer.post(given, {"step": "accept"}).status_code == 403

    theirs = other.get(given).content.decode()
    assert "Accept it" in theirs
    refused = other.post(given, {"step": "refuse", "review-reason": " "})
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    assert other.post(given, {"step": "kept"}).status_code == 404
    assert other.post(given, {"step": "accept"}).status_code == 303
    page = other.get(f"/promises/attestations/{wanted}").content.decode()
    assert "Valid" in page

    kept = other.get(f"{given}/document")
    assert kept.content == SECRET
    assert kept["Content-Disposition"].startswith("attachment; filename*=UTF-8''R%C3%A9gistre")
    assert kept["Content-Type"] == "application/octet-stream"
    assert {"attestation.show", "attestation.document", "attestation.review"} <= set(logged(OPERATOR))

    assert officer.post(given, {"step": "withdraw", "withdrawal-reason": ""}).status_code == 422
    assert officer.post(given, {"step": "withdraw", "withdrawal-reason": "It was last year's."}).status_code == 303
    after = other.get(given).content.decode()
    assert "Taken back" in after
    assert "It was last year&#x27;s." in after
    assert other.post(given, {"step": "accept"}).status_code == 409


def test_somebody_answers_for_a_topic(
    agency: None, operator: Visitor, other: Visitor, staff_mails: dict[str, str]
) -> None:
    wanted = topic(operator)
    mail, form = staff_mails["security_officer"], operator.get(f"/promises/attestations/{wanted}").content.decode()
    chosen = re.findall(rf'<option value="([0-9a-f-]{{36}})"[^>]*>{re.escape(mail)}<', form)[0]
    assert operator.post(f"/promises/attestations/{wanted}/owner", {"owner": chosen}).status_code == 303
    rows = {row["topic"]: row["owner"] for row in operator.get("/promises/attestations?as=json").json()}
    assert rows[wanted] == staff_mails["security_officer"]
    board = operator.get("/promises?as=json&kind=attested&state=unverified").json()
    assert any(staff_mails["security_officer"] in row["owner"] for row in board)
    # Whoever may not list accounts is told no address.
    theirs = {row["topic"]: row["owner"] for row in other.get("/promises/attestations?as=json").json()}
    assert theirs[wanted] == f"account …{chosen[-6:]}"
    for odd in ("nobody", "00000000-0000-7000-8000-000000000000"):
        assert operator.post(f"/promises/attestations/{wanted}/owner", {"owner": odd}).status_code == 422
    assert operator.post(f"/promises/attestations/{wanted}/owner", {"owner": ""}).status_code == 303
    assert operator.get("/promises/attestations/no_such_topic").status_code == 404


def test_the_promise_leads_to_its_topic(agency: None, operator: Visitor) -> None:
    page = operator.get(f"/promises/clauses/{CLAUSE}").content.decode()
    where = re.findall(r'href="(/promises/attestations/[a-z_]+)">Attest or review it', page)[0]
    assert operator.get(where).status_code == 200
    assert where in operator.get("/promises").content.decode()


def ask(visitor: Visitor, reason: str, days: int) -> tuple[int, str]:
    day = (SYSTEM.now() + timedelta(days=days)).date().isoformat()
    answer = visitor.post(f"/promises/clauses/{CLAUSE}/exception", {"reason": reason, "until": day})
    return answer.status_code, answer.content.decode()


def steps(page: str) -> set[str]:
    return set(re.findall(r'action="(/promises/exceptions/[0-9a-f-]{36}/(?:approve|refuse|withdraw))"', page))


def test_an_exception_needs_a_reason_an_end_and_another_officer(agency: None, officer: Visitor, other: Visitor) -> None:
    assert ask(officer, " ", 10)[0] == 422
    late, page = ask(officer, "The auditor moved.", 400)
    assert late == 422
    assert "days at most" in page
    assert ask(officer, "The auditor moved.", -3)[0] == 422
    wrong = officer.post(f"/promises/clauses/{CLAUSE}/exception", {"reason": "x", "until": "soon"})
    assert "Give a day" in wrong.content.decode()
    assert officer.get("/promises/clauses/Z-9/exception").status_code == 404
    assert ask(officer, "The <b>auditor</b> moved.", 30)[0] == 303

    own = officer.get(f"/promises/clauses/{CLAUSE}").content.decode()
    assert "The &lt;b&gt;auditor&lt;/b&gt; moved." in own
    assert {one.rpartition("/")[2] for one in steps(own)} == {"withdraw"}
    theirs = other.get(f"/promises/clauses/{CLAUSE}").content.decode()
    approving = next(one for one in steps(theirs) if one.endswith("/approve"))
    assert officer.post(approving).status_code == 403, "nobody approves their own"
    assert other.post(approving).status_code == 303
    line = queries.statement().line(CLAUSE)
    assert line is not None
    assert (line.state, line.underlying) == ("excepted", "unverified")
    assert other.post(approving).status_code == 409
    listed = other.get("/promises/exceptions?as=json").json()
    assert listed[0]["fate"] == "approved"
    assert "exception ends" in other.get("/promises/calendar").content.decode()
    assert other.post(approving.replace("approve", "withdraw")).status_code == 303
    again = queries.statement().line(CLAUSE)
    assert again is not None
    assert again.state == "unverified"


def test_the_calendar_says_what_falls_due(agency: None, operator: Visitor) -> None:
    page = operator.get("/promises/calendar").content.decode()
    assert "What falls due" in page
    assert "never done yet" in page
    rows = operator.get("/promises/calendar?as=json").json()
    assert {"attestation", "evidence"} <= {row["kind"] for row in rows}
    assert operator.get("/promises/calendar?as=csv").content.startswith(b"due,kind,what,why")


def test_without_a_policy_the_pages_say_so(no_policy: None, operator: Visitor) -> None:
    for path in ("/promises/exceptions", "/promises/calendar", "/promises/attestations"):
        assert operator.get(path).status_code == 200, path
    assert operator.get(f"/promises/clauses/{CLAUSE}/exception").status_code == 404
