"""Coming in, going out, and what a page tells a visitor."""

import re
from collections.abc import Callable

import pytest

from tests.console.conftest import PASSWORD, House, Visitor


def test_the_start_shows_the_way_in(visitor: Visitor) -> None:
    answer = visitor.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    shown = visitor.get("/sign-in")
    assert shown.status_code == 200
    assert b"Sign in" in shown.content


def test_signing_in_leads_to_where_one_wanted(here: House, visitor: Visitor) -> None:
    wanted = here.url("/datasets")
    asked = visitor.get(wanted)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/sign-in?next=")
    answer = visitor.post("/sign-in", {"mail": here.mails["viewer"], "password": PASSWORD, "next": wanted})
    assert (answer.status_code, answer["Location"]) == (303, wanted)
    assert visitor.get(wanted).status_code == 200


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(here: House, visitor: Visitor, onward: str) -> None:
    answer = visitor.post("/sign-in", {"mail": here.mails["viewer"], "password": PASSWORD, "next": onward})
    assert (answer.status_code, answer["Location"]) == (303, "/")


def test_a_wrong_password_and_an_unknown_address_look_the_same(here: House, visitor: Visitor) -> None:
    wrong = visitor.sign_in(here.mails["viewer"], "not this one at all")
    unknown = visitor.sign_in("nobody.at.all@example.com", "not this one at all")
    assert wrong.status_code == unknown.status_code == 401
    shown = [
        re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode()).replace(mail, "MAIL")
        for answer, mail in ((wrong, here.mails["viewer"]), (unknown, "nobody.at.all@example.com"))
    ]
    assert shown[0] == shown[1]


def test_the_typed_password_never_comes_back(here: House, visitor: Visitor) -> None:
    assert b"not this one" not in visitor.sign_in(here.mails["viewer"], "not this one at all").content


def test_signing_out_ends_the_session(here: House, visitor: Visitor) -> None:
    visitor.sign_in(here.mails["user"])
    old = visitor.cookies["__Host-troth"].value
    assert visitor.get(here.url()).status_code == 200
    out = visitor.post("/sign-out")
    assert out.status_code == 303
    assert b"You are signed out." in visitor.get(out["Location"]).content
    visitor.cookies["__Host-troth"] = old
    assert visitor.get(here.url()).status_code == 302


def test_a_form_from_elsewhere_is_refused(here: House) -> None:
    forged = Visitor()
    forged.handler.enforce_csrf_checks = True
    answer = forged.post("/sign-in", {"mail": here.mails["viewer"], "password": PASSWORD})
    assert answer.status_code == 403
    assert b"console.forged" in answer.content


def test_every_page_carries_the_headers(visitor: Visitor, owner: Visitor, here: House) -> None:
    for answer in (visitor.get("/sign-in"), visitor.get("/nowhere"), owner.get(here.url()), visitor.post("/sign-in")):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Frame-Options"] == "DENY"


def test_no_page_holds_a_script_or_a_style_of_its_own(visitor: Visitor, owner: Visitor, here: House) -> None:
    for answer in (visitor.get("/sign-in"), owner.get(here.url()), owner.get(here.url("/datasets"))):
        page = answer.content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick" not in page
        assert page.count("<script") == page.count("<script src=")


def test_the_language_is_the_browsers_then_the_visitors(visitor: Visitor) -> None:
    french = visitor.get("/sign-in", headers={"accept-language": "fr-CA,fr;q=0.8"})
    assert b'<html lang="fr">' in french.content
    assert french["Content-Language"] == "fr"
    assert b'<html lang="en">' in visitor.get("/sign-in", headers={"accept-language": "pt"}).content
    chosen = visitor.post("/language", {"language": "fr", "next": "/sign-in"})
    assert (chosen.status_code, chosen["Location"]) == (303, "/sign-in")
    assert b'<html lang="fr">' in visitor.get("/sign-in").content


def test_an_unknown_page_says_so_in_the_right_form(visitor: Visitor) -> None:
    page = visitor.get("/nowhere")
    assert page.status_code == 404
    assert b"There is no page at this address" in page.content
    problem = visitor.get("/api/nowhere")
    assert problem.status_code == 404
    assert problem["Content-Type"] == "application/problem+json"


def test_a_link_makes_an_account_once(here: House, owner: Visitor, visitor: Visitor) -> None:
    made = owner.post(here.url("/people"), {"mail": "new.person@example.com", "role": "viewer"})
    link = made.content.decode().split('class="secret" tabindex="0">')[1].split("<")[0]
    path = link.removeprefix("https://localhost")
    assert path.startswith("/enrol/")
    assert visitor.get(path).status_code == 200
    short = visitor.post(path, {"password": "short", "again": "short"})
    assert short.status_code == 422
    assert b"shorter than" in short.content
    done = visitor.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 303
    assert visitor.sign_in("new.person@example.com").status_code == 303
    assert Visitor().post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 404


def test_a_role_without_the_right_is_refused_with_a_next_step(here: House, signed_in: Callable[[str], Visitor]) -> None:
    answer = signed_in(here.mails["viewer"]).get(here.url("/datasets/new"))
    assert answer.status_code == 403
    assert b"access.not_allowed" in answer.content
    assert b"Ask an administrator" in answer.content


def test_a_live_part_without_a_session_sends_the_whole_page_to_sign_in(here: House, visitor: Visitor) -> None:
    answer = visitor.get(here.url("/erasures/live"), headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/sign-in")


def test_a_wrong_method_is_refused(owner: Visitor) -> None:
    assert owner.get("/sign-out").status_code == 405
    assert owner.put("/account").status_code == 405
