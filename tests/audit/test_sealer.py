"""The sealer gives every committed entry exactly one place, whatever happens to it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction

from troth import audit
from troth.audit import actions, merkle, note, queries, sealer
from troth.audit.errors import LogDamaged
from troth.audit.sealer import Sealer
from troth.kernel.actor import Actor, job
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys import actions as keys
from troth.keys import signing
from troth_verify import note as verify

Fetch = Callable[..., list[tuple[Any, ...]]]


def _write(customer_id: UUID, count: int) -> list[UUID]:
    with within(customer_id):
        return [audit.record("x.y", by=job("test"), customer_id=customer_id) for _ in range(count)]


def _drain() -> int:
    total = 0
    while sealed := sealer.seal_once():
        total += sealed
    return total


def _trusted() -> verify.Key:
    signer = signing.signer()
    return verify.parse_key(note.verifier_key(signer.name, signer.public))


def _places(fetch: Fetch, customer_id: UUID) -> list[tuple[int, UUID]]:
    return fetch("select leaf_index, event_id from audit_entry where customer_id = %s order by 1", customer_id)


def _check_tree(fetch: Fetch, customer_id: UUID) -> verify.Checkpoint:
    """The newest checkpoint is signed and is the root over exactly the entries that are there."""
    leaves = fetch("select leaf from audit_entry where customer_id = %s order by leaf_index", customer_id)
    frontier = merkle.Frontier()
    for (leaf,) in leaves:
        frontier.push(merkle.leaf_hash(bytes(leaf)))
    signed = queries.checkpoint(customer_id)
    assert signed is not None
    checkpoint = verify.open_checkpoint(signed, _trusted())
    assert (checkpoint.size, checkpoint.root) == (len(leaves), frontier.root())
    assert checkpoint.origin == f"{_trusted().name}/{customer_id}"
    return checkpoint


def test_entries_get_their_places_in_the_order_of_their_ids(customer: UUID, fetch: Fetch) -> None:
    events = _write(customer, 7)
    _drain()
    assert _places(fetch, customer) == list(enumerate(events))
    assert fetch("select 1 from audit_inbox where customer_id = %s", customer) == []
    _check_tree(fetch, customer)


@pytest.mark.parametrize("batch", [1, 7, 300])
def test_batches_continue_one_another(customer: UUID, fetch: Fetch, batch: int) -> None:
    _drain()
    one = Sealer(signing.signer(), batch=batch)
    for round_ in range(3):
        _write(customer, 5 if batch == 1 else 130)
        while one.seal_once():
            pass
        if round_ == 1:
            one = Sealer(signing.signer(), batch=batch)
    checkpoint = _check_tree(fetch, customer)
    for (size,) in fetch("select size from audit_checkpoint where customer_id = %s", customer):
        earlier = verify.open_checkpoint(str(queries.checkpoint(customer, size=size)), _trusted())
        proof = queries.consistency(customer, size)
        from troth_verify.merkle import is_consistent

        assert is_consistent(size, checkpoint.size, earlier.root, checkpoint.root, proof.path)


def test_an_uncommitted_entry_waits_and_a_late_commit_is_not_skipped(
    customer: UUID, actor: Actor, fetch: Fetch
) -> None:
    from threading import Event, Thread

    other, go, written = new_id(), Event(), Event()
    late: list[UUID] = []

    def slow() -> None:
        with within(customer):
            late.append(audit.record("x.late", by=actor, customer_id=customer))
            written.set()
            go.wait(20)
        connections.close_all()

    thread = Thread(target=slow)
    thread.start()
    written.wait(20)
    early = _write(customer, 3)
    _drain()
    assert [event for _, event in _places(fetch, customer)] == early
    go.set()
    thread.join()
    _drain()
    # It is older than those before it: the order is that of sealing.
    assert [event for _, event in _places(fetch, customer)] == early + late
    assert late[0] < early[0]
    assert other != customer


def test_every_head_stands_in_the_tree_over_all(fetch: Fetch) -> None:
    customers = []
    for _ in range(3):
        customer_id = new_id()
        with within(customer_id):
            keys.create_customer(customer_id)
        customers.append(customer_id)
    for count in (1, 4):
        for customer_id in customers:
            _write(customer_id, count)
        _drain()
    for customer_id in customers:
        for size in (1, 5):
            proof = queries.overall_inclusion(customer_id, size=size)
            head = verify.check_proof(verify.parse_proof(proof.text), proof.leaf, _trusted())
            assert head.origin == _trusted().name
            assert verify.parse_checkpoint(proof.leaf.decode()).size == size


def test_two_sealers_take_turns(customer: UUID, fetch: Fetch) -> None:
    one, other = Sealer(signing.signer(), batch=10), Sealer(signing.signer(), batch=10)
    _drain()
    for _ in range(6):
        _write(customer, 10)
        one.seal_once()
        _write(customer, 10)
        other.seal_once()
    _check_tree(fetch, customer)
    assert len(_places(fetch, customer)) == 120


def test_a_failed_batch_leaves_nothing_behind(customer: UUID, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    _drain()
    one = Sealer(signing.signer())
    _write(customer, 5)
    one.seal_once()
    _write(customer, 5)

    def fail(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("troth.audit.shelf.put_overall", fail)
        with pytest.raises(OSError, match="no space"):
            one.seal_once()
    assert len(_places(fetch, customer)) == 5
    assert one.seal_once() == 5
    _check_tree(fetch, customer)


DAMAGE = {
    "an entry": r"update audit_entry set leaf = '{}' where customer_id = %s and leaf_index = 290",
    "an entry is gone": "delete from audit_entry where customer_id = %s and leaf_index = 290",
    "a tile": "update audit_tile set hashes = set_byte(hashes, 5, 255 - get_byte(hashes, 5))"
    " where customer_id = %s and level = 1",
    "the checkpoint's size": "update audit_checkpoint set size = size + 1 where customer_id = %s",
    "the checkpoint's note": "update audit_checkpoint set note = replace(note, '300', '299') where customer_id = %s",
}


@pytest.mark.parametrize("what", DAMAGE)
def test_nothing_is_appended_to_a_damaged_log_and_the_others_go_on(customer: UUID, fetch: Fetch, what: str) -> None:
    _drain()
    bystander = new_id()
    with within(bystander):
        keys.create_customer(bystander)
    _write(customer, 300)
    _drain()
    _superuser(DAMAGE[what], customer)
    _write(customer, 2)
    _write(bystander, 2)
    one = Sealer(signing.signer())
    with pytest.raises(LogDamaged):
        one.seal_once()
    assert one.damaged == {customer}
    assert one.seal_once() == 2
    assert len(_places(fetch, bystander)) == 2
    assert len(fetch("select 1 from audit_inbox where customer_id = %s", customer)) == 2
    _superuser("delete from audit_inbox where customer_id = %s", customer)


def _superuser(sql: str, customer_id: UUID) -> None:
    """Somebody with every right on the database takes the guards away first."""
    tables = ("audit_entry", "audit_tile", "audit_checkpoint", "audit_inbox")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"alter table {table} no force row level security")
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(sql, [customer_id])
        assert cursor.rowcount > 0
        for table in tables:
            cursor.execute(f"alter table {table} force row level security")
            cursor.execute(f"alter table {table} enable trigger user")


def test_another_key_does_not_carry_on(customer: UUID) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from troth.keys.signing import Signer

    _write(customer, 1)
    _drain()
    _write(customer, 1)
    with pytest.raises(LogDamaged):
        Sealer(Signer(signing.signer().name, Ed25519PrivateKey.generate())).seal_once()
    _drain()


def test_it_runs_until_told_to_stop(customer: UUID, fetch: Fetch) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=sealer.run, args=[stop])
    thread.start()
    try:
        for _ in range(5):
            _write(customer, 20)
            time.sleep(0.1)
        deadline = time.monotonic() + 10
        while len(_places(fetch, customer)) < 100 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    _check_tree(fetch, customer)


def test_it_finds_what_is_older_than_it_looks_at_first(customer: UUID, fetch: Fetch) -> None:
    _drain()
    old = UUID(int=(time.time_ns() // 1_000_000 - 3_600_000) << 80 | 7 << 76)
    with within(customer), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into audit_inbox (customer_id, event_id, operation, leaf) values (%s, %s, 'x.old', '{}')",
            [customer, old],
        )
    assert Sealer(signing.signer()).seal_once(since=new_id()) == 0
    stop = threading.Event()
    thread = threading.Thread(target=sealer.run, args=[stop])
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not _places(fetch, customer) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        stop.set()
        thread.join(20)
    assert [event for _, event in _places(fetch, customer)] == [old]


KILLED = """
import django, threading
django.setup()
from troth.audit.sealer import Sealer
from troth.keys import signing
one = Sealer(signing.signer(), batch=64)
print("up", flush=True)
while True:
    one.seal_once()
"""


def test_kill_9_in_a_loop_loses_and_doubles_nothing(customer: UUID, fetch: Fetch) -> None:
    """Writers write while the sealer is killed again and again: at the end each event has one place."""
    _drain()
    events: list[UUID] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            events.extend(_write(customer, 9))
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for round_ in range(6):
            process = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, env=dict(os.environ))
            assert process.stdout is not None
            assert process.stdout.readline() == b"up\n"
            time.sleep(0.02 + 0.037 * round_)
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
    finally:
        stop.set()
        writer.join()
    _drain()
    places = _places(fetch, customer)
    assert [index for index, _ in places] == list(range(len(events)))
    assert sorted(event for _, event in places) == sorted(events)
    _check_tree(fetch, customer)


def test_openings_expire_part_by_part(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    from datetime import timedelta

    with within(customer):
        event = audit.record("x.y", by=actor, customer_id=customer)
    _drain()
    ((who_until, whence_until),) = fetch("select who_until, whence_until from audit_opening where event_id = %s", event)
    assert actions.expire_openings(whence_until) == 0
    assert actions.expire_openings(whence_until + timedelta(days=1)) > 0
    # Other tests' openings are in the same table, and each call takes a part.
    while actions.expire_openings(whence_until + timedelta(days=1)):
        pass
    assert fetch("select who is null, whence is null from audit_opening where event_id = %s", event) == [(False, True)]
    while actions.expire_openings(who_until + timedelta(days=1)):
        pass
    assert fetch("select who is null, whence is null from audit_opening where event_id = %s", event) == [(True, True)]
    _check_tree(fetch, customer)


def test_an_erased_customers_openings_go_and_its_log_still_verifies(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    with within(customer):
        for _ in range(25):
            audit.record("x.y", by=actor, customer_id=customer)
    _drain()
    while actions.purge_openings(customer, at_most=10):
        pass
    assert fetch("select 1 from audit_opening where customer_id = %s", customer) == []
    _check_tree(fetch, customer)
