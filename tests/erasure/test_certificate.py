"""The certificate: its signed bytes, its page, and what the verifier makes of every lie."""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from tests.erasure import specimen
from troth.erasure import dsse, payload, rendering
from troth_verify import certificate as verifier
from troth_verify.errors import CannotRead
from troth_verify.note import Key

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
KEY = Key(specimen.Fixed.name, specimen.Fixed().public)


def _verify(tmp_path: Path, envelope: bytes, key: Key = KEY) -> Any:
    path = tmp_path / "certificate.json"
    path.write_bytes(envelope)
    return verifier.check(path, key)


@pytest.mark.parametrize("kind", ["subject", "customer"])
def test_a_certificate_verifies(tmp_path: Path, kind: str) -> None:
    report = _verify(tmp_path, specimen.envelope(specimen.certificate(kind)))
    assert report.verifies, report.text()
    assert {check.check for check in report.checks if check.result == "ok"} >= {
        "signature", "log", "production", "keys", "scan", "entry",
    }  # fmt: skip


def _changed(made: payload.Certificate, path: str, value: object) -> payload.Certificate:
    tree = msgspec.to_builtins(made)
    *parents, last = path.split(".")
    at: Any = tree
    for name in parents:
        at = at[int(name)] if name.isdigit() else at[name]
    at[int(last) if last.isdigit() else last] = value
    return msgspec.convert(tree, payload.Certificate)


LIES: dict[str, object] = {
    "erasure_id": specimen.CUSTOMER,
    "target.subject_id": specimen.CUSTOMER,
    "target.customer_id": specimen.SUBJECT,
    "production.took_seconds": 7,
    "production.done_at": "2026-11-22T12:02:12Z",
    "production.ends_at": "2026-11-24T12:00:00Z",
    "production.limit_seconds": 100,
    "production.state": "missed",
    "checked": [],
    "checked.0.found": 1,
    "checked.0.at": "2026-11-22T12:04:00Z",
    "keys.epoch": 8,
    "keys.destroyed": [],
    "keys.places": [],
    "keys.destroyed_at": "2026-11-22T12:03:14Z",
    "keys.workers_acknowledged_at": "2026-11-22T12:03:14Z",
    "issued_at": "2026-11-22T12:03:11Z",
    "log": [],
}


@pytest.mark.parametrize("path", LIES)
def test_a_lie_does_not_verify_even_when_it_is_signed(tmp_path: Path, path: str) -> None:
    lie = _changed(specimen.certificate(), path, LIES[path])
    assert not _verify(tmp_path, specimen.envelope(lie)).verifies


def test_another_operation_in_the_log_is_no_proof(tmp_path: Path) -> None:
    made = specimen.certificate()
    other = msgspec.structs.replace(made, log=[specimen.log_entry(made, "erasure.requested")])
    assert not _verify(tmp_path, specimen.envelope(other)).verifies


def test_a_copy_whose_keys_live_is_no_erasure(tmp_path: Path) -> None:
    copy = payload.Copy("copy-1", "Dublin", "2026-11-21T02:00:00Z", "2027-02-19T02:00:00Z", keys_destroyed=False)
    second = msgspec.structs.replace(specimen.certificate().backups, copies=[copy])
    assert not _verify(tmp_path, specimen.envelope(specimen.certificate(backups=second))).verifies


def test_another_key_did_not_sign_it(tmp_path: Path) -> None:
    other = specimen.Fixed(b"\x08" * 32)
    assert not _verify(tmp_path, specimen.envelope(), Key(other.name, other.public)).verifies


def test_the_type_is_signed_too(tmp_path: Path) -> None:
    tree = json.loads(specimen.envelope())
    tree["payloadType"] = "application/json"
    assert not _verify(tmp_path, json.dumps(tree).encode()).verifies


def test_one_changed_byte_is_seen(tmp_path: Path) -> None:
    tree = json.loads(specimen.envelope())
    raw = b64decode(tree["payload"]).replace(b'"epoch":7', b'"epoch":9')
    tree["payload"] = b64encode(raw).decode()
    assert not _verify(tmp_path, json.dumps(tree).encode()).verifies


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\xff", b'{"payloadType":"a","payload":"!!","signatures":[]}'])
def test_what_is_no_certificate_is_said_to_be_none(tmp_path: Path, damage: bytes) -> None:
    with pytest.raises(CannotRead):
        _verify(tmp_path, damage)


def test_a_missing_field_can_not_be_read(tmp_path: Path) -> None:
    tree = msgspec.to_builtins(specimen.certificate())
    del tree["checked"]
    envelope = dsse.sign(payload.TYPE, json.dumps(tree).encode(), specimen.Fixed(), keyid="any")
    with pytest.raises(CannotRead):
        _verify(tmp_path, envelope)


def test_the_bytes_are_those_of_the_frozen_vector() -> None:
    assert specimen.envelope() == (VECTORS / "erasure-certificate-1.json").read_bytes()


def test_the_published_schema_is_the_one_in_force() -> None:
    published = json.loads((ROOT / "docs" / "formats" / "certificate.schema.json").read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(payload.schema()))


def test_dsse_is_as_its_specification_says() -> None:
    # The example of the specification's own test vector.
    assert dsse.pre_authentication("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@pytest.mark.parametrize("language", rendering.LANGUAGES)
@pytest.mark.parametrize("kind", ["subject", "customer"])
def test_the_page_says_what_the_payload_says(tmp_path: Path, kind: str, language: rendering.Language) -> None:
    envelope = specimen.envelope(specimen.certificate(kind))
    made = rendering.pdf(envelope, language)
    assert made == rendering.pdf(envelope, language)
    (tmp_path / "page.pdf").write_bytes(made)
    reader = PdfReader(tmp_path / "page.pdf")
    text = " ".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ")
    assert "3 min 12 s" in text
    assert specimen.ERASURE in text
    assert "NIST SP 800-88r2" in text
    assert reader.attachments["certificate.json"][0] == envelope


def test_a_miss_is_not_hidden() -> None:
    late = payload.Production(86_400, "2026-11-23T12:00:00Z", "2026-11-23T13:30:00Z", 91_800, "missed")
    shown = rendering.content(specimen.envelope(specimen.certificate(production=late)), "en")
    assert "missed by 1\u00a0h\u00a030\u00a0min" in shown["miss"]
    assert shown["clocks"][0]["word"] == "Missed"


def test_an_unknown_duration_is_not_called_kept() -> None:
    unknown = payload.Production(86_400, "2026-11-23T12:00:00Z", "2026-11-22T11:00:00Z", 0, "unknown")
    shown = rendering.content(specimen.envelope(specimen.certificate(production=unknown)), "fr")
    assert shown["clocks"][0]["word"] == "Non prouvé"
    assert shown["miss"]


def test_both_languages_have_words_for_the_same_things() -> None:
    english, french = (rendering.Words(language) for language in rendering.LANGUAGES)
    keys = [
        {(section, code) for section in words.sections for code in words.sections[section]}
        for words in (english, french)
    ]
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (0, "under a second", "moins d’une seconde"),
        (1, "1 s", "1 s"),
        (192, "3 min 12 s", "3 min 12 s"),
        (3_600, "1 h", "1 h"),
        (70_800, "19 h 40 min", "19 h 40 min"),
        (86_400, "1 day", "1 jour"),
        (5_270_400, "61 days", "61 jours"),
        (90_061, "1 day 1 h", "1 jour 1 h"),
    ],
)
def test_durations_are_said_in_two_units(seconds: int, english: str, french: str) -> None:
    assert rendering.words("en").duration(seconds).replace("\u00a0", " ") == english
    assert rendering.words("fr").duration(seconds).replace("\u00a0", " ") == french
