"""The public addresses: who may ask what, what they carry, how fast, and how soon a change shows."""

import gzip
import re
import time
import xml.etree.ElementTree as ET
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings
from django.urls import URLPattern, reverse

from tests.fixtures.world import World
from tests.promises.stage import Facts, Stage
from tests.trust.conftest import Visitor
from troth.audit.actions import record
from troth.kernel.actor import job
from troth.kernel.ids import OPERATOR, new_id
from troth.kernel.wall import within
from troth.promises import actions
from troth.trust import urls, views
from troth.trust.assets import serve
from troth_verify import main as verify

PUBLIC = {
    "page",
    "clause",
    "control",
    "feed",
    "badge",
    "statement",
    "key",
    "evidence_entry",
    "evidence_proof",
    "asset",
    "security_txt",
}
"""Every route here is for everybody; none reads a session."""
NOWHERE = UUID("00000000-0000-7000-8000-0000000000ff")
"""An event that never was; the same in every process, which names a test after it."""
GIVEN = {"clause_id": "T-1", "control_id": "x", "event_id": NOWHERE, "name": "trust.css"}
ATOM = "{http://www.w3.org/2005/Atom}"
REGISTERED = {"id", "title", "updated", "author", "link", "published", "summary", "content"}


def routes() -> list[tuple[str, str]]:
    found = []
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        language = pattern.default_args.get("language")
        kwargs = {name: GIVEN[name] for name in pattern.pattern.converters} | dict(pattern.default_args)
        found.append((str(pattern.name), reverse(f"trust:{pattern.name}", kwargs=kwargs)))
        assert language is None or f"/{language}" in found[-1][1]
    return found


def test_every_route_is_public_and_says_so() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == PUBLIC
    for pattern in urls.urlpatterns:
        assert getattr(pattern.callback, "trust_page", False) or pattern.callback is serve


@pytest.mark.parametrize(("name", "path"), routes())
def test_nobody_needs_a_session_or_gets_a_cookie(stage: Stage, visitor: Visitor, name: str, path: str) -> None:
    stage.policy((stage.control(),))
    for method in ("get", "head"):
        answer = getattr(visitor, method)(path)
        assert answer.status_code in {200, 404}
        assert not answer.cookies
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"] or name == "asset"
    for method in ("post", "put", "patch", "delete", "options"):
        assert getattr(visitor, method)(path).status_code == 405


def test_a_session_is_not_looked_at(stage: Stage, visitor: Visitor) -> None:
    stage.policy((stage.control(),))
    plain = visitor.get("/trust")
    visitor.cookies["__Host-troth"] = "no such session"
    visitor.cookies["troth-language"] = "fr"
    assert visitor.get("/trust").headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("fr", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("en-GB", "en"),
        ("de,fr;q=0.2", "fr"),
        ("", "en"),
        ("*", "en"),
        ("fr" * 10_000, "en"),
        ("fr;q=,,,;;=\x01", "en"),
        ("../../etc/passwd", "en"),
        ("fr\r\nX: y", "en"),
    ],
)
def test_the_browsers_language_is_spoken(stage: Stage, asked: str, spoken: str) -> None:
    stage.policy((stage.control(),))
    answer = Visitor(asked).get("/trust")
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == spoken
    assert "Accept-Language" in answer.headers["Vary"]
    assert Visitor("en").get("/trust/fr").headers["Content-Language"] == "fr"
    assert Visitor("fr").get("/trust/en").headers["Content-Language"] == "en"


@pytest.mark.parametrize("query", ["", "?x=%00", "?language=fr", "?" + "a" * 4000, "?%ff%fe", "?<script>"])
def test_a_query_string_means_nothing(stage: Stage, visitor: Visitor, query: str) -> None:
    stage.policy((stage.control(),))
    plain = visitor.get("/trust")
    assert visitor.get(f"/trust{query}").headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize("odd", ["%00", "T-2", "T-1%20", "..%2f..", "<b>", "%F0%9F%98%80", "x" * 3000])
def test_what_is_not_promised_is_not_there(stage: Stage, visitor: Visitor, odd: str) -> None:
    stage.policy((stage.control(),))
    for path in (f"/trust/clauses/{odd}", f"/trust/controls/{odd}"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert b"<b>" not in answer.content or b"Example" in answer.content


def test_an_unchanged_page_costs_nothing(stage: Stage, visitor: Visitor) -> None:
    stage.policy((stage.control(),))
    first = visitor.get("/trust")
    tag = first.headers["ETag"]
    for told in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = visitor.get("/trust", headers={"if-none-match": told})
        assert again.status_code == 304
        assert not again.content
        assert again.headers["ETag"] == tag
    assert visitor.get("/trust", headers={"if-none-match": '"other", nonsense'}).status_code == 200
    head = visitor.head("/trust")
    assert not head.content
    assert int(head.headers["Content-Length"]) == len(first.content)


def test_a_packed_page_is_the_same_page(stage: Stage, visitor: Visitor) -> None:
    stage.policy((stage.control(),))
    plain, packed = visitor.get("/trust"), visitor.get("/trust", headers={"accept-encoding": "br, gzip;q=0.8"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Content-Encoding" not in visitor.get("/trust", headers={"accept-encoding": "gzip;q=0"}).headers


def test_odd_ports_make_no_other_pages(stage: Stage, visitor: Visitor) -> None:
    stage.policy((stage.control(),))
    for port in range(1, 30):
        assert (
            b"curl -O https://localhost/trust" in visitor.get("/trust", headers={"host": f"localhost:{port}"}).content
        )
    assert len(views._answers) == 1
    assert visitor.get("/trust", headers={"host": "elsewhere.example"}).status_code == 400


def test_a_change_shows_at_once_and_the_rest_is_fast(stage: Stage, visitor: Visitor) -> None:
    name = stage.control()
    stage.policy((name,))
    stage.check(name)
    assert b'class="state kept"' in visitor.get("/trust").content
    begun = time.perf_counter()
    for _ in range(20):
        visitor.get("/trust")
    assert (time.perf_counter() - begun) / 20 < 0.05
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    begun = time.perf_counter()
    assert b'class="state broken"' in visitor.get("/trust").content
    assert time.perf_counter() - begun < 1
    assert b"1 broken" in visitor.get("/trust/badge.svg").content


def test_without_a_policy_every_page_says_so(no_policy: None, visitor: Visitor) -> None:
    assert b"No policy is in force yet" in visitor.get("/trust").content
    assert b"no policy in force" in visitor.get("/trust/badge.svg").content
    assert visitor.get("/trust/feed.atom").status_code == 200
    assert visitor.get("/trust/statement.json").status_code == 200
    assert visitor.get("/trust/clauses/A-1").status_code == 404


def test_no_customer_is_ever_on_a_public_page(stage: Stage, visitor: Visitor, world: World) -> None:
    customer = world.customer("Nobody Must Read This")
    name = stage.control(per_customer=True)
    stage.policy((name,))
    stage.check(name)
    own = stage.check(name, customer)
    stage.seal()
    for path in ("/trust", "/trust/clauses/T-1", f"/trust/controls/{name}", "/trust/feed.atom", "/trust/badge.svg"):
        text = visitor.get(path).content.decode()
        assert "Nobody Must" not in text
        assert str(customer) not in text
        assert str(own.event_id) not in text
    for part in ("entry", "proof"):
        assert visitor.get(f"/trust/evidence/{own.event_id}/{part}").status_code == 404


def test_a_clause_and_a_control_have_pages_of_their_own(stage: Stage, visitor: Visitor) -> None:
    name = stage.control()
    stage.policy((name,))
    seen = stage.check(name)
    stage.seal()
    text = visitor.get("/trust/clauses/T-1").content.decode()
    assert "We promise T-1." in text
    assert f"/trust/evidence/{seen.event_id}/proof" in text
    assert "What would make it lie" in text
    assert "Every change of its state" in text
    assert "Nous promettons T-1." in visitor.get("/trust/fr/clauses/T-1").content.decode()
    assert 'href="/trust/clauses/T-1">T-1</a>' in visitor.get(f"/trust/controls/{name}").content.decode()


def test_evidence_can_be_taken_away_and_verified(stage: Stage, visitor: Visitor, tmp_path: Any) -> None:
    name = stage.control()
    stage.policy((name,))
    seen = stage.check(name)
    assert visitor.get(f"/trust/evidence/{seen.event_id}/entry").status_code == 404
    stage.seal()
    for part in ("entry", "proof"):
        (tmp_path / part).write_bytes(visitor.get(f"/trust/evidence/{seen.event_id}/{part}").content)
    key = visitor.get("/trust/key").content.decode().strip()
    assert verify.main(["entry", str(tmp_path / "entry"), str(tmp_path / "proof"), "--key", key]) == 0
    (tmp_path / "entry").write_bytes((tmp_path / "entry").read_bytes().replace(b'"looked_at\\":3', b'"looked_at\\":4'))
    assert verify.main(["entry", str(tmp_path / "entry"), str(tmp_path / "proof"), "--key", key]) == 1


def test_no_other_entry_of_the_log_is_given_out(stage: Stage, visitor: Visitor) -> None:
    from troth.audit import queries

    name, other = stage.control(), stage.control()
    stage.policy((name,))
    hidden = stage.check(other)
    with within(OPERATOR):
        alike = record("test.alike", by=job("test"), customer_id=OPERATOR, entity=name, detail={"control": name})
    stage.seal()
    activated = queries.entries(OPERATOR, operation="policy.activated", limit=1).entries[0]
    for event in (activated.event_id, hidden.event_id, alike, new_id()):
        assert visitor.get(f"/trust/evidence/{event}/entry").status_code == 404
        assert visitor.get(f"/trust/evidence/{event}/proof").status_code == 404


def test_a_broken_promise_that_is_dropped_takes_no_miss_along(stage: Stage, visitor: Visitor) -> None:
    """A policy that leaves out what is broken: the page says what was promised, and how it stood."""
    kept, missed = stage.control(), stage.control()
    pack = stage.policy((kept,), (missed,))
    stage.sees[missed] = Facts(3, wrong=1)
    stage.check(kept)
    stage.check(missed)
    stage.seal()
    stage.policy((kept,), pack=pack, version=2)
    for settled in (False, True):
        if settled:
            actions.settle(by=stage.worker(), clock=stage.clock)
        page = visitor.get("/trust/en").content.decode()
        gone = page[page.index('id="withdrawn"') :]
        assert "We promise T-2." in gone
        assert "Broken" in gone
        assert "test.wrong" in gone
    assert "T-2: no longer promised" in visitor.get("/trust/feed.atom").content.decode()


def test_the_feed_is_valid_atom_with_ids_that_stay(stage: Stage, visitor: Visitor) -> None:
    name = stage.control()
    stage.policy((name,))
    stage.check(name)
    stage.sees[name] = Facts(3, wrong=1)
    stage.check(name)
    stage.seal()
    answer = visitor.get("/trust/feed.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.content)
    for element in ("id", "title", "updated", "author"):
        assert len(feed.findall(f"{ATOM}{element}")) == 1
    entries = feed.findall(f"{ATOM}entry")
    assert entries[0].findtext(f"{ATOM}title") == "T-1: Broken (was: kept)"
    for entry in entries:
        assert {child.tag.removeprefix(ATOM) for child in entry} <= REGISTERED
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", entry.findtext(f"{ATOM}id") or "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry.findtext(f"{ATOM}updated") or "")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids)) >= 2
    french = ET.fromstring(visitor.get("/trust/fr/feed.atom").content)
    assert [entry.findtext(f"{ATOM}id") for entry in french.findall(f"{ATOM}entry")] == ids
    assert french.findtext(f"{ATOM}id") != feed.findtext(f"{ATOM}id")


def test_the_badge_reads_as_it_looks(stage: Stage, visitor: Visitor) -> None:
    stage.policy((stage.control(),))
    badge = ET.fromstring(visitor.get("/trust/badge.svg").content)
    svg = "{http://www.w3.org/2000/svg}"
    title = badge.findtext(f"{svg}title") or ""
    assert title == ": ".join(text.text or "" for text in badge.iter(f"{svg}text"))
    assert title == "security policy: 0 of 1 proven"
    assert badge.get("role") == "img"
    assert b"0 sur 1" in visitor.get("/trust/fr/badge.svg").content


def test_the_security_contact(visitor: Visitor) -> None:
    with override_settings(TROTH_SECURITY_CONTACT="mailto:security@example.org"):
        answer = visitor.get("/.well-known/security.txt")
        lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert lines["Contact"] == "mailto:security@example.org"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", lines["Expires"])
        assert lines["Preferred-Languages"] == "en, fr"
        assert lines["Policy"] == "https://localhost/trust"
        assert lines["Canonical"] == "https://localhost/.well-known/security.txt"
    with override_settings(TROTH_SECURITY_CONTACT=None):
        answer = visitor.get("/.well-known/security.txt")
        assert answer.status_code == 404
        assert b"TROTH_SECURITY_CONTACT" in answer.content


def test_the_way_to_the_page_is_on_the_sign_in_page(visitor: Visitor) -> None:
    assert b'href="/trust"' in visitor.get("/sign-in").content
