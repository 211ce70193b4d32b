"""The log: sealing, verifying, keeping up with writers, and what an entry costs the one who writes it."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.installation import installation
from benchmarks.report import Row

EVENTS = 200_000
CUSTOMERS = 20
WRITES_A_SECOND = 5_000
WRITING_SECONDS = 12
WRITERS = 2
A_TRANSACTION = 10


def run(scale: float) -> list[Row]:
    """Measure all of it; at a small scale only that it works."""
    with installation():
        return [_recording(scale), *_sealing(scale), *_keeping_up(scale)]


def _customer() -> UUID:
    from troth.kernel.ids import new_id
    from troth.kernel.wall import within
    from troth.keys import actions as keys

    customer_id = new_id()
    with within(customer_id):
        keys.create_customer(customer_id)
    return customer_id


def _statements(customer_id: UUID, count: int) -> Iterator[tuple[Any, ...]]:
    """Entries as a record's reader writes them: account, key, source address and subject committed to and sealed."""
    from troth import audit, keys
    from troth.audit.entry import SubjectRef
    from troth.kernel.actor import Actor
    from troth.kernel.ids import new_id
    from troth.kernel.wall import within

    by = Actor(
        kind="api_key",
        route="GET /api/v1/records/{id}",
        role="integration",
        customer_id=customer_id,
        account_id=new_id(),
        key_id=new_id(),
        source_address="203.0.113.7",
    )
    with within(customer_id):
        ring = keys.ring(customer_id)
        for _ in range(count):
            subject = SubjectRef(new_id(), b"k" * 32)
            yield audit.statement(
                "record.read",
                by=by,
                customer_id=customer_id,
                ring=ring,
                entity=new_id(),
                purpose="contract",
                subject=subject,
            )


def _recording(scale: float) -> Row:
    customer_id, count = _customer(), max(int(20_000 * scale), 200)
    rounds = []
    for _ in range(3):
        began = time.perf_counter()
        for _ in _statements(customer_id, count):
            pass
        rounds.append((time.perf_counter() - began) / count * 1e6)
    took = min(rounds)
    return Row("log: composing and sealing one entry, before the statement", took, None, "µs", "–")


def _fill(customer_id: UUID, count: int) -> None:
    """Put entries into the inbox as the application, many at once."""
    import psycopg
    from django.db import connection

    from troth.kernel.wall import within

    rows = [params for _, params in _statements(customer_id, count)]
    openings, inbox = [row[:9] for row in rows], [row[9:] for row in rows]
    with within(customer_id):
        cursor = psycopg.Cursor(connection.connection)
        cursor.execute(
            "insert into audit_opening (customer_id, event_id, who, ids, who_until, whence, whence_until, subject,"
            " subject_until) select * from unnest(%b::uuid[], %b::uuid[], %b::bytea[], %b::bytea[], %b::date[],"
            " %b::bytea[], %b::date[], %b::bytea[], %b::date[])",
            [list(column) for column in zip(*openings, strict=True)],
        )
        cursor.execute(
            "insert into audit_inbox (customer_id, event_id, operation, entity, leaf)"
            " select * from unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::bytea[])",
            [list(column) for column in zip(*inbox, strict=True)],
        )


def _sealing(scale: float) -> Iterator[Row]:
    from troth.audit.sealer import Sealer
    from troth.keys import signing

    signer = signing.signer()
    sealer = Sealer(signer)
    events = max(int(EVENTS * scale), 2_000)
    # Half of it is one customer's.
    customers = [_customer() for _ in range(CUSTOMERS)]
    _fill(customers[0], events // 2)
    for customer_id in customers[1:]:
        _fill(customer_id, events // 2 // (CUSTOMERS - 1))
    sealed, began = 0, time.perf_counter()
    while moved := sealer.seal_once():
        sealed += moved
    rate = sealed / (time.perf_counter() - began)
    bare = _bare_copy(customers)
    yield Row(
        "log: entries sealed, against COPY of the same rows into the same indexes",
        rate,
        bare,
        "events/s",
        "≥ 50,000 events/s",
        rate / bare,
        held=rate >= 50_000,
    )
    yield _verifying(customers[0], signer)


def _verifying(customer_id: UUID, signer: Any) -> Row:
    from troth.audit import bundles
    from troth_verify import bundle as verifier
    from troth_verify.note import Key

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.tar"
        began = time.perf_counter()
        size = bundles.export(customer_id, path).size
        exported = size / (time.perf_counter() - began)
        began = time.perf_counter()
        report = verifier.check(path, Key(signer.name, signer.public), [])
        rate = size / (time.perf_counter() - began)
        hashing = _bare_hashing(path, size)
    return Row(
        "log: entries verified offline, against hashing the same bytes",
        rate,
        hashing,
        "events/s",
        "≥ 200,000 events/s",
        rate / hashing,
        held=rate >= 200_000 and report.verifies,
        note=f"exported at {exported:,.0f} events/s",
    )


def _bare_copy(customers: list[UUID]) -> float:
    """Copy the sealed entries into a table with the same indexes, as its owner and without a wall."""
    import psycopg
    from django.db import connections

    columns = "customer_id, event_id, operation, entity, leaf, leaf_index"
    rows: list[bytes] = []
    connections["sealer"].ensure_connection()
    with psycopg.Cursor(connections["sealer"].connection).copy(
        f"copy (select {columns} from audit_entry where customer_id = any ('{{{','.join(map(str, customers))}}}'))"
        " to stdout (format binary)"
    ) as out:
        rows.extend(bytes(block) for block in out)
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("create table bare_entry (like audit_entry including all)")
    try:
        began = time.perf_counter()
        with psycopg.Cursor(owner.connection).copy(f"copy bare_entry ({columns}) from stdin (format binary)") as copy:
            for block in rows:
                copy.write(block)
        took = time.perf_counter() - began
        with owner.cursor() as cursor:
            cursor.execute("select count(*) from bare_entry")
            return int(cursor.fetchone()[0]) / took
    finally:
        with owner.cursor() as cursor:
            cursor.execute("drop table bare_entry")


def _bare_hashing(path: Path, size: int) -> float:
    lines = path.read_bytes().split(b"\n")[:size]
    began = time.perf_counter()
    for line in lines:
        sha256(b"\x00" + line).digest()
    return size / (time.perf_counter() - began)


_SEALER = """
import django, threading
django.setup()
from troth.audit import sealer
sealer.run(threading.Event())
"""
_WRITER = """
import django, psycopg, sys, time
django.setup()
from django.db import connection
from uuid import UUID
from benchmarks.log import _statements
from troth.kernel.ids import new_id
from troth.kernel.wall import within
customer_id, rate, seconds, size = UUID(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
# Composed beforehand: what is measured is whether the inbox and the sealer keep up, not the writer's own work.
made = list(_statements(customer_id, 1_000))
print("up", flush=True)
sys.stdin.readline()
began, written = time.monotonic(), 0
while (now := time.monotonic() - began) < seconds:
    if written > rate * now:
        time.sleep(0.002)
        continue
    with within(customer_id):
        with connection.connection.pipeline():
            cursor = psycopg.Cursor(connection.connection)
            for at in range(written, written + size):
                sql, params = made[at % len(made)]
                event_id = new_id()
                cursor.execute(sql, (params[0], event_id, *params[2:10], event_id, *params[11:]), prepare=True)
    written += size
print(written)
"""


def _keeping_up(scale: float) -> Iterator[Row]:
    """Let writers write at a fixed rate while the sealer runs as it does in earnest, in a process of its own."""
    from troth.audit import queries

    seconds = max(WRITING_SECONDS * min(scale, 1), 1)
    customers = [_customer() for _ in range(WRITERS)]
    sealing = subprocess.Popen([sys.executable, "-c", _SEALER])
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(one), str(WRITES_A_SECOND / WRITERS), str(seconds), str(A_TRANSACTION)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for one in customers
    ]
    waiting: list[int] = []
    try:
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        while any(writer.poll() is None for writer in writers):
            waiting.append(queries.waiting()[0])
            time.sleep(0.1)
        written = sum(int(writer.stdout.read()) for writer in writers if writer.stdout)
        deadline = time.monotonic() + 30
        while queries.waiting()[0] and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        for process in (sealing, *writers):
            process.kill()
            process.wait()
    yield from _kept_up(customers, written / seconds, waiting)


def _kept_up(customers: list[UUID], rate: float, waiting: list[int]) -> Iterator[Row]:
    third = max(len(waiting) // 3, 1)
    early, late = statistics.mean(waiting[:third]), statistics.mean(waiting[-third:])
    yield Row(
        f"log: entries waiting in the inbox at {rate:,.0f} writes/s, last third against first",
        late,
        early,
        "entries",
        "no growth at 5,000 writes/s",
        late / max(early, 1),
        "lower",
        late <= max(early * 2, rate) and rate >= WRITES_A_SECOND * 0.95,
        note=f"at most {max(waiting):,}",
    )
    delays = _delays(customers)
    p99 = delays[int(len(delays) * 0.99)]
    yield Row(
        "log: from the event to its signed place, 99th percentile",
        p99,
        2.0,
        "s",
        "< 2 s",
        p99 / 2,
        "lower",
        p99 < 2,
        note=f"median {statistics.median(delays):.2f} s, longest {delays[-1]:.2f} s",
    )


def _delays(customers: list[UUID]) -> list[float]:
    """How long each entry waited, in seconds, in ascending order: from the time in its id to its checkpoint's."""
    from django.db import connections

    with connections["sealer"].cursor() as cursor:
        cursor.execute(
            "select e.event_id, (select min(c.made_at) from audit_checkpoint c"
            " where c.customer_id = e.customer_id and c.size > e.leaf_index) from audit_entry e"
            " where e.customer_id = any (%s)",
            [customers],
        )
        return sorted(at.timestamp() - (event_id.int >> 80) / 1000 for event_id, at in cursor.fetchall())
