"""One entry of the log, composed: the leaf whose bytes are kept for good, and the openings that need not be.

Guarantees: a leaf holds nothing personal in the clear. Whatever could name a person (account, API key, source address,
subject, on whose behalf, reason, the ids of a batch) stands in it as SHA-256 over a salt of its own and the value, so
that two entries about the same person can't be linked by their leaves, nor a value guessed. What opens a commitment
is returned apart. Nothing here reads or writes anything; `docs/formats/log-bundle.md` describes the bytes.
"""

from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from os import urandom
from typing import Any, NamedTuple, TypedDict, Unpack
from uuid import UUID

import msgspec

from troth.audit.errors import EntryTooLarge
from troth.kernel.actor import Actor

LEAF_VERSION = 1
SALT_BYTES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# C2SP entry bundles carry an entry's length in 16 bits.
LEAF_AT_MOST = 65_535

Detail = Mapping[str, str | int | list[str]]
# name → (salt, value); a text is its UTF-8; the value of `ids` is the ids' 16 bytes each, one after another.
Openings = dict[str, tuple[bytes, bytes]]

_json = msgspec.json.Encoder()
_packed = msgspec.msgpack.Encoder()
_unpacked = msgspec.msgpack.Decoder(Openings)


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """A person in the data, with the key that is theirs alone: what is sealed under it dies with it."""

    subject_id: UUID
    key: bytes

    def __repr__(self) -> str:
        """Name the subject, never the key."""
        return f"SubjectRef({self.subject_id})"


class Told(TypedDict, total=False):
    """What an entry may tell beyond its operation, its actor and its customer.

    `entity` is the id of what was acted on; `outcome` is `done` unless said otherwise; `purpose` is a code; `reason` is
    what the actor wrote and is only ever sealed; `ids` are a batch's, in order, counted by `count` where they are too
    many to give; `detail` never holds personal data.
    """

    entity: UUID | str | None
    outcome: str
    purpose: str | None
    reason: str | None
    subject: SubjectRef | None
    ids: Sequence[UUID] | None
    count: int | None
    detail: Detail | None


class Composed(NamedTuple):
    """An entry before it is stored. Each group of openings has a key and a validity of its own."""

    leaf: bytes
    who: Openings
    whence: Openings
    subject: Openings
    ids: Openings
    number: int


def commit(salt: bytes, value: bytes) -> str:
    """Return the commitment to a value as it stands in the leaf."""
    return b2a_base64(sha256(salt + value).digest(), newline=False).decode()


def first_id(at: datetime) -> UUID:
    """Return the smallest id that an event of this instant can have: a UUIDv7 begins with its milliseconds.

    Any instant may be asked for: before 1970 no event was, and a time without a zone is UTC.
    """
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return UUID(int=max(0, (aware - _EPOCH) // _MILLISECOND) << 80)


def pack(openings: Openings) -> bytes:
    """Return openings as the bytes that get sealed."""
    return _packed.encode(openings)


def unpack(packed: bytes) -> Openings:
    """Return what `pack` was given."""
    return _unpacked.decode(packed)


def compose(
    operation: str, *, by: Actor, customer_id: UUID, event_id: UUID, at: datetime, **told: Unpack[Told]
) -> Composed:
    """Compose the entry.

    Raises:
        EntryTooLarge: operation, entity and detail together exceed what a leaf may hold.
    """
    salts = urandom(7 * SALT_BYTES)
    subject, ids = told.get("subject"), told.get("ids")
    who = _who(by, told.get("reason"), salts)
    whence: Openings = {"source_address": (salts[64:80], by.source_address.encode())} if by.source_address else {}
    about: Openings = {"subject": (salts[80:96], str(subject.subject_id).encode())} if subject else {}
    batch: Openings = {"ids": (salts[96:112], b"".join([one.bytes for one in ids]))} if ids is not None else {}
    openings = who | whence | about | batch
    number = told.get("count") if ids is None else len(ids)
    # The customer stands first so that a reader can tell from a leaf's first bytes whose it is.
    fields: dict[str, Any] = {
        "v": LEAF_VERSION,
        "customer": customer_id,
        "id": event_id,
        "time": at,
        "operation": operation,
        "entity": told.get("entity"),
        "actor": _actor(by, customer_id),
        "outcome": told.get("outcome", "done"),
        "route": by.route or None,
        "purpose": told.get("purpose"),
        "request_id": by.request_id,
        "count": number,
        "detail": told.get("detail") or None,
        "commitments": {name: commit(salt, value) for name, (salt, value) in openings.items()} or None,
    }
    # What does not apply is left out.
    leaf = _json.encode({name: value for name, value in fields.items() if value is not None})
    if len(leaf) > LEAF_AT_MOST:
        raise EntryTooLarge(operation=operation, bytes=len(leaf), at_most=LEAF_AT_MOST)
    return Composed(leaf, who, whence, about, batch, number or 0)


def _who(by: Actor, reason: str | None, salts: bytes) -> Openings:
    """Return the openings of everything that tells which person acted, and what they gave as their reason."""
    who: Openings = {}
    if by.account_id is not None:
        who["account"] = (salts[:16], str(by.account_id).encode())
    elif by.kind == "cli" and by.label:
        # The operating system's user is a person as well.
        who["account"] = (salts[:16], f"cli:{by.label}".encode())
    if by.key_id is not None:
        who["key"] = (salts[16:32], str(by.key_id).encode())
    if by.on_behalf_of is not None:
        who["on_behalf_of"] = (salts[32:48], str(by.on_behalf_of).encode())
    if reason:
        who["reason"] = (salts[48:64], reason.encode())
    return who


def _actor(by: Actor, customer_id: UUID) -> dict[str, Any]:
    """Return what may be said of the actor in the clear."""
    actor: dict[str, Any] = {"kind": by.kind}
    if by.role:
        actor["role"] = by.role
    if by.kind == "job" and by.label:
        actor["job"] = by.label
    if by.customer_id != customer_id:
        actor["home"] = by.customer_id
    return actor
