"""The blind index: how a person is found by an identifier that is nowhere stored in the clear.

A digest is the first 16 bytes of HMAC-SHA-256 under a stable key that each customer has of its own, over the kind
and the folded value. Equal people of two customers have unlike digests; without the key a digest can't be guessed at.
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Final

from troth.vault.schema import Schema
from troth.vault.values import Stored, matched, matcher

DIGEST_BYTES: Final = 16
STABLE_KEY: Final = "vault.blind-index"
"""The name of the customer's stable key."""

Digest = tuple[str, bytes]
"""The kind under which an identifier is indexed, and its digest."""


def digest(key: bytes, kind: str, value: str) -> bytes:
    """The digest of a stored identifier; `kind` is `email`, `phone`, `reference` or `reference:<scheme>`."""
    family, _, _ = kind.partition(":")
    return hmac.digest(key, f"{kind}\0{matched(family, value)}".encode(), "sha256")[:DIGEST_BYTES]


class Index:
    """The index of one schema under one key."""

    __slots__ = ("_fields", "_key")

    def __init__(self, schema: Schema, key: bytes) -> None:
        self._key = key
        self._fields = [
            (field.name, field.index_kind, f"{field.index_kind}\0", matcher(str(field.identifier)))
            for field in schema.identifiers
        ]

    def __repr__(self) -> str:
        return "Index()"

    def digests(self, values: Mapping[str, Stored]) -> tuple[Digest, ...]:
        """The digests of every identifier that a record has."""
        return self.of([values.get(name) for name, *_ in self._fields], range(len(self._fields)))

    def places(self, names: Sequence[str]) -> list[int]:
        """Where the identifiers stand among these names."""
        return [names.index(name) for name, *_ in self._fields]

    def of(self, cells: Sequence[Stored], places: Sequence[int]) -> tuple[Digest, ...]:
        """The digests of the identifiers that stand at these places."""
        found, key = [], self._key
        for (_, kind, prefix, match), at in zip(self._fields, places, strict=True):
            value = cells[at]
            if value is not None:
                message = f"{prefix}{match(str(value))}".encode()
                found.append((kind, hmac.digest(key, message, "sha256")[:DIGEST_BYTES]))
        return tuple(found)


def digests(key: bytes, schema: Schema, values: Mapping[str, Stored]) -> tuple[Digest, ...]:
    """The digests of every identifier that a record has."""
    return Index(schema, key).digests(values)
