"""The blind index: how a person is found by an identifier that is nowhere stored in the clear.

A digest is the first 16 bytes of HMAC-SHA-256 under a stable key that each customer has of its own, over the kind
and the folded value. Equal people of two customers have unlike digests; without the key a digest can't be guessed at.
"""

import hmac
from collections.abc import Mapping
from typing import Final

from troth.vault.schema import Schema
from troth.vault.values import Stored, matched

DIGEST_BYTES: Final = 16
STABLE_KEY: Final = "vault.blind-index"
"""The name of the customer's stable key."""

Digest = tuple[str, bytes]
"""The kind under which an identifier is indexed, and its digest."""


def digest(key: bytes, kind: str, value: str) -> bytes:
    """The digest of a stored identifier; `kind` is `email`, `phone`, `reference` or `reference:<scheme>`."""
    family, _, _ = kind.partition(":")
    return hmac.digest(key, f"{kind}\0{matched(family, value)}".encode(), "sha256")[:DIGEST_BYTES]


def digests(key: bytes, schema: Schema, values: Mapping[str, Stored]) -> tuple[Digest, ...]:
    """The digests of every identifier that a record has."""
    return tuple(
        (kind, digest(key, kind, str(value)))
        for field in schema.identifiers
        if (value := values.get(field.name)) is not None
        for kind in (field.index_kind,)
    )
