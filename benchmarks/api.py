"""The API against its own database: one record read at a time, and a thousand.

Both sides run for the same time on the same machine, one after the other, alternating: 16 connections, 2 web workers.
The limit of the first is pgbench running the same statements, unprepared and unpipelined; of the second a `COPY … TO`
of the same sealed rows. TLS is off: it is the same for every program.
"""

import json
import os
import secrets
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from benchmarks.installation import installation
from benchmarks.report import Row

RECORDS = 20_000
BATCH = 1_000
CONNECTIONS = 16
WORKERS = 2
ROUNDS = 3
SECONDS = 4.0
SCHEMA = {
    "fields": [
        {"name": "email", "type": "email", "kind": "identifier", "identifier": "email"},
        *({"name": name} for name in ("name", "job", "marital", "education", "contact", "month", "poutcome")),
        *({"name": name, "type": "integer"} for name in ("age", "balance", "day", "duration", "campaign", "pdays")),
        *({"name": name, "type": "boolean"} for name in ("housing", "loan", "y")),
    ]
}


@dataclass(frozen=True)
class Place:
    """What is measured upon."""

    home: Path
    port: int
    customer_id: UUID
    key: str
    record_ids: list[UUID]


def run(scale: float) -> list[Row]:
    """The two rows of the table."""
    with installation() as home, _place(home, max(BATCH, int(RECORDS * scale))) as place:
        seconds = max(0.5, SECONDS * scale)
        _analyse()
        singles = [(_gets(place, seconds), _pgbench(place, seconds)) for _ in range(ROUNDS)]
        batches = [(_batches(place, seconds), _copies(place, seconds)) for _ in range(ROUNDS)]
    return [
        _row("read one record through the API", singles, "reads/s", "≥ 0.25 of pgbench, the same statements"),
        _row(f"read {BATCH:,} records a request", batches, "records/s", "≥ 0.25 of COPY … TO"),
    ]


def _analyse() -> None:
    """What autovacuum does a minute after a load."""
    import psycopg

    with psycopg.connect(_target("owner"), autocommit=True) as connection:
        connection.execute("analyze")


def _row(what: str, pairs: list[tuple[float, float]], unit: str, wanted: str) -> Row:
    ratio = statistics.median(ours / limit for ours, limit in pairs)
    ours, limit = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Row(what, ours, limit, unit, wanted, ratio, held=ratio >= 0.25)


@contextmanager
def _place(home: Path, count: int) -> Iterator[Place]:
    from tests.fixtures.world import World

    from troth.access import gate
    from troth.access.roles import Action
    from troth.vault import actions
    from troth.vault.schema import Schema

    world = World()
    customer_id = world.customer()
    owner = world.person(customer_id)
    permit = gate.permit(owner.actor, customer_id, Action.DATASETS_ADD, Action.RECORDS_STORE)
    dataset_id = actions.add_dataset(permit, "Contacts", Schema.parse(SCHEMA))
    ids: list[UUID] = []
    for start in range(0, count, 2_000):
        rows = [_person(number) for number in range(start, min(start + 2_000, count))]
        ids += [record_id for record_id, _ in actions.store(permit, dataset_id, rows).records]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with _server(port):
        yield Place(home, port, customer_id, world.api_key(owner), ids)


def _person(number: int) -> dict[str, object]:
    texts = {name: f"{name} {number % 97}" for name in ("name", "job", "marital", "education", "contact", "month")}
    numbers = dict.fromkeys(("age", "balance", "day", "duration", "campaign", "pdays"), number * 7919 % 10007)
    flags = dict.fromkeys(("housing", "loan", "y"), number % 2 == 0)
    return {"email": f"p{number}@example.org", "poutcome": "unknown", **texts, **numbers, **flags}


@contextmanager
def _server(port: int) -> Iterator[None]:
    settings = {
        "TROTH_PROCESS": "web",
        "TROTH_TLS": "off",
        "TROTH_PORT": str(port),
        "TROTH_WORKERS": str(WORKERS),
    }
    code = "from troth.host.config import Config; from troth.host.web import serve; serve(Config.from_environment())"
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _head(place: Place, method: str, path: str, body: bytes = b"") -> bytes:
    lines = [
        f"{method} /api/v1/customers/{place.customer_id}/{path} HTTP/1.1",
        f"Host: 127.0.0.1:{place.port}",
        f"Authorization: Bearer {place.key}",
        "Troth-Purpose: benchmark",
    ]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _gets(place: Place, seconds: float) -> float:
    requests = [_head(place, "GET", f"records/{one}") for one in secrets.SystemRandom().sample(place.record_ids, 1_000)]
    _hammer(place, requests, 0.5)
    return _hammer(place, requests, seconds)


def _batches(place: Place, seconds: float) -> float:
    body = json.dumps({"record_ids": [str(one) for one in place.record_ids[:BATCH]]}).encode()
    return _hammer(place, [_head(place, "POST", "records/read", body)], seconds) * BATCH


def _hammer(place: Place, requests: list[bytes], seconds: float) -> float:
    """Requests a second over kept-open connections, each with one request on its way."""
    selector, done, turn = selectors.DefaultSelector(), 0, 0
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", place.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, bytearray())
        connection.sendall(requests[turn % len(requests)])
        turn += 1
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for ready, _ in selector.select(1):
            connection, buffer = ready.fileobj, ready.data
            assert isinstance(connection, socket.socket)
            buffer += connection.recv(1 << 18)
            if _whole(buffer):
                done += 1
                buffer.clear()
                connection.sendall(requests[turn % len(requests)])
                turn += 1
    spent = time.perf_counter() - begun
    for ready in list(selector.get_map().values()):
        ready.fileobj.close()  # type: ignore[union-attr]  # sockets, registered above
    return done / spent


def _whole(buffer: bytearray) -> bool:
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return False
    assert buffer.startswith(b"HTTP/1.1 200"), bytes(buffer[:2_000])
    at = buffer.lower().find(b"content-length:", 0, end)
    return len(buffer) >= end + 4 + int(buffer[at + 15 : buffer.find(b"\r", at)])


def _statements(place: Place, record_id: UUID) -> str:
    """What one read sends to the database, each with its values written in."""
    from troth.access import api_keys, tokens
    from troth.keys import EPOCH_SQL
    from troth.vault import statements

    found = tokens.parse_api_key(place.key)
    assert found is not None
    key_id = found[0]
    look_up = api_keys.LOOK_UP.decode().replace("%b", f"'{key_id}'")
    read = statements.RECORD.decode().replace("%b", f"'{place.customer_id}'", 1).replace("%b", f"'{record_id}'", 1)
    return "\n".join(
        [
            "begin;",
            f"select set_config('troth.door', 'key_lookup', true), set_config('troth.sought_id', '{key_id}', true);",
            f"{look_up};",
            f"select set_config('troth.door', '', true), set_config('troth.customer', '{place.customer_id}', true);",
            f"{EPOCH_SQL};",
            f"{read};",
            f"{_entry(place, record_id)};",
            "commit;",
        ]
    )


def _entry(place: Place, record_id: UUID) -> str:
    """The insert of one read's log entry, as large as it is, with an id of the server's making."""
    from dataclasses import replace

    from troth.access import api_keys
    from troth.audit.actions import statement
    from troth.audit.entry import SubjectRef
    from troth.kernel import wall
    from troth.kernel.ids import new_id
    from troth.keys.rings import ring

    route = "GET /api/v1/customers/{customer_id}/records/{record_id}"
    actor = api_keys.authenticate(place.key, route=route, source_address="127.0.0.1", request_id=new_id())
    assert actor is not None
    with wall.within(place.customer_id):
        sql, params = statement(
            "record.read",
            by=replace(actor, request_id=new_id()),
            customer_id=place.customer_id,
            ring=ring(place.customer_id),
            entity=record_id,
            purpose="benchmark",
            subject=SubjectRef(new_id(), bytes(32)),
        )
    text = sql.decode()
    for value in params:
        literal = "null" if value is None else f"'\\x{value.hex()}'" if isinstance(value, bytes) else f"'{value}'"
        text = text.replace("%b", "uuidv7()" if value is params[1] else literal, 1)
    return text


def _pgbench(place: Place, seconds: float) -> float:
    from django.db import connections

    from troth.host.placement import binaries
    from troth.settings import CONFIG

    target = connections["default"].get_connection_params()
    scripts = []
    for number, record_id in enumerate(secrets.SystemRandom().sample(place.record_ids, 64)):
        script = place.home / f"bench-{number}.sql"
        script.write_text(_statements(place, record_id))
        scripts += ["-f", str(script)]
    told = subprocess.run(
        [
            str(binaries(CONFIG) / "pgbench"), "-n", "-M", "simple", "-c", str(CONNECTIONS), "-j", "2",
            "-T", str(max(1, round(seconds))), *scripts, "-h", target["host"], "-U", target["user"], target["dbname"],
        ],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    line = next(one for one in told.splitlines() if one.startswith("tps"))
    return float(line.split("=")[1].split()[0])


def _copies(place: Place, seconds: float) -> float:
    """Records a second out of `COPY (the same rows) TO`, over one connection."""
    import psycopg

    ids = ",".join(str(one) for one in place.record_ids[:BATCH])
    rows = (
        f"select w.* from unnest('{{{ids}}}'::uuid[]) as i(record_id) cross join lateral (select * from vault_record"
        f" where customer_id = '{place.customer_id}' and record_id = i.record_id limit 1) as w"
    )
    with psycopg.connect(_target("default"), autocommit=True) as connection:
        connection.execute("select set_config('troth.customer', %s, false)", [str(place.customer_id)])
        done, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            with connection.cursor().copy(f"copy ({rows}) to stdout (format binary)") as out:  # type: ignore[arg-type]  # composed above
                for _ in out:
                    pass
            done += BATCH
        return done / (time.perf_counter() - begun)


def _target(alias: str, user: str | None = None) -> str:
    from django.db import connections

    found = connections[alias].get_connection_params()
    return f"host={found['host']} user={user or found['user']} dbname={found['dbname']}"
