"""Sealed bytes: AES-256-GCM with a version, a random nonce and a context that is authenticated but not stored.

Guarantees: a sealed value opens only with its own key, in its own context, unaltered. Format: docs/formats/keys.md.
"""

import os
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from troth.keys.errors import CannotOpen

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
OVERHEAD: Final = 1 + NONCE_BYTES + TAG_BYTES
"""How many bytes longer a sealed value is than the value itself."""

_VERSION: Final = b"\x01"
_PREFIX: Final = b"troth\x01"


def new_key() -> bytes:
    """A fresh key from the operating system's random source."""
    return os.urandom(KEY_BYTES)


def context(kind: str, *parts: UUID | int | str | bytes) -> bytes:
    """What a sealed value is and where it belongs, in one unambiguous byte string.

    No two different argument lists give the same bytes: each part carries its type and length.
    """
    out = [_PREFIX, _part(b"s", kind.encode())]
    for part in parts:
        if isinstance(part, UUID):
            out.append(_part(b"u", part.bytes))
        elif isinstance(part, int):
            out.append(_part(b"i", part.to_bytes(8, "big")))
        elif isinstance(part, str):
            out.append(_part(b"s", part.encode()))
        else:
            out.append(_part(b"b", part))
    return b"".join(out)


def _part(tag: bytes, value: bytes) -> bytes:
    return tag + len(value).to_bytes(4, "big") + value


def seal(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal a value under a key, bound to its context."""
    nonce = os.urandom(NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, context)


def seal_many(items: Sequence[tuple[bytes, bytes, bytes]]) -> list[bytes]:
    """Seal many (key, plaintext, context); as `seal`, with one draw of randomness for all nonces."""
    random = os.urandom(NONCE_BYTES * len(items))
    nonces = [random[at : at + NONCE_BYTES] for at in range(0, len(random), NONCE_BYTES)]
    return [
        _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, context)
        for nonce, (key, plaintext, context) in zip(nonces, items, strict=True)
    ]


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open a sealed value; raises `CannotOpen` for another key, another context or altered bytes."""
    if len(sealed) < OVERHEAD or sealed[:1] != _VERSION:
        raise CannotOpen(what="no sealed value of a known version")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], context)
    except InvalidTag:
        # Without its cause: the cause's frames hold the key.
        raise CannotOpen(what="wrong key, wrong context or altered bytes") from None


def derive(secret: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """A key for one use from a secret (HKDF-SHA256, no salt, `info` built by `context`)."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)
