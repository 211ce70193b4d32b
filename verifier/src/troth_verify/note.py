"""Signed notes, tree checkpoints and inclusion proofs as text (C2SP signed-note, tlog-checkpoint, tlog-proof)."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.merkle import HASH_BYTES, leaf_hash, root_from_inclusion

ED25519 = b"\x01"
KEY_ID_BYTES = 4
NOTE_AT_MOST = 100_000
NAME = re.compile(r"[^\s+]+")
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
PROOF_MAGIC = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and its name, as one line `name+id+key`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which signatures name the key."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_ID_BYTES]

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Say whether this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree's identity, its size and its root, with the text that was signed."""

    origin: str
    size: int
    root: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf's place in a tree: its index, the path to the root, and the signed checkpoint of that root."""

    index: int
    path: tuple[bytes, ...]
    note: str


def parse_key(line: str) -> Key:
    """Read a key from its line.

    Raises:
        CannotRead: the line is not one, or its id does not belong to its key.
    """
    name, _, rest = line.strip().partition("+")
    written_id, _, encoded = rest.partition("+")
    raw = decode_base64(encoded, "the key")
    if not NAME.fullmatch(name) or len(raw) != 1 + HASH_BYTES or raw[:1] != ED25519:
        raise CannotRead("This is not a verifier key (name+id+base64 of an Ed25519 key).")
    key = Key(name, raw[1:])
    if written_id != key.id.hex():
        raise CannotRead("The key's id does not belong to the key: was the line copied whole?")
    return key


def open_note(note: str, key: Key) -> str:
    """Return the text of a note that `key` signed.

    Raises:
        CannotRead: this is no signed note.
        DoesNotVerify: the key did not sign it, or its signature is wrong.
    """
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    if len(note) > NOTE_AT_MOST or not separator or not signatures.endswith("\n") or _has_controls(note):
        raise CannotRead("This is not a signed note.")
    signed = False
    for line in signatures[:-1].split("\n"):
        name, _, encoded = line.removeprefix("— ").partition(" ")
        if not line.startswith("— ") or not NAME.fullmatch(name):
            raise CannotRead("This is not a signed note: a signature line is malformed.")
        raw = decode_base64(encoded, "a signature")
        if name != key.name or raw[:KEY_ID_BYTES] != key.id:
            continue  # signatures of keys we do not know are ignored, as the format demands
        if not key.verify(raw[KEY_ID_BYTES:], text.encode()):
            raise DoesNotVerify(f"The signature of {key.name} is wrong.")
        signed = True
    if not signed:
        raise DoesNotVerify(f"It is not signed by the key {key.name}+{key.id.hex()}.")
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; extension lines are refused, because nobody could audit them.

    Raises:
        CannotRead: this is no checkpoint.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not NUMBER.fullmatch(lines[1]):  # noqa: PLR2004 - three lines, ended
        raise CannotRead("This is not a checkpoint (origin, size, root).")
    root = decode_base64(lines[2], "the root")
    if len(root) != HASH_BYTES:
        raise CannotRead("The checkpoint's root is not a SHA-256 hash.")
    return Checkpoint(lines[0], int(lines[1]), root, text)


def open_checkpoint(note: str, key: Key) -> Checkpoint:
    """Return the checkpoint of a note that `key` signed; errors as `open_note` and `parse_checkpoint`."""
    return parse_checkpoint(open_note(note, key))


def parse_proof(text: str) -> Proof:
    """Read a C2SP tlog-proof.

    Raises:
        CannotRead: this is none.
    """
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if len(text) > NOTE_AT_MOST or not separator or lines[0] != PROOF_MAGIC:
        raise CannotRead(f"This is not an inclusion proof ({PROOF_MAGIC}).")
    del lines[0]
    if lines and lines[0].startswith("extra "):
        del lines[0]
    word, _, number = (lines[0] if lines else "").partition(" ")
    if word != "index" or not NUMBER.fullmatch(number):
        raise CannotRead("The inclusion proof does not say its index.")
    path = tuple(decode_base64(line, "the proof's path") for line in lines[1:])
    if any(len(step) != HASH_BYTES for step in path):
        raise CannotRead("The inclusion proof's path holds something that is not a hash.")
    return Proof(int(number), path, note)


def check_proof(proof: Proof, leaf: bytes, key: Key) -> Checkpoint:
    """Return the checkpoint in whose tree the proof places the leaf.

    Raises:
        CannotRead: its checkpoint is malformed.
        DoesNotVerify: `key` did not sign the checkpoint, or the leaf is not there.
    """
    checkpoint = open_checkpoint(proof.note, key)
    try:
        root = root_from_inclusion(leaf_hash(leaf), proof.index, checkpoint.size, proof.path)
    except ValueError as error:
        raise DoesNotVerify(f"The inclusion proof does not fit a tree of {checkpoint.size} leaves: {error}.") from error
    if root != checkpoint.root:
        raise DoesNotVerify(f"The proof does not lead from the leaf to the root that {checkpoint.origin} signed.")
    return checkpoint


def _has_controls(text: str) -> bool:
    return any(character < " " and character != "\n" for character in text)


def decode_base64(text: str, what: str) -> bytes:
    """Decode standard base64, canonical only; `what` names it in the error."""
    try:
        raw = b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise CannotRead(f"Not base64: {what}.") from error
    if b64encode(raw).decode() != text:
        raise CannotRead(f"Not base64 in its one canonical form: {what}.")
    return raw
