"""Promises: all controls on many records, the statement after ten years of hourly looks, and what a look costs to keep.

The looks are the worker's own, with a sealer running beside them; meanwhile the administrator watches for anybody who
waits for a lock. Ten years are inserted by SQL, each row as long as a real one; histories are sealed as real ones are.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from benchmarks.installation import installation
from benchmarks.report import Row

RECORDS = 1_000_000
YEARS = 10
HOURS = YEARS * 8_766
CHANGES_A_YEAR = 12
LOOKS_WITHIN_SECONDS = 60.0
STATEMENT_WITHIN_MS = 500.0
PACK = Path("src/troth/policy/packs/agency.yaml")


def run(scale: float = 1.0) -> list[Row]:
    """All measurements, at a share of the full size."""
    with installation():
        return [*_looks(scale), *_decade(scale)]


def _activate(text: str) -> Any:
    from troth.kernel.actor import Actor
    from troth.policy import actions
    from troth.policy.lexicon import known
    from troth.policy.pack import load

    by = Actor(kind="cli", route="bench", role="cli", label="bench")
    pack = load(text, known())
    actions.publish(pack, by=by, known=known())
    actions.activate(pack.id, pack.version, by=by, reason="a benchmark", known=known())
    return pack


@contextmanager
def _sealing() -> Iterator[None]:
    """The sealer, as its own process would run."""
    from troth.audit import sealer

    stop = threading.Event()
    thread = threading.Thread(target=sealer.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class _Watch:
    """Somebody who looks every few milliseconds whether anyone waits for a lock that a request could hold or want."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.waited, self.looked, self.stop = 0, 0, threading.Event()
        self.parameters = parameters
        self.thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        asked = "select count(*) from pg_locks where not granted and locktype in ('relation', 'tuple', 'transactionid')"
        host, name = self.parameters["host"], self.parameters["dbname"]
        with psycopg.connect(host=host, user="troth_admin", dbname=name, autocommit=True) as connection:
            while not self.stop.wait(0.005):
                found = connection.execute(asked).fetchone()
                self.looked += 1
                self.waited += bool(found and found[0])

    def __enter__(self) -> "_Watch":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()


def _looks(scale: float) -> Iterator[Row]:
    from benchmarks import vault
    from troth.kernel.actor import job
    from troth.promises import actions, catalogue

    bench, records = vault.Bench(), max(int(RECORDS * scale), 2_000)
    bench.run(vault.Rows(records))
    _activate(PACK.read_text(encoding="utf-8"))
    controls = [one for one in catalogue.CONTROLS if one.observe is not None and one.kind != "attested"]
    slowest: tuple[float, str] = (0.0, "")
    with _sealing(), _Watch(bench.parameters) as watch:
        began, used = time.perf_counter(), time.process_time()
        for control in controls:
            at = time.perf_counter()
            actions.check(control.id, by=job("bench"))
            slowest = max(slowest, (time.perf_counter() - at, control.id))
        took, used = time.perf_counter() - began, time.process_time() - used
    yield Row(
        f"look at everything: {len(controls)} controls, {records:,} records",
        took,
        LOOKS_WITHIN_SECONDS,
        "s",
        "< 60 s",
        took / LOOKS_WITHIN_SECONDS,
        better="lower",
        held=took < LOOKS_WITHIN_SECONDS,
        note=f"{used:.1f} s of it processor time of the worker; the slowest {slowest[1]}, {slowest[0]:.1f} s",
    )
    yield Row(
        "the same: looks at the locks in which somebody waited for a table, a row or a transaction",
        watch.waited,
        watch.looked,
        "looks",
        "none",
        watch.waited / max(watch.looked, 1),
        better="lower",
        held=watch.waited == 0,
    )


class _Later:
    """A clock ten years on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class _Decade(NamedTuple):
    """What was inserted: rows, changes, and the bytes of a look in its table and in the log."""

    rows: int
    changes: int
    size: float
    leaf: float


def _filled(scale: float, pack: Any, controls: list[str], began: datetime, clock: "_Later") -> _Decade:
    """Ten years of looks and of changes, inserted by SQL; how much there is of it, and how long a row is."""
    from django.db import connections

    from troth.kernel.ids import OPERATOR

    parameters = connections["owner"].get_connection_params()
    hours = max(int(HOURS * scale), 500)
    with psycopg.connect(host=parameters["host"], user="troth_admin", dbname=parameters["dbname"]) as admin:
        told = {"customer": OPERATOR, "controls": controls, "began": began, "hours": hours, "every": HOURS / hours}
        inserted = admin.execute(_EVIDENCE, told).rowcount
        admin.commit()
        _newest(controls, clock)
        changes = _changes(admin, pack, began, max(int(YEARS * CHANGES_A_YEAR * scale), 12))
        admin.execute("analyze promises_evidence, promises_interval, audit_entry")
        admin.commit()
        size = _one(admin, _SIZE) / max(inserted, 1)
        return _Decade(hours * len(controls), changes, size, _one(admin, _LEAF))


def _decade(scale: float) -> Iterator[Row]:
    from troth.kernel.clock import SYSTEM
    from troth.promises import policies, queries

    pack = policies.in_force().pack
    if pack is None:
        raise RuntimeError("no policy is in force")
    controls = [one.id for one in policies.controls(pack)]
    began = SYSTEM.now()
    clock = _Later(began + timedelta(hours=HOURS))
    made = _filled(scale, pack, controls, began, clock)
    cold = _timed(lambda: queries.statement(clock=clock))
    again = min(_timed(lambda: queries.statement(clock=clock)) for _ in range(5))
    yield Row(
        f"statement of {len(list(pack.clauses))} promises after {YEARS} years: {made.rows:,} looks, "
        f"{made.changes:,} changes",
        again,
        STATEMENT_WITHIN_MS,
        "ms",
        "< 500 ms, uncached",
        again / STATEMENT_WITHIN_MS,
        better="lower",
        held=again < STATEMENT_WITHIN_MS,
        note=f"the first one in the process {cold:.0f} ms",
    )
    deep = _timed(lambda: queries.evidence(controls[0], since=began, until=began + timedelta(days=90), clock=clock))
    yield Row(
        "a page of evidence of the first of the ten years", deep, 50.0, "ms", "< 50 ms", deep / 50, "lower", deep < 50
    )
    token = min(_timed(queries.version) for _ in range(20))
    yield Row(
        "whether anything changed (the token of caches)", token, 10.0, "ms", "< 10 ms", token / 10, "lower", token < 10
    )
    decade = HOURS * len(controls) * (made.size + made.leaf) / 2**30
    yield Row(
        "keeping one look: evidence with its index, and its entry in the log",
        made.size + made.leaf,
        None,
        "bytes",
        "–",
        note=f"{made.size:.0f} and {made.leaf:.0f}; {len(controls)} controls hourly, {YEARS} years: {decade:.1f} GiB",
    )


_EVIDENCE = """
INSERT INTO promises_evidence (customer_id, control, number, seen_at, event_id, facts, terms, revision, state, code)
SELECT %(customer)s, control, nextval('promises_number'), %(began)s + make_interval(secs => hour * %(every)s * 3600),
    gen_random_uuid(), convert_to(repeat('{"looked_at":3,"slowest":null}', 9), 'UTF8'),
    convert_to('{"erasure.production_within":{"duration":"P1D"}}', 'UTF8'), 'troth 0.1.0, judge 0123456789abcdef',
    'kept', 'erasure.in_time'
FROM generate_series(1, %(hours)s) AS hour, unnest(%(controls)s::text[]) AS control
"""
_SIZE = """
SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'promises_evidence'::regclass
"""
_LEAF = "SELECT avg(octet_length(leaf)) + 90 FROM audit_entry WHERE operation = 'promise.observed'"
"""With the row's own head, its ids and its place in two indexes."""


def _within(what: str, took: float, limit: float) -> Row:
    return Row(what, took, limit, "ms", f"< {limit:.0f} ms", took / limit, better="lower", held=took < limit)


def _one(admin: "psycopg.Connection[Any]", sql: str) -> float:
    found = admin.execute(sql.encode()).fetchone()
    return float(found[0] or 0) if found else 0.0


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _newest(controls: list[str], clock: _Later) -> None:
    """The last looks of the ten years, sealed as any."""
    from django.db import connection

    from troth.audit.sealer import seal_once
    from troth.kernel.actor import job
    from troth.kernel.ids import OPERATOR
    from troth.kernel.wall import within
    from troth.promises import evidence
    from troth.promises.checking import Look
    from troth_judge.verdict import unverified

    with within(OPERATOR):
        for control in controls:
            with connection.cursor() as cursor:
                cursor.execute("select nextval('promises_number')")
                number = cursor.fetchone()[0]
            look = Look(control=control, number=number, seen_at=clock.now(), facts=None, error="bench", terms=b"{}")
            evidence.seal(look, unverified("evidence.error", error="bench"), customer_id=OPERATOR, by=job("bench"))
    while seal_once():
        pass


def _changes(admin: "psycopg.Connection[Any]", pack: Any, began: datetime, each: int) -> int:
    """A history of every promise, sealed: as many changes of each, all through the years."""
    from django.db import connection

    from troth.audit.sealer import seal_once
    from troth.kernel.actor import job
    from troth.kernel.ids import OPERATOR
    from troth.kernel.wall import within
    from troth.promises import intervals
    from troth.promises.models import Interval

    made = 0
    for clause in pack.clauses:
        with within(OPERATOR):
            for number in range(each):
                good = number % 2 == 0
                row = Interval(
                    customer_id=OPERATOR,
                    pack=pack.id,
                    pack_version=pack.version,
                    clause=clause.id,
                    since=began + timedelta(hours=HOURS * number / each),
                    state="kept" if good else "broken",
                    code="erasure.in_time" if good else "erasure.late",
                    params=json.dumps({"of": "P1D"}),
                    evidence="",
                )
                intervals._seal(row, job("bench"))
                made += 1
    connection.close()
    while seal_once():
        pass
    return made
