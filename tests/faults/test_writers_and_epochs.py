"""Customers made, keys leased and read at full speed by several processes, while epoch follows epoch."""

import hashlib
import subprocess
import sys
import threading
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections, transaction

from tests.keys.world import BY, a_customer, admin, erase, key_rows
from troth.kernel import wall
from troth.kernel.ids import new_id
from troth.keys import cache, epochs, leases, locks, ring, workers
from troth.keys.actions import create_customer, lease
from troth.keys.epochs import Drops
from troth.keys.errors import WrongIsolation
from troth.keys.slots import POOL, Slot

EPOCHS = 12


def _process(customer_id: UUID) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.lease_and_read", str(customer_id)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _make_customers(made: list[UUID], stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            customer_id = new_id()
            with wall.within(customer_id):
                create_customer(customer_id)
                lease(customer_id, 1)
            made.append(customer_id)
    finally:
        connections.close_all()


def _stale() -> int:
    """Customers whose key lies under a dead root."""
    with admin() as connection:
        found = connection.execute(
            "select count(*) from keys_customer where epoch <> (select max(epoch) from keys_epoch)"
        ).fetchone()
    return int(found[0]) if found else -1


def test_nothing_is_lost_and_nobody_stays_under_a_dead_root() -> None:
    shared, victims = a_customer(EPOCHS)
    processes = [_process(shared) for _ in range(2)]
    made: list[UUID] = []
    stop = threading.Event()
    threads = [threading.Thread(target=_make_customers, args=(made, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1.5)
        for victim in victims:
            number = erase(shared, victim).number
            assert _stale() == 0
            assert workers.await_acknowledged(number, within=timedelta(seconds=5))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    outputs = [process.communicate("", timeout=60)[0].splitlines() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    lines = [line for output in outputs for line in output]
    assert len(lines) > 1000
    slots = {(int(page), int(slot)): digest for page, slot, digest in (line.split() for line in lines)}
    assert len(slots) == len(lines)  # no slot was handed out twice, by either process
    cache.forget()
    with wall.within(shared):
        found = ring(shared).keys(list(slots))
        assert [hashlib.sha256(key or b"").hexdigest() for key in found] == list(slots.values())
        assert ring(shared).keys([(slot.page, slot.slot) for slot in victims]) == [None] * EPOCHS
    assert len(made) > EPOCHS
    for customer_id in made:
        with wall.within(customer_id):
            assert ring(customer_id).key(0, 0)


def test_a_customer_half_made_keeps_the_epoch_waiting_and_comes_along() -> None:
    """An epoch that starts while a customer is being made waits, and takes it along under the new root."""
    ready, go = threading.Event(), threading.Event()
    customer_id = new_id()

    def make() -> None:
        try:
            with wall.within(customer_id):
                create_customer(customer_id)
                ready.set()
                go.wait(20)
                # With the epoch waiting, more keys can still be had in this transaction.
                lease(customer_id, 300)
        finally:
            connections.close_all()

    maker = threading.Thread(target=make)
    maker.start()
    ready.wait(20)
    threading.Timer(0.5, go.set).start()
    began = time.monotonic()
    epochs.advance(Drops(), by=BY)
    assert time.monotonic() - began > 0.4
    maker.join()
    assert _stale() == 0
    with wall.within(customer_id):
        assert ring(customer_id).key(1, 3)


def test_without_the_writers_lock_a_customer_stays_under_a_dead_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard removed: this is what it is there for."""
    ready, go = threading.Event(), threading.Event()
    customer_id = new_id()
    monkeypatch.setattr(locks, "share_writers", lambda using: None)

    def make() -> None:
        try:
            with wall.within(customer_id):
                create_customer(customer_id)
                ready.set()
                go.wait(20)
        finally:
            connections.close_all()

    maker = threading.Thread(target=make)
    maker.start()
    ready.wait(20)
    epochs.advance(Drops(), by=BY)
    go.set()
    maker.join()
    assert _stale() == 1
    with admin() as connection:
        for table in ("keys_directory", "keys_customer"):
            connection.execute(f"delete from {table} where customer_id = %s".encode(), [customer_id])


def test_keys_are_written_at_read_committed_only() -> None:
    """At another level the epoch that is read could be older than the lock."""
    customer_id, _ = a_customer()
    connection = connections["default"]
    connection.ensure_connection()
    connection.connection.isolation_level = 3  # REPEATABLE READ
    try:
        with pytest.raises(WrongIsolation), wall.within(new_id()):
            create_customer(wall.standing() or customer_id)
    finally:
        connection.close()


def test_a_lease_whose_user_rolls_back_is_never_handed_out_again() -> None:
    customer_id, _ = a_customer()
    lost: list[Slot] = []

    def use_and_fail() -> None:
        with wall.within(customer_id):
            lost.extend(lease(customer_id, 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use_and_fail()
    with wall.within(customer_id):
        later = lease(customer_id, 600)
    assert (lost[0].page, lost[0].slot) not in {(slot.page, slot.slot) for slot in later}


def test_a_lease_in_a_transaction_that_made_the_customer_and_rolled_back_leaves_nothing() -> None:
    customer_id = new_id()

    def make_and_fail() -> None:
        with wall.within(customer_id):
            create_customer(customer_id)
            lease(customer_id, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_and_fail()
    assert not POOL.holds(customer_id)


def test_a_lease_needs_a_transaction_of_its_own() -> None:
    customer_id, _ = a_customer()
    with transaction.atomic(using="aside"), wall.within(customer_id), pytest.raises(wall.WallBreach):
        leases.lease(customer_id, 1)


def test_a_page_is_never_extended_around_the_lock() -> None:
    """Two leases of one customer at once: the second waits for the first, and both have their pages."""
    customer_id, _ = a_customer()
    found: list[set[int]] = []

    def take() -> None:
        try:
            with wall.within(customer_id):
                found.append({slot.page for slot in lease(customer_id, 256 * 3)})
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pages = [page for pages in found for page in pages]
    assert sorted(pages) == list(range(12))
    with admin() as connection:
        assert len(key_rows(connection, [customer_id])) == 14
