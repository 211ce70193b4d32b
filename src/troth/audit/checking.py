"""A customer's stored log held against its signed heads, and the tree over all against heads kept elsewhere.

Guarantees: what is hashed are the stored leaves themselves; a tile counts as right only when its leaves give it and it
gives the signed root; an earlier head counts only when today's tree begins with it. Bounded by the tiles it is handed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from troth.audit import merkle, note, proofs, shelf
from troth.audit.merkle import HASH_BYTES, NodeSource
from troth.audit.proofs import Signed
from troth.audit.tiles import TILE_BITS, TILE_BYTES, TILE_HASHES, TileSource, nodes
from troth.kernel.wall import within

_LEAVES = (
    "SELECT leaf_index, event_id, operation, entity, leaf FROM audit_entry WHERE customer_id = %(customer)b"
    " AND leaf_index >= %(first)b AND leaf_index < %(end)b ORDER BY leaf_index"
)
_EARLIER = (
    "SELECT size, root, note FROM audit_checkpoint WHERE customer_id = %(customer)b AND size <= %(size)b"
    " ORDER BY size DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """`size` entries, of which `looked_at` were hashed again; `damaged` if they don't give the signed root;
    `heads` that were compared, and how many of those the log does not continue."""

    size: int = 0
    looked_at: int = 0
    damaged: bool = False
    heads: int = 0
    forked: int = 0


def customer(
    customer_id: UUID,
    signer: note.Signs,
    *,
    tiles: Sequence[float] = (),
    earlier: float | None = None,
    using: str = "default",
) -> Checked:
    """Check one log: its newest tile always, and those at these places (0 ≤ place < 1 of the whole); also that it
    continues an earlier head of its own, and that its newest stands in the tree over all."""
    with within(customer_id, using=using):
        head = proofs.customer_head(customer_id, using)
        if head is None:
            return Checked()
        signed, overall_index = head
        source = proofs.customer_tiles(customer_id, using)
        good = _is_signed(signed, shelf.customer_origin(signer, customer_id), signer) and _gives(signed, nodes(source))
        last = (signed.size - 1) >> TILE_BITS
        looked_at = 0
        for tile in sorted({last, *(int(place * (last + 1)) for place in tiles)}):
            number, right = _tile(customer_id, tile, signed.size, source, using)
            looked_at, good = looked_at + number, good and right
        heads = [_stands_over_all(signed, overall_index, using)]
        if earlier is not None:
            heads.append(_continues(customer_id, max(1, int(earlier * signed.size)), signer, nodes(source), using))
    return Checked(signed.size, looked_at, not good, len(heads), heads.count(False))


def over_all(notes: Iterable[str], signer: note.Signs, *, using: str = "default") -> tuple[int, int, bool]:
    """Return how many of these kept heads were compared, how many the tree over all does not continue, and whether
    that tree gives its own signed root."""
    head = proofs.overall_head(using)
    if head is None:
        return 0, 0, True
    node = nodes(proofs.overall_tiles(using))
    good = _is_signed(head, signer.name, signer) and _gives(head, node)
    compared = forked = 0
    for kept in notes:
        compared += 1
        try:
            was = note.read(kept, signer)
        except ValueError:
            forked += 1
            continue
        forked += was.size > head.size or not _gives(Signed(was.size, was.root, kept), node)
    return compared, forked, good


def _is_signed(signed: Signed, origin: str, signer: note.Signs) -> bool:
    try:
        return note.read(signed.note, signer) == note.Checkpoint(origin, signed.size, signed.root)
    except ValueError:
        return False


def _gives(signed: Signed, node: NodeSource) -> bool:
    try:
        return merkle.root(0, signed.size, node) == signed.root
    except (LookupError, ValueError):
        return False


def _tile(customer_id: UUID, tile: int, size: int, source: TileSource, using: str) -> tuple[int, bool]:
    """Hash a tile's leaves again; whether they give the tile, and the tile the one above it, up to the top."""
    first = tile << TILE_BITS
    rows = proofs.read(using, _LEAVES, {"customer": customer_id, "first": first, "end": min(first + TILE_HASHES, size)})
    leaves = b"".join(merkle.leaf_hash(leaf) for *_, leaf in rows)
    right = len(rows) == min(TILE_HASHES, size - first) and leaves == source(0, tile)[: len(leaves)]
    right = right and all(_says(event, operation, entity, leaf) for _, event, operation, entity, leaf in rows)
    return len(rows), right and _carried_up(tile, size, source)


def _carried_up(tile: int, size: int, source: TileSource) -> bool:
    """Whether each full tile gives its place in the one above. The sealer goes on meanwhile: what the head's size does
    not fill is left out, whatever stands there now; what it fills never changes."""
    level, index = 0, tile
    while True:
        if (index + 1) << (TILE_BITS * (level + 1)) > size:
            # An unfinished tile is what the root is made of directly.
            return True
        hashes = source(level, index)
        if len(hashes) != TILE_BYTES:
            return False
        row = [hashes[at : at + HASH_BYTES] for at in range(0, TILE_BYTES, HASH_BYTES)]
        above, offset = divmod(index, TILE_HASHES)
        stored = source(level + 1, above)[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]
        if merkle.fold(row) != stored:
            return False
        level, index = level + 1, above


def _says(event: UUID, operation: str, entity: str | None, leaf: bytes) -> bool:
    """Whether the columns by which an entry is found repeat its leaf: another name would hide it."""
    wanted = [f'"id":"{event}"'.encode(), b'"operation":"%b"' % operation.encode()]
    if entity is not None:
        wanted.append(b'"entity":%b' % json.dumps(entity, ensure_ascii=False).encode())
    return all(each in leaf for each in wanted)


def _stands_over_all(signed: Signed, overall_index: int, using: str) -> bool:
    try:
        leaf = nodes(proofs.overall_tiles(using))(0, overall_index)
    except LookupError:
        return False
    return leaf == merkle.leaf_hash(note.signed_text(signed.note).encode())


def _continues(customer_id: UUID, size: int, signer: note.Signs, node: NodeSource, using: str) -> bool:
    rows = proofs.read(using, _EARLIER, {"customer": customer_id, "size": size})
    if not rows:
        return True  # there is none so early
    was = Signed(*rows[0])
    return _is_signed(was, shelf.customer_origin(signer, customer_id), signer) and _gives(was, node)
