"""The pages on real data: what they do, what they log, and what they never say."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.console.conftest import House, Visitor, house
from troth.audit import sealer
from troth.audit.queries import Entry, entries

SCHEMA = "mail email identifier:email\nname text\nage integer\ncountry country plain: campaigns are counted by country"
ROWS = b"mail,name,age,country\n" + b"".join(
    f"person{n}@example.com,Zebedee Quill {n},{20 + n},PT\n".encode() for n in range(60)
)
BAD = b"no address,Nobody,40,PT\n"


def newest(customer_id: UUID, operation: str) -> Entry:
    while sealer.seal_once():
        pass
    found = entries(customer_id, operation=operation, limit=1).entries
    assert found, operation
    return found[0]


@pytest.fixture(scope="module")
def place() -> House:
    return house("Pages")


@pytest.fixture
def boss(place: House, signed_in: Callable[[str], Visitor]) -> Visitor:
    visitor = signed_in(place.mails["owner"])
    visitor.look(place)
    return visitor


@pytest.fixture
def dataset(place: House, boss: Visitor) -> str:
    """The address of a dataset with sixty people in it."""
    there = re.search(rf"{place.url()}/datasets/[0-9a-f-]{{36}}", boss.get(place.url("/datasets")).content.decode())
    if there:
        return there[0]
    made = boss.post(place.url("/datasets/new"), {"name": "Clients", "fields_text": SCHEMA, "one_record": "yes"})
    assert made.status_code == 303
    address: str = made["Location"]
    file = SimpleUploadedFile("clients.csv", ROWS)
    done = boss.post(f"{address}/import", {"file": file, "on_duplicate": "reject", "step": "import"})
    assert "<strong>60</strong> are stored" in done.content.decode()
    return address


def test_a_trial_stores_nothing_and_the_import_then_stores_it_once(boss: Visitor, dataset: str, place: House) -> None:
    more = b"mail,name,age,country\nlater@example.com,Later,50,FR\n" + BAD
    tried = boss.post(
        f"{dataset}/import", {"file": SimpleUploadedFile("more.csv", more), "on_duplicate": "reject", "step": "try"}
    ).content.decode()
    assert "Nothing is stored yet" in tried
    assert "mail: is not a mail address" in tried
    spool = re.findall(r'name="spool" value="([^"]+)"', tried)[0]
    boss.post(place.url("/find"), {"kind": "email", "value": "later@example.com"})
    assert (
        b"Nobody here has it" in boss.post(place.url("/find"), {"kind": "email", "value": "later@example.com"}).content
    )
    done = boss.post(f"{dataset}/import", {"spool": spool, "on_duplicate": "reject", "step": "confirm"})
    assert "<strong>1</strong> is stored" in done.content.decode()
    assert not list((settings.TROTH_SPOOL / str(place.customer_id)).glob("upload-*"))
    again = boss.post(f"{dataset}/import", {"spool": spool, "on_duplicate": "reject", "step": "confirm"})
    assert again.status_code == 404
    rejected = re.findall(r'href="([^"]+/rejected)"', done.content.decode())[0]
    assert b"no address" in b"".join(boss.get(rejected))  # type: ignore[arg-type]  # a streamed answer
    assert newest(place.customer_id, "import.rejected_rows").leaf["outcome"] == "done"


def test_rejected_rows_are_nobody_elses(boss: Visitor, place: House, signed_in: Callable[[str], Visitor]) -> None:
    address = place.url("/imports/00000000-0000-7000-8000-000000000000/rejected")
    assert boss.get(address).status_code == 404
    assert signed_in(place.mails["viewer"]).get(address).status_code == 403


def test_what_one_searches_for_stands_in_no_address_and_no_log(boss: Visitor, dataset: str, place: House) -> None:
    found = boss.post(place.url("/find"), {"kind": "email", "value": " PERSON7@example.com "})
    page = found.content.decode()
    assert "1 record" in page
    assert not re.search(r'(href|action)="[^"]*person7', page, re.IGNORECASE)
    assert b"1 record" not in boss.get(place.url("/find?kind=email&value=person7@example.com")).content
    entry = newest(place.customer_id, "record.found")
    assert "person7" not in str(entry.leaf).lower() + str(entry.opened).lower()


def test_a_filter_over_sealed_fields(boss: Visitor, dataset: str) -> None:
    page = boss.post(f"{dataset}/records", {"where": 'age >= 78 and country = "PT"'}).content.decode()
    assert "person58@example.com" in page
    assert "person57@example.com" not in page
    wrong = boss.post(f"{dataset}/records", {"where": "agee >= 78"})
    assert wrong.status_code == 422
    assert b"the schema has no field of this name" in wrong.content


def test_records_page_on_and_are_never_shown_twice(boss: Visitor, dataset: str) -> None:
    first = boss.get(f"{dataset}/records").content.decode()
    onward = re.findall(r'href="(\?after=[^"]+)" rel="next"', first)[0]
    second = boss.get(f"{dataset}/records{onward}").content.decode()
    seen = [set(re.findall(r"/records/([0-9a-f-]{36})", page)) for page in (first, second)]
    assert len(seen[0]) == 50
    assert not seen[0] & seen[1]


def record_address(boss: Visitor, place: House, mail: str) -> str:
    page = boss.post(place.url("/find"), {"kind": "email", "value": mail}).content.decode()
    return re.findall(r'href="([^"]+/records/[0-9a-f-]{36})"', page)[0]


def test_a_look_is_logged_with_its_purpose_and_shown_to_the_next(
    boss: Visitor, dataset: str, place: House, operator: Visitor
) -> None:
    address = record_address(boss, place, "person9@example.com")
    operator.look(place, "Ticket 815: the age is said to be wrong")
    assert "Zebedee Quill 9" in operator.get(address).content.decode()
    entry = newest(place.customer_id, "record.read")
    assert entry.leaf["purpose"] == "support"
    assert entry.opened["reason"] == "Ticket 815: the age is said to be wrong"
    page = boss.get(address).content.decode()
    assert "Ticket 815: the age is said to be wrong" in page
    assert "administrator of the operator" in page


def test_a_correction_keeps_which_fields_and_never_the_old_value(boss: Visitor, dataset: str, place: House) -> None:
    address = record_address(boss, place, "person11@example.com")
    form = boss.get(f"{address}/correct").content.decode()
    values = {"mail": "person11@example.com", "name": "Zebedee Quill 11", "age": "77", "country": "PT", "version": "1"}
    assert 'value="31"' in form
    assert boss.post(f"{address}/correct", values).status_code == 303
    page = boss.get(address).content.decode()
    assert "Corrected: age" in page
    assert ">31<" not in page
    stale = boss.post(f"{address}/correct", {**values, "age": "78"})
    assert stale.status_code == 422
    assert b"not at the one you named" in stale.content
    refused = boss.post(f"{address}/correct", {**values, "version": "2", "age": "old"})
    assert refused.status_code == 422
    assert b'aria-invalid="true"' in refused.content


def test_records_are_taken_away_whole_and_logged(
    boss: Visitor, dataset: str, place: House, signed_in: Callable[[str], Visitor]
) -> None:
    lines = b"".join(boss.get(f"{dataset}/records?as=csv")).decode().splitlines()  # type: ignore[arg-type]  # streamed
    assert len(lines) >= 61
    assert lines[0] == "record_id,mail,name,age,country"
    assert newest(place.customer_id, "records.exported").leaf["count"] >= 60
    viewer = signed_in(place.mails["viewer"])
    viewer.look(place)
    assert viewer.get(f"{dataset}/records?as=csv").status_code == 403


def test_listings_are_taken_away_and_logged(boss: Visitor, dataset: str, place: House) -> None:
    assert boss.get(place.url("/datasets?as=json"))["Content-Disposition"] == 'attachment; filename="datasets.json"'
    assert newest(place.customer_id, "console.export").leaf["detail"] == {"listing": "datasets", "format": "json"}
    assert b"console.export" in boss.get(place.url("/log?as=csv")).content


def test_an_erasure_asks_for_the_right_word(boss: Visitor, dataset: str, place: House) -> None:
    address = record_address(boss, place, "person13@example.com")
    subject = re.findall(r'href="([^"]+/subjects/[0-9a-f-]{36})"', boss.get(address).content.decode())[0]
    preview = boss.get(f"{subject}/erase").content.decode()
    for words in ("What will go", "What will stay", "What can't be undone", "Records: 1"):
        assert words in preview, words
    assert boss.post(f"{subject}/erase", {"typed": "wrong"}).status_code == 422
    asked = boss.post(f"{subject}/erase", {"typed": subject[-6:]})
    assert asked.status_code == 303
    page = boss.get(asked["Location"]).content.decode()
    assert "data-hx-get" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert boss.get(address).status_code == 410
    called_off = boss.post(f"{asked['Location']}/cancel")
    assert called_off.status_code in {303, 409}


def test_deleting_everything_asks_for_the_very_name(boss: Visitor, place: House) -> None:
    page = boss.get(place.url("/delete")).content.decode()
    assert "every account" in page
    refused = boss.post(place.url("/delete"), {"typed": place.name.upper(), "grace": "0"})
    assert refused.status_code == 422
    assert boss.post(place.url("/delete"), {"typed": place.name, "grace": "999999999"}).status_code == 422


def test_names_are_escaped_everywhere(there: House, signed_in: Callable[[str], Visitor]) -> None:
    assert "<b>" in there.name
    visitor = signed_in(there.mails["owner"])
    for path in (there.url(), there.url("/delete"), "/account"):
        page = visitor.get(path).content.decode()
        assert "<b>Ltd" not in page
        assert "&lt;b&gt;Ltd" in page


def test_no_title_and_no_address_names_anyone(boss: Visitor, dataset: str, place: House) -> None:
    for path in (place.url(), dataset, f"{dataset}/records", record_address(boss, place, "person9@example.com")):
        page = boss.get(path).content.decode()
        title = re.findall(r"<title>([^<]*)</title>", page)[0]
        assert "Zebedee" not in title
        assert place.name not in title
        assert not re.search(r'(href|action|src)="[^"]*(@|Zebedee|person\d)', page)


def test_an_api_key_is_shown_once_and_dies_when_revoked(owner: Visitor) -> None:
    made = owner.post("/account/keys/new", {"name": "nightly", "days": "30"}).content.decode()
    text = re.findall(r"troth_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", made)[0]
    page = owner.get("/account").content.decode()
    assert text not in page
    assert "nightly" in page
    assert owner.post("/account/keys/new", {"name": "x", "days": "99999"}).status_code == 422
    revoke = re.findall(r'action="(/account/keys/[0-9a-f-]{36}/revoke)"', page)[0]
    assert owner.post(revoke).status_code == 303
    assert "Revoked" in owner.get("/account").content.decode()


def test_the_log_shows_its_entries_and_their_proof(boss: Visitor, dataset: str, place: House) -> None:
    entry = newest(place.customer_id, "dataset.added")
    page = boss.get(place.url(f"/log/{entry.event_id}")).content.decode()
    assert "A dataset was added" in page
    assert "Sealed" in page
    assert boss.get(place.url(f"/log/{entry.event_id}/proof")).content.startswith(b"c2sp.org/tlog-proof@v1")
    assert boss.get(place.url("/log/00000000-0000-7000-8000-000000000000")).status_code == 404
    only = boss.get(place.url("/log?operation=dataset.added&since=2020-01-01&until=x")).content.decode()
    assert only.count("<tr>") == 2
    taken = boss.post(place.url("/log/bundle"))
    assert b"".join(taken)[257:262] == b"ustar"  # type: ignore[arg-type]  # streamed
    assert not list((settings.TROTH_SPOOL / str(place.customer_id)).glob("log-*"))
    for hostile in ("operation=%00", "entity=%00x", "since=0001-01-01", "since=1969-12-31", "until=9999-12-31"):
        assert boss.get(place.url(f"/log?{hostile}")).status_code == 200, hostile


def test_a_receipt_that_is_none_says_nothing(visitor: Visitor) -> None:
    for path in ("/receipt/x", "/receipt/x/live", "/receipt/x/json", "/receipt/x/log.tar", f"/receipt/{'a' * 75}"):
        assert visitor.get(path).status_code == 404


def test_the_keys_are_shown_to_staff(operator: Visitor) -> None:
    page = operator.get("/keys").content.decode()
    assert "key places" in page
    assert "In step" in page
