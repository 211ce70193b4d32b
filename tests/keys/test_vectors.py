"""Frozen bytes of every format: what was written once is read for ever, by us and by a second reader."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.keys import second_reader
from troth.keys import roots, shamir, wraps
from troth.keys.cache import customer_context, directory_context, page_context, stable_key
from troth.keys.pages import SLOTS, Directory, Page
from troth.keys.recovery import KitRecord
from troth.keys.sealing import context, unseal
from troth.keys.shares import parse
from troth.keys.snapshots import Manifest, Row

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "keys.json").read_text())
CUSTOMER = UUID(VECTORS["customer"])
ROOT = bytes.fromhex(VECTORS["root"]["key"])


def _row(table: str) -> dict[str, Any]:
    return next(row for row in VECTORS["rows"] if row["table"] == table)


def _sealed(table: str) -> bytes:
    return bytes.fromhex(_row(table)["sealed"])


def test_a_sealed_value_and_its_context() -> None:
    one = VECTORS["sealed"]
    kind, customer, number, text, raw = one["parts"]
    where = context(kind, UUID(customer), number, text, bytes.fromhex(raw))
    assert where.hex() == one["context"]
    key, sealed = bytes.fromhex(one["key"]), bytes.fromhex(one["sealed"])
    assert unseal(key, sealed, where).hex() == one["plaintext"]
    assert second_reader.unseal(key, sealed, where) == unseal(key, sealed, where)


def test_the_tree_from_root_to_slot() -> None:
    customer = _row("c")
    key = unseal(ROOT, _sealed("c"), customer_context(CUSTOMER, customer["epoch"], customer["version"]))
    assert key.hex() == VECTORS["customer_key"]
    plain = unseal(key, _sealed("d"), directory_context(CUSTOMER, _row("d")["version"]))
    assert plain.hex() == VECTORS["directory"]
    directory = Directory.decode(plain)
    assert directory.page_key(0) is None
    assert stable_key(directory, CUSTOMER, VECTORS["stable"]["name"]).hex() == VECTORS["stable"]["key"]
    number = _row("p")["page"]
    page_key = directory.page_key(number)
    assert page_key is not None
    page = unseal(page_key, _sealed("p"), page_context(CUSTOMER, number, _row("p")["version"]))
    assert page.hex() == VECTORS["page"]
    assert [slot for slot in range(SLOTS) if Page(page).is_erased(slot)] == VECTORS["erased"]


def test_a_root_file_by_custodian_and_by_kit() -> None:
    file = VECTORS["root"]["file"]
    found = roots.decode(json.dumps(file).encode())
    assert found.fingerprint == VECTORS["root"]["fingerprint"]
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["root"]["kit_private"]))
    by_kit = wraps.unwrap_to(private, found.recovery, roots.place_of(found.epoch))
    assert roots.open_file(found, by_kit).key == ROOT
    custodian = bytes.fromhex(VECTORS["root"]["custodian_key"])
    assert unseal(custodian, base64.b64decode(found.custodian.wrapped), roots.place_of(found.epoch)) == ROOT
    assert second_reader.root_by_custodian(file, custodian) == ROOT
    assert second_reader.root_by_kit(file, private) == ROOT
    assert second_reader.fingerprint(ROOT, found.epoch) == found.fingerprint


def test_the_sheets_restore_the_kits_key() -> None:
    shares = [parse(sheet) for sheet in VECTORS["sheets"]]
    for chosen in (shares[:3], shares[2:], shares[::2]):
        secret = shamir.combine({share.number: share.value for share in chosen})
        assert secret.hex() == VECTORS["root"]["kit_private"]
    again = [share.text(made="2026-11-22", installation="vectors") for share in shares]
    assert again == VECTORS["sheets"]


def test_a_snapshot() -> None:
    snapshot = VECTORS["snapshot"]
    plain = unseal(ROOT, bytes.fromhex(snapshot["manifest"]), context("snapshot", VECTORS["root"]["epoch"]))
    manifest = msgspec.json.decode(plain, type=Manifest)
    found: list[Row] = []
    for segment in manifest.segments:
        data = bytes.fromhex(snapshot["segments"][segment.sha256])
        assert hashlib.sha256(data).hexdigest() == segment.sha256
        opened = unseal(base64.b64decode(segment.key), data, context("snapshot-segment"))
        found += msgspec.msgpack.decode(opened, type=list[Row])
    assert [(row[0], row[1], row[5].hex()) for row in found] == [
        (row["table"], CUSTOMER.bytes, row["sealed"]) for row in VECTORS["rows"]
    ]


def test_a_recovery_record() -> None:
    data = (
        b'{"format":"troth-recovery/1","kit":"01912345-0000-7000-8000-00000000c17a","public":"AAAA","threshold":3,'
        b'"shares":5,"made":"2026-11-22T09:30:00Z","stamp":{"id":"01912345-0000-7000-8000-0000000c0570","wrapped":""},'
        b'"folder":null,"rehearsed":null}'
    )
    record = msgspec.json.decode(data, type=KitRecord)
    assert (record.threshold, record.shares, record.made.isoformat()) == (3, 5, "2026-11-22T09:30:00+00:00")
    assert msgspec.json.encode(record) == data
