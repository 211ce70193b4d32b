"""A second reader of everything that keys are stored in, written from docs/formats/keys.md alone.

It imports nothing of Troth: what it opens proves the document, and in the hands of the adversary of
tests/faults/test_old_copy.py it is all that an attacker with the document could write.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec.msgpack
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def context(*parts: UUID | int | str | bytes) -> bytes:
    out = b"troth\x01"
    for part in parts:
        if isinstance(part, UUID):
            tag, value = b"u", part.bytes
        elif isinstance(part, int):
            tag, value = b"i", part.to_bytes(8, "big")
        elif isinstance(part, str):
            tag, value = b"s", part.encode()
        else:
            tag, value = b"b", part
        out += tag + len(value).to_bytes(4, "big") + value
    return out


def unseal(key: bytes, sealed: bytes, where: bytes) -> bytes | None:
    if sealed[:1] != b"\x01" or len(sealed) < 29:
        return None
    try:
        return AESGCM(key).decrypt(sealed[1:13], sealed[13:], where)
    except InvalidTag:
        return None


def derive(secret: bytes, where: bytes, length: int = 32) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=where).derive(secret)


def page_keys(directory: bytes) -> tuple[bytes, list[bytes]]:
    """A directory's stable secret and page keys."""
    assert directory[0] == 1
    count = int.from_bytes(directory[33:37], "big")
    assert len(directory) == 37 + 32 * count
    return directory[1:33], [directory[37 + 32 * at : 69 + 32 * at] for at in range(count)]


def slot_keys(page: bytes) -> dict[int, bytes]:
    """A page's keys that are not erased."""
    assert page[0] == 1
    assert len(page) == 8225
    erased = {slot for slot in range(256) if page[1 + slot // 8] >> (slot % 8) & 1}
    keys = {slot: page[33 + 32 * slot : 65 + 32 * slot] for slot in range(256)}
    assert all(keys[slot] == bytes(32) for slot in erased)
    return {slot: key for slot, key in keys.items() if slot not in erased}


def custodian_key(folder: Path) -> bytes:
    file = json.loads((folder / "custodian.json").read_text())
    assert file["format"] == "troth-custodian/1"
    return base64.b64decode(file["key"])


def root_files(place: Path) -> list[dict[str, Any]]:
    files = [json.loads(path.read_text()) for path in place.glob("root-*.json")]
    assert all(file["format"] == "troth-root/1" for file in files)
    return files


def root_by_custodian(file: dict[str, Any], key: bytes) -> bytes | None:
    return unseal(key, base64.b64decode(file["custodian"]["wrapped"]), context("root", file["epoch"]))


def root_by_kit(file: dict[str, Any], private: X25519PrivateKey) -> bytes | None:
    return unwrap_to_kit(file["recovery"], private, context("root", file["epoch"]))


def unwrap_to_kit(wrap: dict[str, str], private: X25519PrivateKey, where: bytes) -> bytes | None:
    data = base64.b64decode(wrap["wrapped"])
    assert data[0] == 1
    mine, theirs = data[1:33], private.public_key().public_bytes_raw()
    shared = private.exchange(X25519PublicKey.from_public_bytes(mine))
    return unseal(derive(shared, context("recovery", UUID(wrap["kit"]), mine, theirs)), data[33:], where)


def fingerprint(root: bytes, epoch: int) -> str:
    return derive(root, context("root-fingerprint", epoch), 16).hex()


def share(sheet: str) -> tuple[UUID, int, int, int, bytes]:
    """Kit, threshold, shares, number and value of a sheet."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    letters = ""
    for line in sheet.splitlines():
        number, colon, rest = line.strip().partition(":")
        if colon and number.isdigit():
            part, _, check = rest.partition("=")
            part = part.replace(" ", "")
            digest = hashlib.sha256(f"{number}:{part}".encode()).digest()
            assert check.strip() == alphabet[digest[0] >> 3] + alphabet[digest[1] >> 3]
            letters += part
    bits = "".join(f"{alphabet.index(letter):05b}" for letter in letters)
    data = bytes(int(bits[at : at + 8], 2) for at in range(0, 56 * 8, 8))
    assert hashlib.sha256(b"troth share" + data[:52]).digest()[:4] == data[52:]
    assert data[0] == 1
    return UUID(bytes=data[1:17]), data[17], data[18], data[19], data[20:52]


def combine(parts: dict[int, bytes]) -> bytes:
    """Shamir over GF(256), by the book: slow multiplication, division by brute force."""

    def times(a: int, b: int) -> int:
        product = 0
        while b:
            product ^= a if b & 1 else 0
            a = a << 1 ^ (0x11B if a & 0x80 else 0)
            b >>= 1
        return product

    def over(a: int, b: int) -> int:
        return next(c for c in range(256) if times(b, c) == a)

    secret = bytearray(32)
    for x, value in parts.items():
        weight = 1
        for other in parts:
            if other != x:
                weight = times(weight, over(other, other ^ x))
        for at, byte in enumerate(value):
            secret[at] ^= times(weight, byte)
    return bytes(secret)


def snapshot_rows(place: Path, root: bytes, epoch: int) -> list[tuple[Any, ...]] | None:
    """Every row of a place's key snapshot, of all its segments."""
    sealed = (place / f"manifest-{epoch}").read_bytes()
    plain = unseal(root, sealed, context("snapshot", epoch))
    if plain is None:
        return None
    manifest = json.loads(plain)
    assert manifest["format"] == "troth-key-snapshot/1"
    found: list[tuple[Any, ...]] = []
    for segment in (*manifest["customers"], *manifest["full"], *manifest["deltas"]):
        data = (place / f"segment-{segment['sha256']}").read_bytes()
        assert hashlib.sha256(data).hexdigest() == segment["sha256"]
        opened = unseal(base64.b64decode(segment["key"]), data, context("snapshot-segment"))
        assert opened is not None
        found += [tuple(row) for row in msgspec.msgpack.decode(opened)]
    return found
