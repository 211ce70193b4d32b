"""Trees, tiles and proofs against a naive reading of RFC 6962, at every size that has a shape of its own."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.audit import merkle, tiles
from troth.audit.trees import Tree
from troth_verify import merkle as other

SIZES = range(71)


def naive(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive(leaves[:half]) + naive(leaves[half:])).digest()


def leaves(size: int) -> list[bytes]:
    return [b"leaf %d" % at for at in range(size)]


def hashes(size: int) -> list[bytes]:
    return [merkle.leaf_hash(leaf) for leaf in leaves(size)]


def source(size: int) -> merkle.NodeSource:
    every = hashes(size)
    return lambda height, index: merkle.fold(every[index << height : (index + 1) << height])


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_that_of_the_document(size: int) -> None:
    frontier, accumulator = merkle.Frontier(), other.Accumulator()
    for one in hashes(size):
        frontier.push(one)
    accumulator.extend(hashes(size))
    expected = naive(leaves(size))
    assert frontier.root() == accumulator.root() == merkle.root(0, size, source(size)) == expected
    assert merkle.frontier(size, source(size)).peaks == frontier.peaks


def test_the_published_roots_of_certificate_transparency() -> None:
    """The inputs and roots that RFC 6962 implementations share as their first test."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        frontier = merkle.Frontier()
        for one in inputs[:size]:
            frontier.push(merkle.leaf_hash(bytes.fromhex(one)))
        assert frontier.root().hex() == root


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_proves_itself_and_no_other(size: int) -> None:
    every, root = hashes(size), naive(leaves(size))
    for index, leaf in enumerate(every):
        path = merkle.inclusion(index, size, source(size))
        assert other.root_from_inclusion(leaf, index, size, path) == root
        assert other.root_from_inclusion(merkle.leaf_hash(b"another"), index, size, path) != root
        if size > 1:
            moved = (index + 1) % size
            assert _root_or_none(leaf, moved, size, path) != root
            assert _root_or_none(leaf, index, size, path[:-1]) != root
            assert _root_or_none(leaf, index, size, [*path, path[0]]) != root


def _root_or_none(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    try:
        return other.root_from_inclusion(leaf, index, size, path)
    except ValueError:
        return None


@pytest.mark.parametrize("new", SIZES)
def test_every_size_continues_every_smaller_one(new: int) -> None:
    for old in range(1, new + 1):
        path = merkle.consistency(old, new, source(new))
        before, after = naive(leaves(old)), naive(leaves(new))
        assert other.is_consistent(old, new, before, after, path)
        assert not other.is_consistent(old, new, naive([*leaves(old - 1), b"forged"]), after, path)
        assert not other.is_consistent(old, new, before, naive([*leaves(new - 1), b"forged"]), path)
        if path:
            assert not other.is_consistent(old, new, before, after, path[:-1])
            assert not other.is_consistent(old, new, before, after, [*path, path[-1]])


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5)])
def test_sizes_that_cannot_be_are_refused(old: int, new: int) -> None:
    assert not other.is_consistent(old, new, b"", b"", [])
    with pytest.raises(ValueError, match="continued"):
        merkle.consistency(old, new, source(new))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=12), st.booleans(), st.data())
def test_batches_of_any_size_give_the_same_tiles_and_roots(
    batches: list[int], keep_leaves: bool, data: st.DataObject
) -> None:
    tree, kept = Tree(), dict[tuple[int, int], bytes]()
    every = hashes(sum(batches))
    for batch in batches:
        new = every[tree.size : tree.size + batch]
        for level, index, content in tree.extend(new, keep_leaves=keep_leaves):
            assert content.startswith(kept.get((level, index), b""))
            kept[level, index] = content
        if not keep_leaves:
            last = tree.size // 256
            kept[0, last] = b"".join(every[last * 256 : tree.size])
        if data.draw(st.booleans()):
            # As after a restart.
            tree = Tree.rebuilt(tree.size, tree.partial)
    size = len(every)
    plain = merkle.Frontier()
    for one in every:
        plain.push(one)
    assert tree.frontier.root() == plain.root()
    for level, full, width in tiles.layout(size):
        widths = {index: len(content) // 32 for (at, index), content in kept.items() if at == level and content}
        expected = dict.fromkeys(range(full), 256) | ({full: width} if width else {})
        assert widths == expected
    node = tiles.nodes(lambda level, index: kept.get((level, index), b""))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert other.root_from_inclusion(every[index], index, size, merkle.inclusion(index, size, node)) == plain.root()
    earlier = merkle.root(0, old, node)
    assert other.is_consistent(old, size, earlier, plain.root(), merkle.consistency(old, size, node))


def test_tiles_of_another_size_are_refused() -> None:
    tree = Tree()
    tree.extend(hashes(300), keep_leaves=True)
    with pytest.raises(ValueError, match="level 0"):
        Tree.rebuilt(301, tree.partial)
    with pytest.raises(ValueError, match="level 1"):
        Tree.rebuilt(300, {0: tree.partial[0]})


def test_a_tile_that_ends_too_early_is_noticed() -> None:
    with pytest.raises(LookupError):
        tiles.nodes(lambda _level, _index: b"x" * 32)(1, 0)


def test_paths_and_layout_are_those_of_the_document() -> None:
    assert tiles.path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.path(1, 5, 17) == "tile/1/005.p/17"
    assert tiles.layout(70_000) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert tiles.layout(256) == [(0, 1, 0), (1, 0, 1)]
