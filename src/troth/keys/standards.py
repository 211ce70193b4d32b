"""Which cryptography is used for what, and when somebody last compared it with the state of the art (clause A-5c).

A release that changes an algorithm changes this list with it; a review that changes nothing moves the two dates, and
its decision record says what was compared. Sources: NIST SP 800-38D (GCM), SP 800-57 part 1 rev. 5 (lives of keys),
RFC 5869 (HKDF), RFC 7748 (X25519), RFC 8032 (Ed25519), RFC 9106 (Argon2), RFC 6962 (log), Mozilla TLS 6.0.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Use:
    """One purpose and what serves it."""

    purpose: str
    algorithm: str


USES: Final = (
    Use("stored values", "AES-256-GCM"),
    Use("derived keys", "HKDF-SHA-256"),
    Use("identifiers", "HMAC-SHA-256"),
    Use("recovery", "X25519, HKDF-SHA-256, AES-256-GCM"),
    Use("signatures", "Ed25519"),
    Use("passwords", "Argon2id"),
    Use("log", "SHA-256"),
    Use("traffic", "TLS 1.2 and 1.3"),
)
REVIEWED: Final = datetime(2026, 11, 22, tzinfo=UTC)
REVIEW_AGAIN: Final = datetime(2027, 11, 22, tzinfo=UTC)
ROOT_LIVES: Final = timedelta(days=365)
"""A root wraps other keys: SP 800-57 allows two years; every erasure gives a new one, so that half is plenty."""
