"""What may be handed in, and which attestation of a topic counts: pure."""

import json
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from troth.audit.entry import commit
from troth.kernel.errors import Invalid
from troth.kernel.ids import OPERATOR
from troth.keys.sealing import context
from troth.promises.attesting.models import Attestation, Step
from troth.promises.attesting.terms import AttestationTerms

SALT_BYTES = 16
_NAME_AT_MOST = 120
_NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LINES = frozenset("\n\t")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Handed:
    """A document as it was handed in."""

    name: str
    content: bytes

    def __repr__(self) -> str:
        """Neither its name nor its content."""
        return f"Handed({len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Words:
    """What is sealed with an attestation."""

    salt: bytes
    statement: str | None
    file_name: str | None

    def __repr__(self) -> str:
        """Nothing of it."""
        return "Words()"

    def encode(self) -> bytes:
        """As bytes, version 1."""
        told = {"v": 1, "salt": b64encode(self.salt).decode(), "statement": self.statement, "file": self.file_name}
        return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def decode(cls, raw: bytes) -> "Words":
        """From those bytes."""
        told = json.loads(raw)
        return cls(b64decode(told["salt"]), told["statement"], told["file"])

    @property
    def statement_sha256(self) -> str | None:
        """The digest of salt and statement: short sentences could be guessed from a bare one."""
        return None if self.statement is None else sha256(self.salt + self.statement.encode()).hexdigest()


def place(part: str, attestation_id: UUID) -> bytes:
    """Where a sealed part of an attestation belongs."""
    return context(f"attestation-{part}", OPERATOR, attestation_id)


def person(salt: bytes, account_id: UUID) -> str:
    """The commitment to an account under an attestation's salt: it tells two people apart, and nobody's name."""
    return commit(salt, account_id.bytes)


def clean_text(what: str, text: str | None, at_most: int) -> str | None:
    """A person's words in NFC, trimmed; None for none. Raises Invalid."""
    cleaned = unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n")).strip()
    if not cleaned:
        return None
    if len(cleaned) > at_most:
        raise Invalid(what=what, why=f"it is longer than {at_most} characters")
    if any(unicodedata.category(sign) in _NEVER and sign not in _LINES for sign in cleaned):
        raise Invalid(what=what, why="it holds characters that can't be printed")
    return cleaned


def clean_file_name(name: str) -> str:
    """A file's name that is a name and nothing else: no folder, no control or direction mark, no leading dot."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if unicodedata.category(sign) not in _NEVER and sign not in '<>:"|?*')
    trimmed = " ".join(kept.split()).lstrip(". ")
    stem, dot, ending = trimmed.rpartition(".")
    if len(trimmed) > _NAME_AT_MOST:
        short = ending[:10]
        trimmed = f"{stem[: _NAME_AT_MOST - len(short) - 1]}.{short}" if dot else trimmed[:_NAME_AT_MOST]
    return trimmed or "document"


def clean_document(document: Handed | None, terms: AttestationTerms) -> Handed | None:
    """The document as it is kept. Raises Invalid."""
    if document is None:
        return None
    if not document.content:
        raise Invalid(what="The document", why="it is empty")
    if len(document.content) > terms.document_at_most:
        raise Invalid(what="The document", why=f"it is larger than {terms.document_at_most // 1_048_576} MiB")
    return Handed(clean_file_name(document.name), document.content)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a topic stands: the attestation that counts with its review, and the newest that waits for one."""

    current: Attestation | None = None
    review: Step | None = None
    waiting: Attestation | None = None

    def until(self, every: timedelta) -> datetime | None:
        """When the one that counts ends."""
        return None if self.review is None else self.review.at + every


def standing(attestations: Iterable[Attestation], steps: Mapping[UUID, Mapping[str, Step]]) -> Standing:
    """Weigh a topic's attestations: the last reviewed and accepted one that was not withdrawn counts."""
    current: tuple[datetime, Attestation, Step] | None = None
    waiting: Attestation | None = None
    for one in attestations:
        own = steps.get(one.attestation_id, {})
        if "withdrawn" in own:
            continue
        review = own.get("reviewed")
        if review is None:
            waiting = one if waiting is None or one.given_at > waiting.given_at else waiting
        elif review.accepted and (current is None or review.at > current[0]):
            current = review.at, one, review
    if current is None:
        return Standing(waiting=waiting)
    follows = waiting if waiting is not None and waiting.given_at > current[1].given_at else None
    return Standing(current[1], current[2], follows)


def reminders(until: datetime, every: timedelta, now: datetime, terms: AttestationTerms) -> list[int]:
    """The steps that are reached, the nearest to the end first; 0 is the end itself.

    A step further from the end than a quarter of the whole time would remind people of what they have just done.
    """
    if now >= until:
        return [0, *sorted(terms.reminders)]
    fitting = [days for days in sorted(terms.reminders) if days * _DAY <= every / 4]
    return [days for days in fitting if until - now <= days * _DAY]
