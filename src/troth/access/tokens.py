"""Secrets that are shown once: made here, kept as SHA-256 (they are random, so no slow hash is needed), compared in
constant time."""

import hashlib
import hmac
import re
import secrets
from uuid import UUID

_KEY = re.compile(r"troth_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


def new_secret() -> str:
    """256 random bits, safe in a header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def same(secret: str, stored: bytes) -> bool:
    """Constant-time comparison with what is stored."""
    return hmac.compare_digest(digest(secret), bytes(stored))


def api_key(key_id: UUID, secret: str) -> str:
    """The one string that a person copies."""
    return f"troth_{key_id.hex}_{secret}"


def parse_api_key(text: str) -> tuple[UUID, str] | None:
    """The id and the secret, or None for anything else."""
    found = _KEY.fullmatch(text)
    return (UUID(hex=found[1]), found[2]) if found else None
