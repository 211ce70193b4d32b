"""Scans that open everything and keep little; exports that say no name; what erasure removes and counts."""

import csv
import hashlib
import json
import stat
from pathlib import Path
from uuid import UUID

import pytest
from pyarrow import parquet

from tests.vault.conftest import World, person
from troth.access.errors import PermitOver
from troth.access.roles import Action
from troth.kernel.errors import Invalid, NotFound
from troth.kernel.ids import new_id
from troth.kernel.wall import WallBreach, within
from troth.vault import actions, exports, purging, queries, scans, spools
from troth.vault.errors import FilterInvalid, SpoolGone
from troth.vault.exports import Order

PEOPLE = 2_500


@pytest.fixture(scope="module")
def full() -> tuple[World, UUID]:
    """A customer with a dataset of people."""
    world = World()
    dataset = world.contacts()
    actions.store(world.permit(), dataset, [person(n) for n in range(PEOPLE)])
    return world, dataset


def test_a_scan_finds_what_matches_in_order(full: tuple[World, UUID]) -> None:
    world, dataset = full
    found = [record for batch in scans.scan(world.permit(), dataset, "age >= 78 and tier = 'gold'") for record in batch]
    assert [record.values["email"] for record in found] == [
        f"person{n}@example.org" for n in range(PEOPLE) if 20 + n % 60 >= 78 and n % 2
    ]
    assert sum(len(batch) for batch in scans.scan(world.permit(), dataset)) == PEOPLE
    assert list(scans.scan(world.permit(), dataset, "age > 200")) == []


def test_a_scan_is_logged_before_it_answers(full: tuple[World, UUID]) -> None:
    world, dataset = full
    before = len(world.logged("records.scanned"))
    batches = scans.scan(world.permit(), dataset, "name = 'Person 7'")
    assert len(world.logged("records.scanned")) == before
    (record,) = next(batches)
    leaves = [leaf for _, leaf in world.logged("records.scanned")[before:]]
    assert record.values["name"] == "Person 7"
    assert leaves[0]["detail"]["filter_fields"] == ["name"]
    assert leaves[0]["count"] == 1
    assert "Person 7" not in str(leaves)


def test_a_scan_is_refused_at_once(full: tuple[World, UUID]) -> None:
    world, dataset = full
    with pytest.raises(FilterInvalid):
        scans.scan(world.permit(), dataset, "nose = 1")
    with pytest.raises(NotFound):
        scans.scan(world.permit(), new_id())
    with pytest.raises(NotFound):
        scans.scan(World().permit(), dataset)
    with pytest.raises(PermitOver):
        scans.scan(world.permit(Action.RECORDS_READ), dataset)
    with within(world.customer_id), pytest.raises(WallBreach):
        scans.scan(world.permit(), dataset)


def test_fat_records_make_small_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = world.contacts()
    actions.store(world.permit(), dataset, [person(n, name="x" * 20_000) for n in range(300)])
    monkeypatch.setattr(scans, "SCAN_BYTES", 400_000)
    sizes = [len(batch) for batch in scans.scan(world.permit(), dataset)]
    assert sum(sizes) == 300
    assert max(sizes[1:]) <= 20


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
def test_an_export_names_nobody(full: tuple[World, UUID], format_: exports.Format) -> None:
    world, dataset = full
    order = Order("bureau", ("email", "phone", "age"), format_, where="age < 22")
    done = exports.pseudonymous(world.permit(), dataset, order)
    again = exports.pseudonymous(world.permit(), dataset, order)
    other = exports.pseudonymous(world.permit(), dataset, Order("agency", ("email", "age"), format_, where="age < 22"))
    first, second, third = (_read(export.path, format_) for export in (done, again, other))
    assert len(first) == done.rows == sum(1 for n in range(PEOPLE) if n % 60 < 2)
    assert [row["email"] for row in first] == [row["email"] for row in second]
    assert {row["email"] for row in first}.isdisjoint(row["email"] for row in third)
    assert all(len(str(row["email"])) == 32 for row in first)
    assert {str(row["age"]) for row in first} == {"20", "21"}
    raw = done.path.read_bytes()
    assert b"person" not in raw
    assert b"+336" not in raw
    for path in (done.path, done.manifest):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    manifest = json.loads(done.manifest.read_text())
    assert (manifest["digest"], manifest["rows"], manifest["identifiers"]) == ("keyed", done.rows, ["email", "phone"])
    assert manifest["warning"] == exports.KEYED
    (_, leaf) = world.logged("dataset.exported")[-1]
    assert leaf["detail"]["recipient"] == "agency"
    assert world.logged("records.exported")


def _read(path: Path, format_: str) -> list[dict[str, object]]:
    if format_ == "csv":
        with path.open(newline="") as text:
            return list(csv.DictReader(text))
    if format_ == "jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    found: list[dict[str, object]] = parquet.read_table(path).to_pylist()
    return found


def test_plain_digests_need_a_reason_and_say_what_they_are(full: tuple[World, UUID]) -> None:
    world, dataset = full
    for wrong in (
        Order("bureau", ("email",), digest="md5"),
        Order("bureau", ("email",), digest="sha256", need="  "),
        Order("bureau", ("nose",)),
        Order("bureau", ()),
        Order("bureau", ("age", "age")),
        Order("../bureau", ("age",)),
        Order("bureau", ("age",), format="xml"),  # type: ignore[arg-type]
    ):
        with pytest.raises(Invalid):
            exports.pseudonymous(world.permit(), dataset, wrong)
    order = Order("platform", ("email",), digest="sha256", need="Platform's match format v3", where="name = 'Person 7'")
    done = exports.pseudonymous(world.permit(), dataset, order)
    (row,) = _read(done.path, "csv")
    assert row["email"] == hashlib.sha256(b"person7@example.org").hexdigest()
    manifest = json.loads(done.manifest.read_text())
    assert manifest["warning"] == exports.WEAK
    assert manifest["need"] == "Platform's match format v3"
    with pytest.raises(PermitOver):
        exports.pseudonymous(world.permit(Action.RECORDS_SCAN), dataset, order)


def test_formulas_are_disarmed_for_spreadsheets_only(world: World) -> None:
    dataset = world.contacts()
    actions.store(world.permit(), dataset, [person(1, name="=1+1", balance="-5")])
    fields = ("name", "balance")
    plain = exports.pseudonymous(world.permit(), dataset, Order("a", fields))
    people = exports.pseudonymous(world.permit(), dataset, Order("a", fields, spreadsheet=True))
    assert plain.path.read_text() == "name,balance\n=1+1,-5\n"
    assert people.path.read_text() == "name,balance\n'=1+1,'-5\n"


def test_an_export_that_an_erasure_took_away_is_not_finished(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = world.contacts()
    actions.store(world.permit(), dataset, [person(1)])
    whole = scans._batches

    def meanwhile(*args: object) -> object:
        yield from whole(*args)  # type: ignore[arg-type]
        assert spools.purge(world.customer_id) == 1

    monkeypatch.setattr(scans, "_batches", meanwhile)
    with pytest.raises(SpoolGone):
        exports.pseudonymous(world.permit(), dataset, Order("a", ("age",)))
    assert spools.files(world.customer_id) == []


def test_frozen_people_are_in_no_scan_and_no_export(world: World) -> None:
    dataset = world.contacts()
    done = actions.store(world.permit(), dataset, [person(1), person(2)])
    actions.freeze(world.permit(), queries.get(world.permit(), done.records[0][0]).subject_id)
    assert [record.values["name"] for batch in scans.scan(world.permit(), dataset) for record in batch] == ["Person 2"]
    assert exports.pseudonymous(world.permit(), dataset, Order("a", ("age",))).rows == 1


def test_a_subject_is_purged_and_nobody_else(world: World) -> None:
    one, other = world.contacts(), world.contacts()
    done = actions.store(world.permit(), one, [person(1), person(2)])
    actions.store(world.permit(), other, [person(1)])
    actions.correct(world.permit(), done.records[0][0], {"age": 1})
    subject = queries.get(world.permit(), done.records[0][0]).subject_id
    permit = world.permit()
    assert purging.survivors(permit, subject) == {
        "vault_change": 1, "vault_identifier": 2, "vault_record": 2, "vault_subject": 1,
    }  # fmt: skip
    assert purging.purge_subject(permit, subject) == {
        "vault_change": 1, "vault_identifier": 2, "vault_record": 2, "vault_subject": 1,
    }  # fmt: skip
    assert set(purging.survivors(permit, subject).values()) == {0}
    assert set(purging.purge_subject(permit, subject).values()) == {0}
    assert world.counts()["record"] == 1
    with pytest.raises(PermitOver):
        purging.purge_subject(world.permit(Action.RECORDS_DELETE), subject)


def test_a_customer_is_purged_in_batches_and_nobody_else(world: World) -> None:
    other = World()
    for each in (world, other):
        dataset = each.contacts()
        actions.store(each.permit(), dataset, [person(n) for n in range(250)])
        actions.store(each.permit(), dataset, [person(n, age=1) for n in range(30)], on_duplicate="update")
    before = purging.survivors(other.permit())
    held = purging.survivors(world.permit())
    steps = list(purging.purge_customer(world.permit(), batch=100))
    assert {table: sum(n for name, n in steps if name == table) for table in purging.TABLES if held[table]} == {
        table: count for table, count in held.items() if count
    }
    assert max(count for _, count in steps) <= 100
    assert set(purging.survivors(world.permit()).values()) == {0}
    assert purging.survivors(other.permit()) == before
    assert list(purging.purge_customer(world.permit())) == []
    # Broken off and taken up again, it ends just the same.
    interrupted = purging.purge_customer(other.permit(), batch=60)
    for _ in range(5):
        next(interrupted)
    interrupted.close()
    list(purging.purge_customer(other.permit(), batch=60))
    assert set(purging.survivors(other.permit()).values()) == {0}


def test_every_table_of_the_vault_is_purged(world: World) -> None:
    found = world.fetch("select relname from pg_class where relname like 'vault\\_%%' and relkind = 'r' order by 1")
    assert [name for (name,) in found] == sorted(purging.TABLES)
