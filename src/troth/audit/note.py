"""Signed notes and tree checkpoints, byte for byte as C2SP's signed-note and tlog-checkpoint lay them down.

Signatures are Ed25519 (type 0x01). One key signs every tree of an installation, under the key's own name; the tree is
told by the first line of the checkpoint, its origin.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"
KEY_ID_BYTES = 4


class Signs(Protocol):
    """What can sign a note: a name, a raw 32-byte Ed25519 public key and its signature."""

    @property
    def name(self) -> str:
        """The key's name, without spaces or plus."""
        ...

    @property
    def public(self) -> bytes:
        """The raw public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of the message."""
        ...


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree's identity, its size and its root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed; also the leaf by which a customer's tree stands in the tree over all."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, public: bytes) -> str:
    """Return the key as one line to hand to verifiers: name+id+key."""
    return f"{name}+{key_id(name, public).hex()}+{b64encode(ED25519 + public).decode()}"


def sign(checkpoint: Checkpoint, signer: Signs) -> str:
    """Return the checkpoint as a signed note."""
    signature = key_id(signer.name, signer.public) + signer.sign(checkpoint.text.encode())
    return f"{checkpoint.text}\n— {signer.name} {b64encode(signature).decode()}\n"


def signed_text(note: str) -> str:
    """Return the text of a signed note, unverified."""
    return note.rpartition("\n\n")[0] + "\n"


def read(note: str, signer: Signs) -> Checkpoint:
    """Return the checkpoint of a note that `signer` signed.

    Raises:
        ValueError: the note is not one, or the signer's signature is missing or wrong.
    """
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    prefix = f"— {signer.name} "
    try:
        raw = next(
            b64decode(line[len(prefix) :], validate=True) for line in signatures.split("\n") if line.startswith(prefix)
        )
        if not separator or raw[:KEY_ID_BYTES] != key_id(signer.name, signer.public):
            raise ValueError("no signature of this key")
        Ed25519PublicKey.from_public_bytes(signer.public).verify(raw[KEY_ID_BYTES:], text.encode())
        origin, size, root, end = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), b64decode(root, validate=True))
    except (StopIteration, NotBase64, InvalidSignature) as error:
        raise ValueError("not a checkpoint signed by this key") from error
    if end or checkpoint.text != text:
        raise ValueError("not a checkpoint in its canonical form")
    return checkpoint
