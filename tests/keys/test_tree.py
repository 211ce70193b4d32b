"""Keys go out, die and stay dead; everybody else's live on."""

from uuid import UUID

import pytest

from troth.kernel import wall
from troth.kernel.actor import job
from troth.kernel.ids import OPERATOR, new_id
from troth.keys import CustomerKeysGone, KeyErased, epochs, ring
from troth.keys.actions import create_customer, lease
from troth.keys.epochs import Drops
from troth.keys.errors import UnknownSlot

BY = job("test")


def a_customer() -> UUID:
    customer_id = new_id()
    with wall.within(customer_id):
        create_customer(customer_id)
    return customer_id


def test_a_leased_key_is_given_again() -> None:
    customer_id = a_customer()
    with wall.within(customer_id):
        slots = lease(customer_id, 300)
        found = ring(customer_id).keys([(slot.page, slot.slot) for slot in slots])
    assert found == [slot.key for slot in slots]
    assert len({(slot.page, slot.slot) for slot in slots}) == 300
    assert len({slot.key for slot in slots}) == 300


def test_a_customer_can_lease_in_the_transaction_that_makes_it() -> None:
    customer_id = new_id()
    with wall.within(customer_id):
        create_customer(customer_id)
        slot = lease(customer_id, 1)[0]
    with wall.within(customer_id):
        assert ring(customer_id).key(slot.page, slot.slot) == slot.key
        again = lease(customer_id, 1)[0]
    assert (again.page, again.slot) == (slot.page, slot.slot + 1)


def test_a_dropped_key_is_gone_and_the_others_stay() -> None:
    mine, theirs = a_customer(), a_customer()
    with wall.within(mine):
        gone, kept = lease(mine, 2)
        stable = ring(mine).stable("index")
    with wall.within(theirs):
        other = lease(theirs, 1)[0]
    before = epochs.current().number
    epoch = epochs.advance(Drops(slots={mine: {(gone.page, gone.slot)}}), by=BY)
    assert epoch.number == before + 1
    assert epoch.settled_at is not None
    with wall.within(mine):
        keys = ring(mine)
        with pytest.raises(KeyErased):
            keys.key(gone.page, gone.slot)
        assert keys.keys([(kept.page, kept.slot), (gone.page, gone.slot)]) == [kept.key, None]
        assert keys.stable("index") == stable
    with wall.within(theirs):
        assert ring(theirs).key(other.page, other.slot) == other.key


def test_the_same_drop_again_moves_nothing() -> None:
    customer_id = a_customer()
    with wall.within(customer_id):
        slot = lease(customer_id, 1)[0]
    drops = Drops(slots={customer_id: {(slot.page, slot.slot)}})
    first = epochs.advance(drops, by=BY)
    assert epochs.advance(drops, by=BY).number == first.number


def test_a_destroyed_customer_has_no_keys_and_no_slots() -> None:
    customer_id = a_customer()
    with wall.within(customer_id):
        slot = lease(customer_id, 1)[0]
    epochs.advance(Drops(customers={customer_id}), by=BY)
    with wall.within(customer_id):
        with pytest.raises(CustomerKeysGone):
            ring(customer_id).key(slot.page, slot.slot)
        with pytest.raises(CustomerKeysGone):
            lease(customer_id, 1)


def test_the_operators_own_keys_are_never_destroyed() -> None:
    with pytest.raises(UnknownSlot):
        epochs.advance(Drops(customers={OPERATOR}), by=BY)


def test_an_unknown_slot_changes_nothing() -> None:
    customer_id = a_customer()
    before = epochs.current().number
    with pytest.raises(UnknownSlot):
        epochs.advance(Drops(slots={customer_id: {(7, 0)}}), by=BY)
    assert epochs.current().number == before
