"""A process that stops answering can't delay a certificate for ever, nor make it untrue."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.keys.world import BY, a_customer, admin
from troth.keys import epochs, workers
from troth.keys.epochs import Drops
from troth.keys.slots import Slot
from troth.keys.terms import TERMS

QUICK = replace(TERMS, silent_after=timedelta(seconds=2))
SOON = timedelta(seconds=20)


class Holder:
    """The other process, and how to talk to it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, command: str) -> str:
        self.tell(command)
        return self.hear()

    def tell(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def _holder(customer_id: UUID, slot: Slot) -> Iterator[Holder]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.hold_keys", str(customer_id), str(slot.page), str(slot.slot)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Holder(process)
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _erase(customer_id: UUID, slot: Slot) -> int:
    return epochs.advance(Drops(slots={customer_id: {(slot.page, slot.slot)}}), by=BY).number


def _registered(pid: int) -> list[tuple[Any, ...]]:
    with admin() as connection:
        return connection.execute(
            "select worker_id, epoch, fenced_at from keys_worker where pid = %s order by started_at", [pid]
        ).fetchall()


def _sessions(worker_id: str) -> int:
    with admin() as connection:
        found = connection.execute(
            "select count(*) from pg_stat_activity where application_name = %s", [f"troth:{worker_id}"]
        ).fetchone()
    return int(found[0]) if found else -1


def test_a_living_process_lets_go_at_once() -> None:
    mine, (slot,) = a_customer(1)
    with _holder(mine, slot) as holder:
        assert holder.ask("read") == slot.key.hex()
        epoch = _erase(mine, slot)
        began = time.monotonic()
        assert workers.await_acknowledged(epoch, within=SOON)
        # It hears of the epoch, rather than finding out at its next heartbeat.
        assert time.monotonic() - began < TERMS.heartbeat.total_seconds()
        assert holder.ask("read") == "erased"
        assert [row[2] for row in _registered(holder.process.pid)] == [None]


def test_a_stopped_process_is_cut_off_and_starts_anew() -> None:
    mine, (slot, kept) = a_customer(2)
    with _holder(mine, slot) as holder:
        assert holder.ask("read") == slot.key.hex()
        before = holder.ask("identity")
        holder.stop()
        epoch = _erase(mine, slot)
        assert not epochs.acknowledged(epoch)
        assert not workers.await_acknowledged(epoch, within=timedelta(seconds=0.2), terms=TERMS)
        assert _sessions(before) > 0

        assert workers.await_acknowledged(epoch, within=SOON, terms=QUICK)
        assert epochs.acknowledged(epoch)
        assert _sessions(before) == 0
        assert [(str(row[0]), row[2] is not None) for row in _registered(holder.process.pid)] == [(before, True)]

        holder.go_on()
        answers = [holder.ask("read") for _ in range(3)]
        assert set(answers) <= {"cut off", "erased"}
        assert answers[-1] == "erased"
        after = holder.ask("identity")
        assert after != before
        fresh = [row for row in _registered(holder.process.pid) if str(row[0]) == after]
        assert [(row[1] >= epoch, row[2]) for row in fresh] == [(True, None)]
    assert kept.key


def test_a_transaction_that_was_stopped_midway_never_goes_on() -> None:
    mine, (slot,) = a_customer(1)
    with _holder(mine, slot) as holder:
        assert holder.ask("begin") == slot.key.hex()
        holder.stop()
        epoch = _erase(mine, slot)
        assert workers.await_acknowledged(epoch, within=SOON, terms=QUICK)
        holder.go_on()
        assert holder.ask("go on") == "cut off"
        assert [holder.ask("read") for _ in range(2)][-1] == "erased"


def test_without_fencing_the_certificate_waits() -> None:
    """The guard removed: nobody cuts the stopped process off, so nothing is acknowledged."""
    mine, (slot,) = a_customer(1)
    with _holder(mine, slot) as holder:
        assert holder.ask("read") == slot.key.hex()
        holder.stop()
        epoch = _erase(mine, slot)
        never = replace(TERMS, silent_after=timedelta(days=1))
        assert not workers.await_acknowledged(epoch, within=timedelta(seconds=3), terms=never)


def test_a_killed_process_is_not_waited_for_long() -> None:
    mine, (slot,) = a_customer(1)
    with _holder(mine, slot) as holder:
        assert holder.ask("read") == slot.key.hex()
        holder.process.kill()
        holder.process.wait()
        epoch = _erase(mine, slot)
        # Nobody needs to cut it off: asking for the acknowledgement does.
        deadline = time.monotonic() + SOON.total_seconds()
        while not epochs.acknowledged(epoch, terms=QUICK):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_a_process_that_ends_well_leaves_no_trace() -> None:
    mine, (slot,) = a_customer(1)
    with _holder(mine, slot) as holder:
        assert holder.ask("read") == slot.key.hex()
        assert holder.process.stdin is not None
        holder.process.stdin.close()
        assert holder.process.wait(timeout=20) == 0
        assert _registered(holder.process.pid) == []


def test_a_forked_child_hands_out_other_slots() -> None:
    mine, (slot,) = a_customer(1)
    with _holder(mine, slot) as holder:
        child, parent = holder.ask("fork").split()
        assert child != parent
