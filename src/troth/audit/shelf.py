"""Reading and writing trees where they are kept: the sealer's statements over tiles and checkpoints.

Guarantees: a tree is taken up again only when what is stored still gives the root that this installation signed last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from troth.audit import note
from troth.audit.errors import LogDamaged
from troth.audit.tiles import TILE_BITS, layout
from troth.audit.trees import Tree, Written

Cursor = psycopg.Cursor[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Head:
    """A customer's new head, as it is written."""

    customer_id: UUID
    checkpoint: note.Checkpoint
    signed: str
    overall_index: int


def customer_origin(signer: note.Signs, customer_id: UUID) -> str:
    """Return the name of a customer's tree: it hangs below the name of the tree over all, which is the key's."""
    return f"{signer.name}/{customer_id}"


def load_customer(cursor: Cursor, customer_id: UUID, signer: note.Signs) -> Tree:
    """Return a customer's tree at its newest checkpoint; an empty one before the first.

    Raises:
        LogDamaged: entries, tiles and checkpoint do not belong together, or another key signed.
    """
    cursor.execute(
        "SELECT size, note FROM audit_checkpoint WHERE customer_id = %b ORDER BY size DESC LIMIT 1", [customer_id]
    )
    head = cursor.fetchone()
    if head is None:
        return Tree()
    size, signed = head
    partial = _partial(
        cursor,
        "SELECT tile.level, tile.hashes FROM audit_tile AS tile"
        " JOIN unnest(%b::int2[], %b::int8[]) AS wanted (level, at)"
        " ON tile.level = wanted.level AND tile.tile_index = wanted.at WHERE tile.customer_id = %b",
        size,
        customer_id,
    )
    cursor.execute(
        r"SELECT sha256('\x00'::bytea || leaf) FROM audit_entry"
        " WHERE customer_id = %b AND leaf_index >= %b AND leaf_index < %b ORDER BY leaf_index",
        [customer_id, size >> TILE_BITS << TILE_BITS, size],
    )
    partial[0] = b"".join(leaf for (leaf,) in cursor.fetchall())
    return _checked(size, partial, signed, customer_origin(signer, customer_id), signer)


def load_overall(cursor: Cursor, signer: note.Signs) -> Tree:
    """Return the tree over all at its newest checkpoint; an empty one before the first.

    Raises:
        LogDamaged: tiles and checkpoint do not belong together, or another key signed.
    """
    cursor.execute("SELECT size, note FROM audit_overall_checkpoint ORDER BY size DESC LIMIT 1")
    head = cursor.fetchone()
    if head is None:
        return Tree()
    size, signed = head
    partial = _partial(
        cursor,
        "SELECT tile.level, tile.hashes FROM audit_overall_tile AS tile"
        " JOIN unnest(%b::int2[], %b::int8[]) AS wanted (level, at)"
        " ON tile.level = wanted.level AND tile.tile_index = wanted.at",
        size,
    )
    return _checked(size, partial, signed, signer.name, signer)


def _partial(cursor: Cursor, query: str, size: int, *where: UUID) -> dict[int, bytes]:
    """Return the unfinished tiles of a tree of this size that the query finds."""
    wanted = [(level, full) for level, full, width in layout(size) if width]
    cursor.execute(query.encode(), [[level for level, _ in wanted], [full for _, full in wanted], *where])
    return dict(cursor.fetchall())


def _checked(size: int, partial: dict[int, bytes], signed: str, origin: str, signer: note.Signs) -> Tree:
    """Return the tree if it is what was signed. Without this a forged row would be carried on under a new signature."""
    try:
        checkpoint = note.read(signed, signer)
        tree = Tree.rebuilt(size, partial)
    except ValueError as error:
        raise LogDamaged(origin=origin, size=size, why=str(error)) from error
    if checkpoint != note.Checkpoint(origin, size, tree.frontier.root()):
        raise LogDamaged(origin=origin, size=size, why="what is stored gives another root")
    return tree


def put_customers(
    cursor: Cursor, tiles: Sequence[tuple[UUID, Written]], heads: Sequence[Head], made_at: datetime
) -> None:
    """Write the customers' tiles and checkpoints of one batch."""
    if tiles:
        cursor.execute(
            "INSERT INTO audit_tile (customer_id, level, tile_index, hashes)"
            " SELECT * FROM unnest(%b::uuid[], %b::int2[], %b::int8[], %b::bytea[])"
            " ON CONFLICT (customer_id, level, tile_index) DO UPDATE SET hashes = excluded.hashes",
            [
                [customer_id for customer_id, _ in tiles],
                [level for _, (level, _, _) in tiles],
                [index for _, (_, index, _) in tiles],
                [hashes for _, (_, _, hashes) in tiles],
            ],
        )
    cursor.execute(
        "INSERT INTO audit_checkpoint (customer_id, size, root, note, overall_index, made_at)"
        " SELECT *, %b::timestamptz FROM unnest(%b::uuid[], %b::int8[], %b::bytea[], %b::text[], %b::int8[])",
        [
            made_at,
            [head.customer_id for head in heads],
            [head.checkpoint.size for head in heads],
            [head.checkpoint.root for head in heads],
            [head.signed for head in heads],
            [head.overall_index for head in heads],
        ],
    )


def put_overall(
    cursor: Cursor, tiles: Sequence[Written], checkpoint: note.Checkpoint, signed: str, made_at: datetime
) -> None:
    """Write the tiles and the checkpoint of the tree over all of one batch."""
    cursor.execute(
        "INSERT INTO audit_overall_tile (level, tile_index, hashes)"
        " SELECT * FROM unnest(%b::int2[], %b::int8[], %b::bytea[])"
        " ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes",
        [[level for level, _, _ in tiles], [index for _, index, _ in tiles], [hashes for _, _, hashes in tiles]],
    )
    cursor.execute(
        "INSERT INTO audit_overall_checkpoint (size, root, note, made_at) VALUES (%b, %b, %b, %b)",
        [checkpoint.size, checkpoint.root, signed, made_at],
    )
