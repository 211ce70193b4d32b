"""A tree as the sealer holds it while it grows: its right edge, its unfinished tiles, and what must be written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from troth.audit.merkle import HASH_BYTES, Frontier, fold
from troth.audit.tiles import TILE_BITS, TILE_BYTES, TILE_HASHES

Written = tuple[int, int, bytes]
"""A tile to be written: its level, its index in the level, its hashes."""


@dataclass(slots=True)
class Tree:
    """A growing tree. `partial` holds each level's unfinished last tile; a level without one has no key."""

    frontier: Frontier = field(default_factory=Frontier)
    partial: dict[int, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self.frontier.size

    @classmethod
    def rebuilt(cls, size: int, partial: Mapping[int, bytes]) -> "Tree":
        """Return the tree of that size from its unfinished tiles, one level after the other.

        Raises:
            ValueError: the tiles are not those of a tree of this size.
        """
        peaks: list[bytes] = []
        kept: dict[int, bytes] = {}
        level, hashes = 0, size
        while hashes:
            width = hashes % TILE_HASHES
            tile = partial.get(level, b"")
            if len(tile) != width * HASH_BYTES:
                raise ValueError(f"the last tile of level {level} has {len(tile)} bytes")
            if width:
                kept[level] = tile
                # The right edge comes out of the tiles from the lowest level up: the smallest peaks first.
                peaks = _peaks(tile, width) + peaks
            level, hashes = level + 1, hashes // TILE_HASHES
        return cls(Frontier(size, peaks), kept)

    def extend(self, leaves: Sequence[bytes], *, keep_leaves: bool) -> list[Written]:
        """Append leaf hashes; return the tiles to be written, a later version of the same tile replacing an earlier.

        The unfinished tile of level 0 is among them only with `keep_leaves`: elsewhere it follows from the entries.
        """
        written: dict[tuple[int, int], bytes] = {}
        rising = self._rising(written)
        at, end = 0, len(leaves)
        while at < end:
            if self.size % TILE_HASHES == 0 and end - at >= TILE_HASHES:
                block = leaves[at : at + TILE_HASHES]
                written[0, self.size // TILE_HASHES] = b"".join(block)
                full = fold(block)
                rising(TILE_BITS, full)
                self.frontier.push(full, TILE_BITS, rising)
                at += TILE_HASHES
            else:
                rising(0, leaves[at])
                self.frontier.push(leaves[at], 0, rising)
                at += 1
        if keep_leaves and 0 in self.partial:
            written[0, self.size // TILE_HASHES] = self.partial[0]
        return [(level, index, hashes) for (level, index), hashes in written.items()]

    def _rising(self, written: dict[tuple[int, int], bytes]) -> Callable[[int, bytes], None]:
        """Return what puts each subtree that a tile holds into its tile."""

        def rising(height: int, subtree: bytes) -> None:
            level, inside = divmod(height, TILE_BITS)
            if inside:
                return
            # Told before the frontier's size counts the leaf that completed it.
            index = self.size >> (TILE_BITS * (level + 1))
            tile = self.partial.pop(level, b"") + subtree
            if level or len(tile) == TILE_BYTES:
                written[level, index] = tile
            if len(tile) < TILE_BYTES:
                self.partial[level] = tile

        return rising


def _peaks(tile: bytes, width: int) -> list[bytes]:
    """Return the roots of the complete subtrees that a tile's hashes make, the largest first."""
    hashes = [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]
    peaks, start = [], 0
    for height in range(TILE_BITS - 1, -1, -1):
        if width >> height & 1:
            peaks.append(fold(hashes[start : start + (1 << height)]))
            start += 1 << height
    return peaks
