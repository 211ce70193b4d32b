"""The ring: what a transaction is handed, and what it is never handed."""

import subprocess
import sys
from uuid import UUID, uuid4

import pytest

from tests.keys.world import a_customer, erase, keys_of
from troth.kernel import wall
from troth.keys import EPOCH_SQL, cache, ring, rings, rows, workers
from troth.keys.cache import Generation
from troth.keys.errors import CannotOpen, CustomerKeysGone, KeyErased, UnknownSlot
from troth.keys.pages import Page
from troth.keys.rings import Ring
from troth.keys.slots import Slot
from troth.keys.terms import KeyTerms


def _erased_elsewhere(customer_id: UUID, slot: Slot) -> None:
    """In another process, so that nothing in this one knows of it."""
    subprocess.run(
        [
            *(sys.executable, "-m", "tests.faults.move_epoch", str(customer_id)),
            *(str(slot.page), str(slot.slot), "count"),
        ],
        check=True,
        capture_output=True,
    )


def test_each_transaction_looks_at_the_epoch_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when this process has not heard of it: its heart stands still here."""
    mine, slots = a_customer(2)
    pairs = [(slot.page, slot.slot) for slot in slots]
    workers.stop()
    monkeypatch.setattr(workers, "ensure", lambda using: None)
    with wall.within(mine):
        assert ring(mine).keys(pairs) == [slot.key for slot in slots]
    _erased_elsewhere(mine, slots[0])
    with wall.within(mine):
        assert ring(mine).keys(pairs) == [None, slots[1].key]


def test_a_caller_may_bring_the_epoch_that_it_read() -> None:
    mine, slots = a_customer(2)
    erase(mine, slots[0])
    with wall.within(mine):
        epoch = rows.fetch("default", EPOCH_SQL)[0][0]
        held = ring(mine, epoch=epoch)
        assert held.epoch == epoch
        assert held.key(slots[1].page, slots[1].slot) == slots[1].key
        with pytest.raises(KeyErased):
            held.key(slots[0].page, slots[0].slot)


def test_a_long_transaction_goes_on_across_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, slots = a_customer(3)
    pairs = [(slot.page, slot.slot) for slot in slots]
    with wall.within(mine):
        held = ring(mine)
        assert held.keys(pairs) == [slot.key for slot in slots]
        for gone in (1, 2):
            _erased_elsewhere(mine, slots[gone - 1])
            expected = [None] * gone + [slot.key for slot in slots[gone:]]
            # As soon as this process has heard of it; here it is told.
            cache.at(cache.current_epoch("default"))
            assert held.keys(pairs) == expected


def test_keys_dropped_while_they_are_copied_are_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between finding the pages and copying the keys an epoch may wipe them: zeros must never come out."""
    mine, slots = a_customer(2)
    real = Ring._pages
    drops = iter([True, False])

    def pages(self: Ring, *arguments: object) -> dict[int, Page | None]:
        found = real(self, *arguments)  # type: ignore[arg-type]
        if next(drops):
            cache.forget()
        return found

    monkeypatch.setattr(rings.Ring, "_pages", pages)
    with wall.within(mine):
        assert ring(mine).keys([(slot.page, slot.slot) for slot in slots]) == [slot.key for slot in slots]


def test_outside_its_customer_there_is_no_ring() -> None:
    mine, _ = a_customer(1)
    theirs, _ = a_customer(1)
    with pytest.raises(wall.WallBreach):
        ring(mine)
    with wall.within(theirs), pytest.raises(wall.WallBreach):
        ring(mine)


def test_keys_opened_for_one_customer_are_not_anothers() -> None:
    """The same page and slot numbers, another customer: other keys, other stable keys."""
    mine, (slot,) = a_customer(1)
    theirs, (other,) = a_customer(1)
    assert (slot.page, slot.slot) == (other.page, other.slot)
    with wall.within(mine):
        key, stable = ring(mine).key(0, 0), ring(mine).stable("index")
    with wall.within(theirs):
        assert ring(theirs).key(0, 0) == other.key != key
        assert ring(theirs).stable("index") != stable


def test_a_customer_that_never_was_has_none() -> None:
    nobody = uuid4()
    with wall.within(nobody), pytest.raises(CustomerKeysGone):
        ring(nobody).key(0, 0)
    with wall.within(nobody), pytest.raises(CustomerKeysGone):
        ring(nobody).stable("index")


@pytest.mark.parametrize(("page", "slot"), [(99, 0), (-1, 0), (0, 256), (0, -1)])
def test_a_slot_that_never_was(page: int, slot: int) -> None:
    mine, _ = a_customer(1)
    with wall.within(mine), pytest.raises(UnknownSlot):
        ring(mine).key(page, slot)


def test_many_keys_in_any_order_and_more_pages_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, slots = a_customer(256 * 6)
    small = Generation(cache.seen_epoch(), KeyTerms(cached_pages=2))
    monkeypatch.setattr(cache, "_current", small)
    backwards = [(slot.page, slot.slot) for slot in reversed(slots)]
    with wall.within(mine):
        assert ring(mine).keys(backwards) == [slot.key for slot in reversed(slots)]
        assert sum(len(tree.pages) for tree in small._trees.values()) <= 2
        assert ring(mine).keys([]) == []


def test_a_page_of_another_customer_put_in_its_place_does_not_open() -> None:
    """Whoever can write the tables can't pass one customer's page off as another's."""
    from tests.keys.world import admin

    mine, (slot,) = a_customer(1)
    theirs, _ = a_customer(1)
    take = "update keys_page set sealed = (select sealed from keys_page where customer_id = %s and page = 0) "
    with admin() as connection:
        kept = connection.execute("select sealed from keys_page where customer_id = %s", [mine]).fetchone()
        connection.execute((take + "where customer_id = %s and page = 0").encode(), [theirs, mine])
    with pytest.raises(CannotOpen):
        keys_of(mine, [slot])
    assert kept is not None
    with admin() as connection:
        connection.execute("update keys_page set sealed = %s where customer_id = %s", [kept[0], mine])
    assert keys_of(mine, [slot]) == [slot.key]
