"""The vault: importing the sample file, finding one person among many, purging; and, asked for by name, five million.

`python -m benchmarks.vault 5000000` imports so many rows and says how much memory it took at its peak.
"""

import csv
import gc
import hashlib
import io
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.installation import installation
from benchmarks.report import Row

TABLES = ("vault_subject", "vault_identifier", "vault_record")
ASKED = 5_000
SCHEMA = {
    "fields": [
        {"name": "reference", "type": "reference", "kind": "identifier", "identifier": "reference"},
        {"name": "name"},
        {"name": "email", "type": "email", "kind": "identifier", "identifier": "email"},
        {"name": "phone", "type": "phone", "kind": "identifier", "identifier": "phone", "region": "FR"},
        *({"name": name} for name in ("poutcome", "job", "marital", "education")),
        *({"name": name, "type": "boolean"} for name in ("default", "housing", "loan")),
        {"name": "contact"},
        {"name": "day", "type": "integer"},
        {"name": "month"},
        *(
            {"name": name, "type": "integer"}
            for name in ("campaign", "duration", "pdays", "previous", "age", "balance")
        ),
        {"name": "y", "type": "boolean"},
    ]
}


class Rows(io.RawIOBase):
    """CSV made while it is read: the sample's rows over and over, each with a person of its own."""

    def __init__(self, count: int) -> None:
        from troth.cli.demo import people

        self.sample = [
            {name: value for name, value in row.items() if name not in people.COLUMNS} for row in people.rows(2_000)
        ]
        self.left, self.made, self.buffer = count, 0, b""

    def readable(self) -> bool:
        return True

    def _more(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not self.made:
            writer.writerow(["reference", "name", "email", "phone", *self.sample[0]])
        for _ in range(min(2_000, self.left)):
            self.made += 1
            self.left -= 1
            n = self.made
            writer.writerow(
                [f"TS-{n:07d}", f"Person {n}", f"person.{n}@example.org", "", *self.sample[n % 2_000].values()]
            )
        return text.getvalue().encode()

    def readinto(self, buffer: Any) -> int:
        if not self.buffer and self.left:
            self.buffer = self._more()
        taken = self.buffer[: len(buffer)]
        buffer[: len(taken)] = taken
        self.buffer = self.buffer[len(taken) :]
        return len(taken)


class Bench:
    """One customer and its owner."""

    def __init__(self) -> None:
        from django.db import connections

        from troth.access import gate
        from troth.access.roles import Action
        from troth.kernel.actor import Actor, job
        from troth.kernel.ids import new_id
        from troth.tenancy.actions import add_customer
        from troth.vault.actions import add_dataset
        from troth.vault.schema import Schema

        self.customer_id = add_customer(f"Bench {new_id()}", by=job("bench")).customer_id
        owner = Actor(kind="account", route="bench", role="owner", customer_id=self.customer_id, account_id=new_id())
        wanted = [action for action in Action if action.value.split(".")[0] in {"datasets", "records", "subjects"}]
        self.permit = gate.permit(owner, self.customer_id, *wanted, purpose="bench")
        self.dataset: UUID = add_dataset(self.permit, "contacts", Schema.parse(SCHEMA))
        self.parameters = connections["owner"].get_connection_params()

    @contextmanager
    def admin(self) -> Iterator["psycopg.Cursor[Any]"]:
        """The administrator, whom no row security slows."""
        with (
            psycopg.connect(
                host=self.parameters["host"], user="troth_admin", dbname=self.parameters["dbname"]
            ) as connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    def run(self, source: Any) -> float:
        """Import; seconds."""
        from troth.vault import imports
        from troth.vault.readers import Options

        started = time.perf_counter()
        report = imports.run(self.permit, self.dataset, source, options=Options(format="csv"))
        assert report.rejected == 0, report.reasons
        return time.perf_counter() - started

    def purge(self) -> int:
        """Delete everything of the customer but its datasets."""
        from troth.kernel.wall import within
        from troth.vault import rows

        with within(self.customer_id):
            return sum(
                rows.execute(f"DELETE FROM {table} WHERE customer_id = %b".encode(), [self.customer_id]).rowcount
                for table in ("vault_change", "vault_identifier", "vault_record", "vault_subject", "vault_import")
            )


def _bare_copy(bench: Bench) -> float:
    """The finished rows of the import, taken out, deleted and put back by COPY into the same tables and indexes."""
    with bench.admin() as cursor:
        kept = {}
        for table in TABLES:
            query = f"COPY (SELECT * FROM {table} WHERE customer_id = '{bench.customer_id}') TO STDOUT (FORMAT binary)"
            with cursor.copy(query) as copy:  # type: ignore[arg-type]  # names of this file
                kept[table] = b"".join(copy)
        bench.purge()
        started = time.perf_counter()
        for table in TABLES:
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:  # type: ignore[arg-type]
                copy.write(kept[table])
        cursor.connection.commit()
        return time.perf_counter() - started


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _sample(home: Path) -> Path:
    from troth.cli.demo import people

    path = home / "sample.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        people.write(text)
    return path


def _import_rows(home: Path) -> tuple[list[Row], Bench]:
    bench = Bench()
    path = _sample(home)
    ours, bare = [], []
    for _ in range(3):
        bench.purge()
        gc.collect()
        ours.append(bench.run(path))
        bare.append(_bare_copy(bench))
    count = 45_211
    mine, theirs = count / min(ours), count / min(bare)
    peak = _peak()
    return [
        Row("import of the sample, one process", mine, theirs, "rows/s", "≥ 0.40 of a bare COPY", mine / theirs,
            held=mine / theirs >= 0.4),
        Row("import, memory at its peak", peak, 300, "MiB", "< 300", peak / 300, "lower", held=peak < 300),
    ], bench  # fmt: skip


def _people(bench: Bench, count: int) -> None:
    """So many people with one identifier and one record each; the blobs are noise of a record's size."""
    series = "generate_series(1, %s) AS n"
    subject = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
    with bench.admin() as cursor:
        cursor.execute(
            "INSERT INTO vault_subject (customer_id, subject_id, page, slot, state, created_at)"
            f" SELECT %s, {subject}, 10000000 + n / 256, n %% 256, 'active', now() FROM {series}",  # type: ignore[arg-type]
            [bench.customer_id, count],
        )
        cursor.execute(
            "INSERT INTO vault_identifier (customer_id, kind, digest, subject_id)"
            f" SELECT %s, 'email', decode(md5(n::text), 'hex'), {subject} FROM {series}",  # type: ignore[arg-type]
            [bench.customer_id, count],
        )
        cursor.execute(
            "INSERT INTO vault_record (customer_id, record_id, dataset_id, subject_id, schema_version, version, single,"
            f" sealed, created_at, updated_at) SELECT %s, {subject}, %s, {subject}, 1, 1, true,"  # type: ignore[arg-type]
            f" decode(repeat(md5(n::text), 8), 'hex'), now(), now() FROM {series}",
            [bench.customer_id, bench.dataset, count],
        )
        cursor.connection.commit()
        cursor.execute("ANALYZE vault_subject, vault_identifier, vault_record")
        cursor.connection.commit()


def _asking(bench: Bench, sql: bytes, params: Callable[[int], list[object]], count: int) -> float:
    """The 99th percentile of asking, in seconds, everything within one transaction."""
    from troth.kernel.wall import within
    from troth.vault import rows

    order = random.Random(1)
    with within(bench.customer_id):
        taken = []
        for _ in range(ASKED):
            asked = params(order.randint(1, count))
            started = time.perf_counter()
            found = rows.fetch(sql, asked)
            taken.append(time.perf_counter() - started)
            assert len(found) == 1
    return statistics.quantiles(taken[ASKED // 10 :], n=100)[98]


def _find(scale: float) -> Row:
    from troth.vault import statements

    bench, count = Bench(), max(1_000, round(1_000_000 * scale))
    _people(bench, count)
    me = bench.customer_id
    by_key = _asking(bench, statements.RECORD, lambda n: [me, UUID(f"01900000-0000-7000-8000-{n:012x}")], count)
    by_identifier = _asking(
        bench,
        statements.FIND,
        lambda n: [me, me, "email", hashlib.md5(str(n).encode(), usedforsecurity=False).digest(), me, 1_000],
        count,
    )
    ratio = by_identifier / by_key
    return Row(
        f"find by identifier among {count:,} people, p99, against by key", by_identifier * 1e3, by_key * 1e3, "ms",
        "≤ 2 × a look-up by key", ratio, "lower", held=ratio <= 2,
    )  # fmt: skip


def run(scale: float = 1.0) -> list[Row]:
    """The table's rows."""
    with installation() as home:
        rows, _ = _import_rows(home)
        return [*rows, _find(scale)]


def main(count: int) -> None:
    """Import `count` rows and say how that went."""
    with installation():
        bench = Bench()
        seconds = bench.run(io.BufferedReader(Rows(count)))
        print(f"{count:,} rows in {seconds:.1f} s, {count / seconds:,.0f} rows/s, peak {_peak():.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]))
