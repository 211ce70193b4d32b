"""The layout of a tree in tiles of 256 hashes (C2SP tlog-tiles), and reading any node of the tree out of them.

A tile at level L holds hashes of complete subtrees of 256**L leaves. All tiles are full but the last of each level.
"""

from collections.abc import Callable

from troth.audit.merkle import HASH_BYTES, NodeSource, fold

TILE_HASHES = 256
TILE_BITS = 8
TILE_BYTES = TILE_HASHES * HASH_BYTES
_THOUSAND = 1000

# Returns the bytes of one tile, full or partial, by level and index.
TileSource = Callable[[int, int], bytes]


def path(level: int, index: int, width: int = TILE_HASHES) -> str:
    """Return the tile's path as C2SP writes it: `tile/1/x001/x234/067` or `tile/0/003.p/17`."""
    groups = [f"{index % _THOUSAND:03d}"]
    while index := index // _THOUSAND:
        groups.append(f"x{index % _THOUSAND:03d}")
    suffix = "" if width == TILE_HASHES else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{suffix}"


def layout(size: int) -> list[tuple[int, int, int]]:
    """Return (level, full tiles, width of the partial one or 0) of a tree of `size` leaves."""
    levels: list[tuple[int, int, int]] = []
    hashes = size
    while hashes:
        levels.append((len(levels), hashes // TILE_HASHES, hashes % TILE_HASHES))
        hashes //= TILE_HASHES
    return levels


def nodes(tile: TileSource) -> NodeSource:
    """Read nodes out of tiles. A node inside a tile is hashed from the tile's own hashes."""

    def node(height: int, index: int) -> bytes:
        level, inside = divmod(height, TILE_BITS)
        tile_index, offset = divmod(index << inside, TILE_HASHES)
        hashes = tile(level, tile_index)
        chosen = [hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(offset, offset + (1 << inside))]
        if len(chosen[-1]) != HASH_BYTES:
            raise LookupError("the tile does not reach that far")
        return fold(chosen)

    return node
