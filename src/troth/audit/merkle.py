"""The Merkle tree of RFC 6962 and RFC 9162, as pure functions over hashes.

Guarantees: the same leaves in the same order give the same root however they arrive (`Frontier` may be fed one leaf or
a million at a time, in one process or in many); a proof made here verifies with any implementation of those documents.
Nothing here reads or writes anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

# Returns the hash of the complete subtree that has 2**height leaves and is the index-th of that height.
NodeSource = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf. The prefix keeps a leaf from being read as an inner node (second preimage)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children into their parent."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of sibling hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree: all that must be remembered to append to it and to know its root.

    `peaks` are the roots of the complete subtrees, the largest first, one for each bit set in `size`.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse peaks that cannot belong to the size."""
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError("a tree of this size has another number of peaks")

    def copy(self) -> "Frontier":
        """Return an independent copy."""
        return Frontier(self.size, self.peaks.copy())

    def push(self, subtree: bytes, height: int = 0, closed: Callable[[int, bytes], None] | None = None) -> None:
        """Append a leaf, or a complete subtree of 2**height leaves where the tree's size is a multiple of that.

        `closed(height, hash)` is told of every larger subtree that this completes, the smallest first.
        """
        current, reached, rest = subtree, height, self.size >> height
        while rest & 1:
            current = sha256(b"\x01" + self.peaks.pop() + current).digest()
            reached += 1
            rest >>= 1
            if closed is not None:
                closed(reached, current)
        self.peaks.append(current)
        self.size += 1 << height

    def root(self) -> bytes:
        """Return the root hash of the tree as it stands."""
        if not self.peaks:
            return EMPTY_ROOT
        current = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            current = sha256(b"\x01" + peak + current).digest()
        return current


def split(size: int) -> int:
    """Return the largest power of two smaller than `size`: where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def frontier(size: int, node: NodeSource) -> Frontier:
    """Return the right edge of the first `size` leaves."""
    peaks, start = [], 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            peaks.append(node(height, start >> height))
            start += 1 << height
    return Frontier(size, peaks)


def root(start: int, end: int, node: NodeSource) -> bytes:
    """Return the root over the leaves `start` ≤ i < `end`; `start` must be where RFC 6962 would divide."""
    width = end - start
    if width <= 0:
        return EMPTY_ROOT
    if width & (width - 1) == 0:
        height = width.bit_length() - 1
        return node(height, start >> height)
    middle = start + split(width)
    return node_hash(root(start, middle, node), root(middle, end, node))


def inclusion(index: int, size: int, node: NodeSource) -> list[bytes]:
    """Return the path that proves leaf `index` in the tree of `size` leaves, the leaf's sibling first."""
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(root(middle, end, node))
            end = middle
        else:
            path.append(root(start, middle, node))
            start = middle
    return path[::-1]


def consistency(old: int, new: int, node: NodeSource) -> list[bytes]:
    """Return the proof that the tree of `new` leaves begins with the tree of `old` leaves."""
    if not 0 < old <= new:
        raise ValueError("only a tree that is not empty can be continued")
    start, end, path, whole = 0, new, [], True
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(root(middle, end, node))
            end = middle
        else:
            path.append(root(start, middle, node))
            start, whole = middle, False
    # The old root itself is known to whoever asks, unless the old tree ended inside a larger subtree.
    if not whole:
        path.append(root(start, end, node))
    return path[::-1]
