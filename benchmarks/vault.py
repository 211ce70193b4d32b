"""The vault: importing the sample file, finding one person among many, purging; and, asked for by name, five million.

`python -m benchmarks.vault 5000000` imports so many rows and says how much memory it took at its peak.
"""

import csv
import gc
import io
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
MIB = 2**20
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
        for table in TABLES:
            cursor.execute(f"VACUUM {table}") if cursor.connection.autocommit else None  # type: ignore[arg-type]
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


def _percentile(ask: Callable[[int], object], count: int, at: float) -> float:
    taken = []
    for n in range(count):
        started = time.perf_counter()
        ask(n)
        taken.append(time.perf_counter() - started)
    return statistics.quantiles(taken, n=100)[round(at * 100) - 1]


def run(scale: float = 1.0) -> list[Row]:
    """The table's rows."""
    with installation() as home:
        rows, _ = _import_rows(home)
        return rows


def main(count: int) -> None:
    """Import `count` rows and say how that went."""
    with installation():
        bench = Bench()
        seconds = bench.run(io.BufferedReader(Rows(count)))
        print(f"{count:,} rows in {seconds:.1f} s, {count / seconds:,.0f} rows/s, peak {_peak():.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]))
