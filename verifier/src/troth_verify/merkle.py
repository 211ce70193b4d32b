"""Merkle trees as RFC 6962 and RFC 9162 define them: the root over a stream of leaves, and the checking of proofs."""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
BLOCK = 256


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf (RFC 6962, 2.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


class Accumulator:
    """The root over a growing list of leaves, in memory that grows with the logarithm of their number.

    `peaks` are the roots of the complete subtrees, the largest first: one for each bit set in `size`. A list can be
    taken up again from its size and peaks.
    """

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if size < 0 or size.bit_count() != len(peaks) or any(len(peak) != HASH_BYTES for peak in peaks):
            raise ValueError("peaks and size do not belong together")
        self.size = size
        self.peaks = list(peaks)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes, whole blocks at a time where they lie so in the tree."""
        at = 0
        while at < len(leaves):
            if self.size % BLOCK == 0 and len(leaves) - at >= BLOCK:
                self._push(_fold(leaves[at : at + BLOCK]), BLOCK)
                at += BLOCK
            else:
                self._push(leaves[at], 1)
                at += 1

    def _push(self, subtree: bytes, width: int) -> None:
        """Append a complete subtree; every equal neighbour to its left merges with it."""
        rest = self.size // width
        while rest & 1:
            subtree = node_hash(self.peaks.pop(), subtree)
            rest >>= 1
        self.peaks.append(subtree)
        self.size += width

    def root(self) -> bytes:
        """Return the root as the list stands."""
        if not self.peaks:
            return EMPTY_ROOT
        *rest, current = self.peaks
        for peak in reversed(rest):
            current = node_hash(peak, current)
        return current


def _fold(row: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    while len(row) > 1:
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that the path leads to from a leaf hash (RFC 9162, 2.1.3.2).

    Raises:
        ValueError: the path has not the length that this leaf's place needs.
    """
    if not 0 <= index < size:
        raise ValueError("the index lies outside the tree")
    node, last, current = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return current


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Say whether the path proves that the larger tree begins with the smaller (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    smaller = larger = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            smaller, larger = node_hash(step, smaller), node_hash(step, larger)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            larger = node_hash(larger, step)
        node, last = node >> 1, last >> 1
    return last == 0 and smaller == old_root and larger == new_root
