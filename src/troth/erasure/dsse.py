"""Signed envelopes as DSSE lays them down (secure-systems-lab/dsse, version 1): exact bytes, signed with their type.

Guarantees: what is signed is the type and the very bytes that the envelope carries; nothing is canonicalised, neither
here nor by whoever verifies.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Signs(Protocol):
    """What can sign: a key's name, its raw 32-byte Ed25519 public key, and its signature."""

    @property
    def name(self) -> str:
        """The key's name."""
        ...

    @property
    def public(self) -> bytes:
        """The raw public key."""
        ...

    def sign(self, message: bytes, /) -> bytes:
        """Return the Ed25519 signature of the message."""
        ...


class Signature(msgspec.Struct, frozen=True):
    """One signature. `keyid` is a hint only: the verifier tries the key that it trusts."""

    keyid: str
    sig: str


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """The envelope as it stands in the file."""

    payload_type: str
    payload: str
    signatures: list[Signature]


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that are signed: `DSSEv1`, then type and payload, each with its length before it."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, signer: Signs, *, keyid: str) -> bytes:
    """Return the envelope's JSON bytes."""
    signature = signer.sign(pre_authentication(payload_type, payload))
    return msgspec.json.encode(
        Envelope(payload_type, b64encode(payload).decode(), [Signature(keyid, b64encode(signature).decode())])
    )


def payload_of(envelope: bytes, payload_type: str) -> bytes:
    """Return the payload's bytes of an envelope that this installation made. It verifies nothing.

    Raises:
        ValueError: it is not an envelope, or one of another type.
    """
    try:
        read = msgspec.json.decode(envelope, type=Envelope)
        if read.payload_type != payload_type:
            raise ValueError(f"an envelope of {read.payload_type}")
        return b64decode(read.payload, validate=True)
    except msgspec.MsgspecError as error:
        raise ValueError("not a DSSE envelope") from error


def verified(envelope: bytes, payload_type: str, public: bytes) -> bytes:
    """Return the payload's bytes, if one of the envelope's signatures over them is this key's.

    Raises:
        ValueError: it is not an envelope of this type, or the key did not sign it.
    """
    payload = payload_of(envelope, payload_type)
    message, key = pre_authentication(payload_type, payload), Ed25519PublicKey.from_public_bytes(public)
    for signature in msgspec.json.decode(envelope, type=Envelope).signatures:
        try:
            key.verify(b64decode(signature.sig, validate=True), message)
        except (InvalidSignature, NotBase64):
            continue
        return payload
    raise ValueError("no signature of this key")
