"""Proofs out of the stored tiles: that an entry stands in a customer's tree, and the tree in the one over all.

Guarantees: a proof is for a size that was signed or asked for, whatever was sealed since; it carries the exact bytes
that were hashed, and verifies with any implementation of RFC 6962.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

from troth.audit import merkle, note
from troth.audit.tiles import TILE_HASHES, TileSource, nodes

MAGIC = "c2sp.org/tlog-proof@v1"
_TILES_KEPT = 64


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed head of a tree."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A leaf's exact bytes, its index, the path from it to the root (its sibling first), and the signed root."""

    index: int
    leaf: bytes
    path: tuple[bytes, ...]
    size: int
    checkpoint: str

    @property
    def text(self) -> str:
        """The proof as C2SP's tlog-proof writes it."""
        lines = [MAGIC, f"index {self.index}", *(b64encode(step).decode() for step in self.path)]
        return "\n".join(lines) + "\n\n" + self.checkpoint


@dataclass(frozen=True, slots=True)
class Consistency:
    """What proves that the tree of `new` leaves begins with the tree of `old` leaves."""

    old: int
    new: int
    path: tuple[bytes, ...]

    @property
    def text(self) -> str:
        """The path as a file: one hash a line."""
        return "".join(b64encode(step).decode() + "\n" for step in self.path)


def read(using: str, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement bound on the server; bytes come as bytes."""
    connection = connections[using]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(sql.encode(), params, binary=True).fetchall()


def customer_tiles(customer_id: UUID, using: str) -> TileSource:
    """Return the tiles of a customer's tree, inside `within(customer_id)`. The last of level 0 is made of entries."""

    def tile(level: int, index: int) -> bytes:
        where = {"customer": customer_id, "level": level, "at": index}
        found = read(
            using,
            "SELECT hashes FROM audit_tile WHERE customer_id = %(customer)b AND level = %(level)b"
            " AND tile_index = %(at)b",
            where,
        )
        if found or level:
            return found[0][0] if found else b""
        first = index * TILE_HASHES
        rows = read(
            using,
            r"SELECT sha256('\x00'::bytea || leaf) FROM audit_entry WHERE customer_id = %(customer)b"
            " AND leaf_index >= %(first)b AND leaf_index < %(end)b ORDER BY leaf_index",
            {"customer": customer_id, "first": first, "end": first + TILE_HASHES},
        )
        return b"".join(one for (one,) in rows)

    return _remembering(tile)


def overall_tiles(using: str) -> TileSource:
    """Return the tiles of the tree over all."""

    def tile(level: int, index: int) -> bytes:
        found = read(
            using,
            "SELECT hashes FROM audit_overall_tile WHERE level = %(level)b AND tile_index = %(at)b",
            {"level": level, "at": index},
        )
        return found[0][0] if found else b""

    return _remembering(tile)


def _remembering(tile: TileSource) -> TileSource:
    """A proof asks the same few tiles again and again."""
    return lru_cache(maxsize=_TILES_KEPT)(tile)


def prove(leaf: bytes, index: int, head: Signed, tiles: TileSource) -> Inclusion:
    """Return the proof of a leaf under a signed head."""
    path = tuple(merkle.inclusion(index, head.size, nodes(tiles)))
    return Inclusion(index, leaf, path, head.size, head.note)


def continuing(old: int, new: int, tiles: TileSource) -> Consistency:
    """Return the proof that a tree was continued."""
    return Consistency(old, new, tuple(merkle.consistency(old, new, nodes(tiles))))


def customer_head(customer_id: UUID, using: str, size: int | None = None) -> tuple[Signed, int] | None:
    """Return a customer's signed head (the newest, or that of a size) and its index in the tree over all."""
    found = read(
        using,
        "SELECT size, root, note, overall_index FROM audit_checkpoint WHERE customer_id = %(customer)b"
        " AND (%(size)b::int8 IS NULL OR size = %(size)b) ORDER BY size DESC LIMIT 1",
        {"customer": customer_id, "size": size},
    )
    if not found:
        return None
    at, root, signed, overall_index = found[0]
    return Signed(at, root, signed), overall_index


def overall_head(using: str) -> Signed | None:
    """Return the newest signed head of the tree over all."""
    found = read(using, "SELECT size, root, note FROM audit_overall_checkpoint ORDER BY size DESC LIMIT 1", {})
    return Signed(*found[0]) if found else None


def overall_of(head: Signed, overall_index: int, using: str) -> Inclusion:
    """Return the proof that a customer's head stands in the tree over all: its leaf is the text that was signed."""
    over = overall_head(using)
    if over is None:  # both are written in one transaction
        raise LookupError("a customer's head without one over all")
    return prove(note.signed_text(head.note).encode(), overall_index, over, overall_tiles(using))
