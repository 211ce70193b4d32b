"""Imports: whole or not at all, whatever the source holds."""

import gzip
import io
import json
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pyarrow import parquet

from tests.vault.conftest import CONTACTS, World, aside, person
from troth.access.errors import PermitOver
from troth.access.roles import Action
from troth.kernel.actor import job
from troth.kernel.wall import WallBreach, within
from troth.tenancy.actions import close
from troth.tenancy.errors import CustomerClosed
from troth.vault import actions, imports, queries, spools
from troth.vault.errors import AlreadyImported, ImportRunning, SourceUnreadable, TooManyRejected
from troth.vault.imports import ImportReport
from troth.vault.preparing import Preparer
from troth.vault.readers import Options
from troth.vault.schema import Schema

HEADER = "email,phone,name,age,balance,tier"


def row(n: int) -> str:
    return ",".join(str(value) for value in person(n).values())


def text(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def run(world: World, dataset: UUID, source: bytes | Path, format_: str | None = "csv", **more: object) -> ImportReport:
    given_options = {name: more.pop(name) for name in ("encoding", "delimiter", "columns") if name in more}
    options = Options(format=format_, **given_options)  # type: ignore[arg-type]
    stream = source if isinstance(source, Path) else io.BytesIO(source)
    return imports.run(world.permit(), dataset, stream, options=options, **more)  # type: ignore[arg-type]


def test_a_csv_comes_in_with_history_and_log(world: World) -> None:
    dataset = world.contacts()
    seen = list[imports.Progress]()
    report = run(world, dataset, text(*(row(n) for n in range(5_000))), progress=seen.append)
    assert (report.rows, report.stored, report.rejected, report.rejected_file) == (5_000, 5_000, 0, None)
    assert world.counts() == {"record": 5_000, "subject": 5_000, "identifier": 10_000, "change": 0, "import": 1}
    assert [progress.rows for progress in seen] == [2_000, 4_000, 5_000]
    assert seen[-1].bytes == report.bytes
    (found,) = queries.find(world.permit(), "email", "PERSON4321@example.org")
    assert found.values == {**person(4321), "age": 21, "balance": "4321.50"}
    (history,) = queries.imports(world.permit())
    assert (history.stored, history.rows_read) == (5_000, 5_000)
    (_, whole), *_ = world.logged("dataset.imported")
    assert whole["detail"]["stored"] == 5_000
    assert sum(leaf["count"] for _, leaf in world.logged("records.imported")) == 5_000
    assert "person" not in str(world.logged("records.imported")) + str(whole)


def test_again_makes_no_duplicates(world: World) -> None:
    dataset = world.contacts()
    source = text(*(row(n) for n in range(300)))
    run(world, dataset, source)
    before = world.counts()
    with pytest.raises(TooManyRejected):
        run(world, dataset, source, max_rejected=0)
    assert run(world, dataset, source, on_duplicate="skip").skipped == 300
    assert run(world, dataset, source, on_duplicate="update").unchanged == 300
    assert run(world, dataset, source).rejected == 300
    assert world.counts() | {"import": 1} == before
    changed = text(*(row(n) for n in range(150)), *(row(n).replace("gold", "platinum") for n in range(150, 300)))
    report = run(world, dataset, changed, on_duplicate="update")
    assert (report.updated, report.unchanged) == (75, 225)
    assert world.counts()["change"] == 75


def test_a_dataset_that_recognises_nobody_takes_a_source_once(world: World) -> None:
    schema = Schema.parse({"fields": [{"name": "event"}]})
    dataset = actions.add_dataset(world.permit(), "events", schema)
    source = text("a", "b", header="event")
    assert run(world, dataset, source).stored == 2
    with pytest.raises(AlreadyImported):
        run(world, dataset, source)
    assert run(world, dataset, source, again=True).stored == 2
    assert run(world, dataset, text("a", "c", header="event")).stored == 2
    assert world.counts()["record"] == 6


def test_a_dry_run_does_all_and_leaves_nothing(world: World) -> None:
    dataset = world.contacts()
    run(world, dataset, text(row(1)))
    before, pages = world.counts(), world.fetch("select count(*) from keys_page")
    logged = len(world.logged())
    source = text(*(row(n) for n in range(2_500)), row(7), "x,,,,,", row(1).replace("gold", "new"))
    report = run(world, dataset, source, dry_run=True, on_duplicate="update")
    assert (report.stored, report.updated, report.unchanged, report.rejected) == (2_499, 1, 2, 1)
    assert world.counts() == before
    assert world.fetch("select count(*) from keys_page") == pages
    assert len(world.logged()) == logged
    assert run(world, dataset, source, on_duplicate="update").stored == 2_499


def test_rejected_rows_lie_in_a_private_file_that_can_be_repaired(world: World) -> None:
    dataset = world.contacts()
    source = text(
        row(1), "secret-address,,,,,", row(2) + ",extra", row(3), ",,Nobody,,,", '"quoted\nname@x",,,,,', row(1)
    )
    report = run(world, dataset, source)
    assert (report.stored, report.rejected) == (2, 5)
    assert report.rejected_file is not None
    told = [json.loads(line) for line in report.rejected_file.read_text().splitlines()]
    assert [each["line"] for each in told] == [3, 4, 6, 7, 9]
    assert [each["reason"].split(":")[0] for each in told] == ["email", "(row)", "(row)", "email", "(row)"]
    assert told[0]["email"] == "secret-address"
    assert "secret" not in str(report.reasons)
    assert stat.S_IMODE(report.rejected_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.rejected_file.parent.stat().st_mode) == 0o700
    assert report.rejected_file.parent == Path(settings.TROTH_HOME) / "rejected" / str(world.customer_id)
    repaired = [each for each in told if "raw" not in each][:1]
    repaired[0]["email"] = "repaired@example.org"
    lines = "\n".join(json.dumps(each) for each in repaired).encode()
    assert run(world, dataset, lines, "jsonl").stored == 1
    assert spools.files(world.customer_id) == [report.rejected_file]
    assert spools.purge(world.customer_id) == 1
    assert spools.files(world.customer_id) == []


def test_too_many_rejected_is_nothing_imported(world: World) -> None:
    dataset = world.contacts()
    rows = [row(n) for n in range(3_000)] + ["bad,,,,,"] * 3
    with pytest.raises(TooManyRejected):
        run(world, dataset, text(*rows), max_rejected=2)
    assert world.counts() == {"record": 0, "subject": 0, "identifier": 0, "change": 0, "import": 0}
    assert len(spools.files(world.customer_id)) == 1
    assert run(world, dataset, text(*rows), max_rejected=3).stored == 3_000


def test_spools_expire(world: World) -> None:
    dataset = world.contacts()
    run(world, dataset, text("bad,,,,,"))

    class Later:
        def now(self):  # type: ignore[no-untyped-def]
            from troth.kernel.clock import SYSTEM

            return SYSTEM.now() + timedelta(days=8)

    spools.expire()
    assert len(spools.files(world.customer_id)) == 1
    spools.expire(clock=Later())
    assert spools.files(world.customer_id) == []


ENCODED: list[tuple[str, bytes, dict[str, object]]] = [
    ("utf-8 with mark", b"\xef\xbb\xbf" + text("zo\u00eb@example.org,,Zo\u00eb,,,"), {}),
    ("utf-16 with mark", text("zo\u00eb@example.org,,Zo\u00eb,,,").decode().encode("utf-16"), {}),
    (
        "utf-16-be",
        text("zo\u00eb@example.org,,Zo\u00eb,,,").decode().encode("utf-16-be"),
        {"encoding": "utf-16-be"},
    ),
    ("latin-1", text("zo\u00eb@example.org,,Zo\u00eb,,,").decode().encode("latin-1"), {"encoding": "latin-1"}),
    ("gzip", gzip.compress(text("zo\u00eb@example.org,,Zo\u00eb,,,")), {}),
    ("semicolons", text("zo\u00eb@example.org;;Zo\u00eb;;;", header=HEADER.replace(",", ";")), {}),
    ("tabs", text("zo\u00eb@example.org\t\tZo\u00eb\t\t\t", header=HEADER.replace(",", "\t")), {}),
    (
        "a given delimiter",
        text("zo\u00eb@example.org^^Zo\u00eb^^^", header=HEADER.replace(",", "^")),
        {"delimiter": "^"},
    ),
    ("windows lines", text("zo\u00eb@example.org,,Zo\u00eb,,,").replace(b"\n", b"\r\n"), {}),
    ("no last line end", text("zo\u00eb@example.org,,Zo\u00eb,,,").rstrip(b"\n"), {}),
    ("blank lines", text("", "zo\u00eb@example.org,,Zo\u00eb,,,", "", ""), {}),
    ("named otherwise", text("zo\u00eb@example.org,Zo\u00eb", header="E-Mail,NAME"), {"columns": {"E-Mail": "email"}}),
    ("left out", text("zo\u00eb@example.org,Zo\u00eb,x", header="Email,Name,Junk"), {"columns": {"Junk": ""}}),
    ("quoted", text('"zo\u00eb@example.org","","Zo\u00eb",,,'), {}),
]


@pytest.mark.parametrize(("source", "more"), [entry[1:] for entry in ENCODED], ids=[entry[0] for entry in ENCODED])
def test_every_way_of_writing_csv(world: World, source: bytes, more: dict[str, object]) -> None:
    dataset = world.contacts()
    assert run(world, dataset, source, **more).stored == 1
    (found,) = queries.find(world.permit(), "email", "ZO\u00cb@example.org")
    assert found.values["name"] == "Zo\u00eb"


BROKEN: list[tuple[str, bytes, dict[str, object]]] = [
    ("empty", b"", {}),
    ("blank first line", b"\n" + text(row(1)), {}),
    ("unknown column", text(row(1) + ",x", header=HEADER + ",nose"), {}),
    ("person instead of a header", text(row(1), header=row(2)), {}),
    ("column twice", text("a,b", header="email,Email"), {}),
    ("no known column", text("a", header="line"), {}),
    ("open quote", text(row(1), '"open,,,,,', *(row(n) for n in range(2, 5_000))), {}),
    ("wrong quote", text(row(1), '"a"b,,,,,'), {}),
    ("giant cell", text('"' + "x" * 200_000 + '",,,,,'), {}),
    ("giant line", text("," * 5_000_000), {}),
    ("unknown encoding", text(row(1)), {"encoding": "ebcdic"}),
    ("utf-16 that is none", text(row(1)) + b"\xff", {"encoding": "utf-16-be"}),
    ("long delimiter", text(row(1)), {"delimiter": ";;"}),
    ("cut-off gzip", gzip.compress(text(*(row(n) for n in range(500))))[:-200], {}),
    ("damaged gzip", gzip.compress(text(row(1)))[:12] + b"\0" * 40, {}),
    ("too many columns", text("a", header=",".join(f"c{n}" for n in range(300))), {}),
]


@pytest.mark.parametrize(("source", "more"), [entry[1:] for entry in BROKEN], ids=[entry[0] for entry in BROKEN])
def test_an_unreadable_source_imports_nothing(world: World, source: bytes, more: dict[str, object]) -> None:
    dataset = world.contacts()
    with pytest.raises(SourceUnreadable) as caught:
        run(world, dataset, source, **more)
    assert "person" not in str(caught.value)
    assert world.counts()["record"] == 0


def test_a_bomb_is_not_unpacked(world: World) -> None:
    bomb = gzip.compress(HEADER.encode() + b"\n" + (b",," + b" " * 60_000 + b",,,\n") * 2_000, 9)
    assert len(bomb) < 1_000_000
    with pytest.raises(SourceUnreadable, match="grows"):
        run(world, world.contacts(), bomb, max_rejected=10**9)


def test_bytes_of_another_encoding_refuse_their_row_alone(world: World) -> None:
    dataset = world.contacts()
    source = text(row(1)) + "zo\u00eb@example.org,,Zo\u00eb,,,\n".encode("latin-1") + (row(2) + "\n").encode()
    report = run(world, dataset, source + b"nul\x00@example.org,,,,,\n")
    assert (report.stored, report.rejected) == (2, 2)
    assert "encoding" in next(iter(report.reasons))


def test_json_lines(world: World) -> None:
    dataset = world.contacts()
    lines = [
        json.dumps(person(1)),
        '{"email": "b@example.org", "age": 7, "balance": 1.10}',
        '{"email": "c@example.org", "balance": 1e400}',
        "[1]",
        "not json",
        '{"email": {"deep": 1}}',
        '{"email": "d@example.org", "nose": 1}',
        "",
        '{"Email": "e@example.org", "reason": "x"}',
        "[" * 100_000,
        b'{"email": "\xff"}'.decode("latin-1"),
    ]
    report = run(world, dataset, "\n".join(lines).encode("latin-1"), "jsonl")
    assert (report.rows, report.stored, report.rejected) == (10, 3, 7)
    (found,) = queries.find(world.permit(), "email", "b@example.org")
    assert (found.values["age"], found.values["balance"]) == (7, "1.10")
    with pytest.raises(SourceUnreadable, match="line 2"):
        run(world, dataset, b"\n" + b"x" * 5_000_000, "jsonl")


def test_parquet(world: World, tmp_path: Path) -> None:
    schema = Schema.parse(
        {
            "fields": [
                {"name": "email", "type": "email", "kind": "identifier", "identifier": "email"},
                {"name": "age", "type": "integer"},
                {"name": "balance", "type": "decimal"},
                {"name": "born", "type": "date"},
                {"name": "seen", "type": "timestamp"},
                {"name": "member", "type": "boolean"},
            ]
        }
    )
    dataset = actions.add_dataset(world.permit(), "parquet", schema)
    count = 3_000
    table = pa.table(
        {
            "email": [f"p{n}@example.org" for n in range(count)],
            "age": pa.array([n % 90 if n % 7 else None for n in range(count)], pa.int32()),
            "balance": [n / 4 for n in range(count)],
            "born": [date(1980, 1, 1) + timedelta(days=n) for n in range(count)],
            "seen": pa.array([n * 1_000_000 for n in range(count)], pa.timestamp("us", "UTC")),
            "member": [n % 2 == 0 for n in range(count)],
        }
    )
    path = tmp_path / "people.parquet"
    parquet.write_table(table, path, row_group_size=1_000)
    assert run(world, dataset, path, None).stored == count
    (found,) = queries.find(world.permit(), "email", "p8@example.org")
    assert list(found.values.values()) == [
        "p8@example.org", 8, "2.0", "1980-01-09", "1970-01-01T00:00:08.000000Z", True,
    ]  # fmt: skip
    assert run(world, dataset, path.read_bytes(), "parquet", on_duplicate="skip").skipped == count
    for broken in (b"PAR1", path.read_bytes()[:-50], b"", gzip.compress(path.read_bytes())):
        with pytest.raises(SourceUnreadable):
            run(world, dataset, broken, "parquet")
    assert spools.files(world.customer_id) == []


def test_the_name_tells_the_format(world: World, tmp_path: Path) -> None:
    dataset = world.contacts()
    packed = tmp_path / "people.CSV.gz"
    packed.write_bytes(gzip.compress(text(row(1))))
    assert run(world, dataset, packed, None).format == "csv"
    for name in ("people.xlsx", "people"):
        other = tmp_path / name
        other.write_bytes(text(row(2)))
        with pytest.raises(SourceUnreadable, match="format"):
            run(world, dataset, other, None)
    with pytest.raises(SourceUnreadable):
        run(world, dataset, tmp_path / "missing.csv", None)


def test_only_with_a_permit_and_outside_transactions(world: World) -> None:
    dataset = world.contacts()
    source = io.BytesIO(text(row(1)))
    with pytest.raises(PermitOver):
        imports.run(world.permit(Action.RECORDS_STORE), dataset, source, options=Options("csv"))
    with within(world.customer_id), pytest.raises(WallBreach):
        imports.run(world.permit(), dataset, source, options=Options("csv"))


def _hook(at: int, act: Callable[[], object]) -> Callable[[imports.Progress], None]:
    def progress(seen: imports.Progress) -> None:
        if seen.rows == at:
            act()

    return progress


def test_a_customer_that_closes_meanwhile_wins(world: World) -> None:
    """Closing waits for nobody, and the import finds out before it commits."""
    dataset = world.contacts()
    permit = world.permit()
    closing = aside(lambda: close(world.customer_id, by=job("test")))

    def act() -> None:
        closing.start()
        closing.join(timeout=20)
        assert not closing.is_alive()

    source = io.BytesIO(text(*(row(n) for n in range(4_000))))
    with pytest.raises(CustomerClosed):
        imports.run(permit, dataset, source, options=Options("csv"), progress=_hook(4_000, act))
    assert world.counts()["record"] == 0


def test_one_import_per_customer_at_a_time(world: World) -> None:
    dataset = world.contacts()
    caught: list[BaseException] = []

    def second() -> None:
        try:
            run(world, dataset, text(row(9_999)))
        except ImportRunning as error:
            caught.append(error)

    def act() -> None:
        thread = aside(second)
        thread.start()
        thread.join(timeout=20)

    run(world, dataset, text(*(row(n) for n in range(2_000))), progress=_hook(2_000, act))
    assert len(caught) == 1
    assert run(world, dataset, text(row(9_999))).stored == 1


def test_a_failure_on_the_way_leaves_nothing_and_no_thread(world: World) -> None:
    import threading

    dataset = world.contacts()

    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(world, dataset, text(*(row(n) for n in range(20_000))), progress=_hook(4_000, fail))
    assert world.counts()["record"] == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "vault-ahead"]


CELLS = st.none() | st.sampled_from(
    ["", "a@example.org", "B@example.org", "x", "+33612345678", "1", "1.5", "-0", "\x00"]
)
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(CONTACTS.by_name, CELLS)), min_size=16, max_size=24)
MIXED = st.lists(
    st.fixed_dictionaries({"email": CELLS, "age": CELLS | st.sampled_from([1, True, 1.0, 2.5]), "name": CELLS}),
    min_size=16,
    max_size=20,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ROWS | MIXED)
def test_reading_by_column_is_reading_by_row(rows: list[dict[str, object]]) -> None:
    preparer = Preparer(CONTACTS, b"k" * 32)
    together = preparer.batch(enumerate(rows))
    apart = [preparer.batch([(number, one)]) for number, one in enumerate(rows)]

    def told(batch: object) -> list[object]:
        good = [
            (
                one.number,
                sorted((name, str(type(value)), value) for name, value in one.given.items()),
                one.digests,
                one.packed,
                str(one.lacks),
            )
            for one in batch.good  # type: ignore[attr-defined]
        ]
        return good + [(number, str(error)) for number, error in batch.refused]  # type: ignore[attr-defined]

    assert sorted(told(together), key=str) == sorted([one for batch in apart for one in told(batch)], key=str)
