"""Pages and directories: what is dropped is gone from the bytes, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys import second_reader
from troth.keys.errors import UnknownFormat, UnknownSlot
from troth.keys.pages import PAGE_BYTES, SLOTS, Directory, Page
from troth.keys.sealing import new_key

slots = st.sets(st.integers(0, SLOTS - 1), max_size=40)


@given(slots, slots)
def test_dropping_destroys_these_keys_and_no_others(first: set[int], second: set[int]) -> None:
    page = Page.new()
    keys = {slot: page.key(slot) for slot in range(SLOTS)}
    dropped = page.without(first).without(second)
    gone = first | second
    assert {slot: dropped.key(slot) for slot in range(SLOTS)} == {
        slot: None if slot in gone else key for slot, key in keys.items()
    }
    assert all(dropped.is_erased(slot) is (slot in gone) for slot in range(SLOTS))
    plain = dropped.encode()
    assert len(plain) == PAGE_BYTES
    assert not any((keys[slot] or b"") in plain for slot in gone)
    assert second_reader.slot_keys(plain) == {slot: key for slot, key in keys.items() if slot not in gone}
    # The page itself is as it was.
    assert all(page.key(slot) == key for slot, key in keys.items())


def test_every_key_of_a_page_is_its_own() -> None:
    page = Page.new()
    assert len({page.key(slot) for slot in range(SLOTS)}) == SLOTS


def test_a_wiped_page_holds_nothing() -> None:
    page = Page.new()
    key = page.key(7) or b""
    page.wipe()
    assert key not in page.encode()
    assert page.key(7) is None
    assert "Page(…)" in repr(page)


@pytest.mark.parametrize("slot", [-1, SLOTS, 10**6])
def test_no_such_slot(slot: int) -> None:
    with pytest.raises(UnknownSlot):
        Page.new().without([slot])


@pytest.mark.parametrize(
    "plain", [b"", bytes(PAGE_BYTES), b"\x02" + bytes(PAGE_BYTES - 1), b"\x01" + bytes(PAGE_BYTES)]
)
def test_a_page_of_another_shape_is_refused(plain: bytes) -> None:
    with pytest.raises(UnknownFormat):
        Page(plain)


@given(st.integers(0, 30), st.dictionaries(st.integers(0, 29), st.binary(min_size=32, max_size=32), max_size=5))
def test_a_directory_comes_back_from_its_bytes(count: int, renewed: dict[int, bytes]) -> None:
    directory = Directory.new().extended(new_key() for _ in range(count))
    directory = directory.rekeyed({page: key for page, key in renewed.items() if page < count})
    plain = directory.encode()
    assert Directory.decode(plain) == directory
    assert second_reader.page_keys(plain) == (directory.stable, list(directory.page_keys))
    for page in range(count):
        key = directory.page_keys[page]
        assert directory.page_key(page) == (None if key == bytes(32) else key)
    with pytest.raises(UnknownSlot):
        directory.page_key(count)
    with pytest.raises(UnknownSlot):
        directory.page_key(-1)


@given(st.binary(max_size=200))
def test_a_directory_of_another_shape_is_refused(plain: bytes) -> None:
    count = int.from_bytes(plain[33:37], "big")
    if len(plain) < 37 or plain[0] != 1 or len(plain) != 37 + 32 * count:
        with pytest.raises(UnknownFormat):
            Directory.decode(plain)


def test_nothing_prints_its_keys() -> None:
    directory = Directory.new().extended([new_key()])
    assert directory.stable.hex() not in repr(directory)
    assert repr(directory.stable) not in repr(directory)
    assert repr(directory.page_keys[0]) not in repr(directory)
