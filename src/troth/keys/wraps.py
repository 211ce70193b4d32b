"""A secret wrapped twice: by the custodian for daily use, and to the recovery key for the day when that is lost.

Both wraps lie in the key places and nowhere else. Format: docs/formats/keys.md.
"""

import base64
from typing import Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from troth.keys.custodian import Custodian
from troth.keys.errors import CannotOpen
from troth.keys.sealing import KEY_BYTES, context, derive, seal, unseal

_VERSION: Final = b"\x01"


class ByCustodian(msgspec.Struct, frozen=True):
    """The wrap of daily use."""

    id: UUID
    wrapped: str


class ToKit(msgspec.Struct, frozen=True):
    """The wrap to a recovery kit's public key."""

    kit: UUID
    wrapped: str


class KitPublic(msgspec.Struct, frozen=True):
    """A recovery kit's id and public key: all that is needed to wrap to it."""

    kit: UUID
    public: str


def wrap_by(custodian: Custodian, secret: bytes, where: bytes) -> ByCustodian:
    """Wrap by the custodian."""
    return ByCustodian(id=custodian.id, wrapped=_b64(custodian.wrap(secret, where)))


def unwrap_by(custodian: Custodian, wrap: ByCustodian, where: bytes) -> bytes:
    """Unwrap by the custodian; raises `CustodianLost` when it is another one."""
    return custodian.unwrap(_raw(wrap.wrapped), where)


def wrap_to(kit: KitPublic, secret: bytes, where: bytes) -> ToKit:
    """Wrap to a kit: a fresh X25519 key agrees with the kit's, HKDF-SHA256 makes the key, AES-256-GCM seals."""
    ephemeral = X25519PrivateKey.generate()
    mine, theirs = ephemeral.public_key().public_bytes_raw(), _raw(kit.public)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(theirs))
    sealed = seal(derive(shared, context("recovery", kit.kit, mine, theirs)), secret, where)
    return ToKit(kit=kit.kit, wrapped=_b64(_VERSION + mine + sealed))


def unwrap_to(private: X25519PrivateKey, wrap: ToKit, where: bytes) -> bytes:
    """Unwrap with the kit's private key."""
    data = _raw(wrap.wrapped)
    if data[:1] != _VERSION or len(data) < 1 + KEY_BYTES:
        raise CannotOpen(what="a recovery wrap of an unknown version")
    mine, theirs = data[1 : 1 + KEY_BYTES], private.public_key().public_bytes_raw()
    shared = private.exchange(X25519PublicKey.from_public_bytes(mine))
    return unseal(derive(shared, context("recovery", wrap.kit, mine, theirs)), data[1 + KEY_BYTES :], where)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
