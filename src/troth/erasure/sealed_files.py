"""A file sealed to the holder of a secret that the installation does not keep: X25519, then AES-256-GCM in pieces.

Guarantees: only the secret opens it; a piece altered, left out, moved or cut off at the end is noticed. Format 1:
`TSF1`, the sender's one-time public key (32 bytes), then pieces of at most 1 MiB of clear text, each as its
length (4 bytes, big-endian) and its sealed bytes; the nonce is the piece's number (11 bytes) and 1 for the last one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"TSF1"
PIECE = 1024 * 1024
KEY_BYTES = 32
LENGTH_BYTES = 4
TAG_BYTES = 16
PARTIAL = ".partial"


class Damaged(ValueError):
    """The file is not whole, not ours, or not for this secret."""


def public_of(secret: bytes, name: UUID) -> bytes:
    """Return what may be kept in place of the secret: whoever has it can seal, and can't open."""
    return _private(secret, name).public_key().public_bytes_raw()


def seal(clear: Path, sealed: Path, public: bytes, name: UUID) -> None:
    """Seal a file; it appears under its name only when it is whole."""
    once = X25519PrivateKey.generate()
    cipher = _cipher(
        once.exchange(X25519PublicKey.from_public_bytes(public)), once.public_key().public_bytes_raw(), name
    )
    partial = sealed.with_suffix(PARTIAL)
    with clear.open("rb") as source, partial.open("wb") as target:
        target.write(MAGIC + once.public_key().public_bytes_raw())
        number, piece = 0, source.read(PIECE)
        while True:
            following = source.read(PIECE)
            closed = cipher.encrypt(_nonce(number, last=not following), piece, name.bytes)
            target.write(len(closed).to_bytes(LENGTH_BYTES, "big") + closed)
            if not following:
                break
            number, piece = number + 1, following
    partial.replace(sealed)


def opened(sealed: Path, secret: bytes, name: UUID) -> Iterator[bytes]:
    """Open a file piece by piece. What was given out before a damage was noticed was genuine.

    Raises:
        Damaged: it does not open with this secret, or is not whole.
    """
    with sealed.open("rb") as source:
        head = source.read(len(MAGIC) + KEY_BYTES)
        if head[: len(MAGIC)] != MAGIC or len(head) != len(MAGIC) + KEY_BYTES:
            raise Damaged("not a sealed file of format 1")
        sender = head[len(MAGIC) :]
        cipher = _cipher(_private(secret, name).exchange(X25519PublicKey.from_public_bytes(sender)), sender, name)
        number, piece = 0, _piece(source.read(LENGTH_BYTES), source.read)
        while True:
            following = source.read(LENGTH_BYTES)
            try:
                yield cipher.decrypt(_nonce(number, last=not following), piece, name.bytes)
            except InvalidTag:
                raise Damaged("a piece does not open") from None
            if not following:
                return
            number, piece = number + 1, _piece(following, source.read)


def _piece(length: bytes, read: Callable[[int], bytes]) -> bytes:
    size = int.from_bytes(length, "big")
    if len(length) != LENGTH_BYTES or not TAG_BYTES <= size <= PIECE + TAG_BYTES:
        raise Damaged("not a piece's length")
    piece = read(size)
    if len(piece) != size:
        raise Damaged("cut off")
    return piece


def _private(secret: bytes, name: UUID) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_derive(secret, b"troth receipt private 1" + name.bytes, salt=None))


def _cipher(shared: bytes, sender: bytes, name: UUID) -> AESGCM:
    return AESGCM(_derive(shared, b"troth receipt file 1" + name.bytes, salt=sender))


def _derive(secret: bytes, info: bytes, *, salt: bytes | None) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
