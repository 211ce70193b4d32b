"""The signing key of checkpoints and certificates: Ed25519, wrapped like a root, in every key place.

It is no part of the key tree: what it signed must verify long after every epoch of then is gone.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from troth.keys import wraps
from troth.keys.cache import custodian as configured_custodian
from troth.keys.custodian import Custodian
from troth.keys.errors import KeyPlaceDown, KeysMissing, UnknownFormat
from troth.keys.places import KeyPlace, configured
from troth.keys.sealing import context

_FORMAT: Final = "troth-signing-key/1"
_PREFIX: Final = "signing-"


class SigningFile(msgspec.Struct, frozen=True):
    """A signing key as a key place holds it."""

    format: str
    name: str
    public: str
    made: datetime
    custodian: wraps.ByCustodian
    recovery: wraps.ToKit


class Signer:
    """Signs. `name` and `public` (32 bytes) say with which key."""

    __slots__ = ("_private", "name", "public")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.name = name
        self._private = private
        self.public = private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"Signer({self.name})"

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032) over the message, 64 bytes."""
        return self._private.sign(message)


def place_of(name: str) -> bytes:
    """The context in which a signing key is wrapped."""
    return context("signing-key", name)


def is_file(name: str) -> bool:
    """Whether a name in a place is a signing key's."""
    return name.startswith(_PREFIX)


def create(places: Sequence[KeyPlace], custodian: Custodian, kit: wraps.KitPublic, made: datetime) -> str:
    """Make a signing key and write it to every place; its name carries its public key's digest."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    name = f"troth-{hashlib.sha256(public).hexdigest()[:8]}"
    secret, where = private.private_bytes_raw(), place_of(name)
    data = msgspec.json.encode(
        SigningFile(
            format=_FORMAT,
            name=name,
            public=base64.b64encode(public).decode(),
            made=made,
            custodian=wraps.wrap_by(custodian, secret, where),
            recovery=wraps.wrap_to(kit, secret, where),
        )
    )
    for place in places:
        place.write(f"{_PREFIX}{name}.json", data)
    return name


def decode(data: bytes) -> SigningFile:
    """Read a signing key's file without opening it."""
    try:
        found = msgspec.json.decode(data, type=SigningFile)
    except msgspec.DecodeError:
        raise UnknownFormat(what="A signing key file", why="damaged") from None
    if found.format != _FORMAT:
        raise UnknownFormat(what="A signing key file", why=found.format[:40])
    return found


def load(places: Sequence[KeyPlace], custodian: Custodian) -> Signer:
    """The newest signing key from the first place in reach that holds one."""
    for place in places:
        try:
            files = [decode(place.read(name)) for name in place.names() if is_file(name)]
        except KeyPlaceDown:
            continue
        if files:
            newest = max(files, key=lambda file: file.made)
            secret = wraps.unwrap_by(custodian, newest.custodian, place_of(newest.name))
            return Signer(newest.name, Ed25519PrivateKey.from_private_bytes(secret))
    raise KeysMissing(epoch="any")


def signer() -> Signer:
    """This installation's signer, from its configured places."""
    return load(configured(), configured_custodian())


def publics() -> dict[str, bytes]:
    """The public half of every signing key that a key place in reach holds, by its name: for verifying again."""
    found: dict[str, bytes] = {}
    for place in configured():
        try:
            files = [decode(place.read(name)) for name in place.names() if is_file(name)]
        except KeyPlaceDown:
            continue
        found |= {file.name: base64.b64decode(file.public) for file in files}
    return found
