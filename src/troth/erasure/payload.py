"""What a certificate of erasure says, field by field; `docs/formats/certificate.md` describes it for a second reader.

Guarantees: ids, counts, times and codes only. No name, address or value of a person can stand here, because there is
no field for one; sentences for people are made from the codes (`wording`).
"""

from typing import Literal

import msgspec

VERSION = 1
TYPE = "application/vnd.troth.erasure-certificate+json"


class Target(msgspec.Struct, frozen=True):
    """Who or what was erased."""

    kind: Literal["subject", "customer"]
    customer_id: str
    subject_id: str | None = None


class Asked(msgspec.Struct, frozen=True):
    """Who asked, by which way in, and when. Ids, never names."""

    kind: str
    account_id: str | None
    route: str
    confirmed_at: str
    grace_seconds: int


class Production(msgspec.Struct, frozen=True):
    """The first clock: from the confirmation to the scan that found nothing."""

    limit_seconds: int
    ends_at: str
    done_at: str
    took_seconds: int
    state: Literal["kept", "missed", "unknown"]


class Copy(msgspec.Struct, frozen=True):
    """One backup that was made before the erasure, as far as the installation knows."""

    copy_id: str
    place: str
    made_at: str
    expires_at: str
    keys_destroyed: bool


class Backups(msgspec.Struct, frozen=True):
    """The second clock: it ends when the last known copy is gone. `statement` says what is known of copies at all."""

    limit_seconds: int
    ends_at: str
    statement: str
    copies: list[Copy]
    last_expires_at: str | None
    state: Literal["running", "no_known_copy", "unknown"]


class KeyPlace(msgspec.Struct, frozen=True):
    """A place where keys were deleted, and what deleting means on its medium."""

    place: str
    filesystem: str
    meaning: str


class Keys(msgspec.Struct, frozen=True):
    """Which keys were destroyed, in which epoch, and since when no process holds them."""

    epoch: int
    destroyed_at: str
    destroyed: list[str]
    places: list[KeyPlace]
    workers_acknowledged_at: str


class Removed(msgspec.Struct, frozen=True):
    """What was purged from one table or store."""

    store: str
    how: str
    count: int


class Checked(msgspec.Struct, frozen=True):
    """One look of the survivor scan."""

    store: str
    question: str
    at: str
    found: int


class Remains(msgspec.Struct, frozen=True):
    """What honestly remains, why, and until when (none: for good)."""

    what: str
    why: str
    until: str | None = None


class LogEntry(msgspec.Struct, frozen=True):
    """Where the log says so: the sealed entry's exact text, and its place in the customer's log (C2SP tlog-proof).

    `overall` is the proof of that log's head in the tree over all logs.
    """

    event_id: str
    entry: str
    proof: str
    overall: str | None = None


class Certificate(msgspec.Struct, frozen=True):
    """The whole of it."""

    v: int
    certificate_id: str
    erasure_id: str
    issued_at: str
    installation: str
    standard: str
    act: Literal["logical erasure"]
    target: Target
    asked: Asked
    production: Production
    backups: Backups
    keys: Keys
    removed: list[Removed]
    checked: list[Checked]
    remains: list[Remains]
    log: list[LogEntry]


def encode(certificate: Certificate) -> bytes:
    """Return the bytes to sign: as good as any other JSON of the same values, since verifiers take them as they are."""
    return msgspec.json.encode(certificate)


def decode(payload: bytes) -> Certificate:
    """Return what the bytes say.

    Raises:
        ValueError: they are not a certificate of a version that this code knows.
    """
    try:
        certificate = msgspec.json.decode(payload, type=Certificate)
    except msgspec.MsgspecError as error:
        raise ValueError("not a certificate of erasure") from error
    if certificate.v != VERSION:
        raise ValueError(f"a certificate of version {certificate.v}")
    return certificate


def schema() -> dict[str, object]:
    """Return the JSON schema of the payload, as it stands in `docs/formats/certificate.schema.json`."""
    return msgspec.json.schema(Certificate)
