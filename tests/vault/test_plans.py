"""The plans that must be index scans, also where the planner knows nothing of a table or believes it empty."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from tests.vault.conftest import World, person
from troth.kernel.wall import within
from troth.vault import actions, statements

PEOPLE = 100_000


@pytest.fixture
def admin() -> Iterator["psycopg.Cursor[Any]"]:
    """The cluster's administrator, in a transaction that is rolled back."""
    owner = connections["owner"].get_connection_params()
    with psycopg.connect(host=owner["host"], user="troth_admin", dbname=owner["dbname"]) as connection:
        with connection.cursor() as cursor:
            yield cursor
        connection.rollback()


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


def _explained(cursor: Any, query: bytes, params: list[object]) -> list[dict[str, Any]]:
    cursor.execute(b"EXPLAIN (FORMAT JSON) " + query, params)
    found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    return list(_nodes(plan[0]["Plan"]))


@pytest.mark.parametrize("known", [True, False], ids=["analysed", "analysed while empty"])
def test_finding_someone_is_an_index_scan(world: World, admin: "psycopg.Cursor[Any]", known: bool) -> None:
    dataset = world.contacts()
    admin.execute(
        "insert into vault_subject (customer_id, subject_id, page, slot, state, created_at)"
        " select %s, gen_random_uuid(), 1000000 + n / 256, n %% 256, 'active', now() from generate_series(1, %s) n",
        [world.customer_id, PEOPLE],
    )
    admin.execute(
        "insert into vault_identifier (customer_id, kind, digest, subject_id)"
        " select customer_id, 'email', decode(md5(subject_id::text), 'hex'), subject_id from vault_subject"
        " where customer_id = %s and page >= 1000000",
        [world.customer_id],
    )
    admin.execute(
        "insert into vault_record (customer_id, record_id, dataset_id, subject_id, schema_version, version, single,"
        " sealed, created_at, updated_at) select customer_id, gen_random_uuid(), %s, subject_id, 1, 1, true, '', now(),"
        " now() from vault_subject where customer_id = %s and page >= 1000000",
        [dataset, world.customer_id],
    )
    if known:
        admin.execute("analyze vault_subject, vault_identifier, vault_record")
    else:
        admin.execute("update pg_class set reltuples = 0, relpages = 1 where relname like 'vault\\_%'")
    admin.execute("set local role troth_app")
    admin.execute("select set_config('troth.customer', %s, true)", [str(world.customer_id)])
    nodes = _explained(
        admin, statements.FIND, [*[world.customer_id] * 2, "email", b"\0" * 16, world.customer_id, 1_000]
    )
    scans = {node["Relation Name"]: node for node in nodes if "Relation Name" in node}
    assert {scan["Node Type"] for scan in scans.values()} <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
    conditions = [node.get("Index Cond", "") for node in nodes]
    assert any("digest" in each and "kind" in each for each in conditions), conditions
    told = [(n["Node Type"], n.get("Index Name"), n.get("Index Cond"), n.get("Filter")) for n in nodes]
    assert sum("subject_id" in each for each in conditions) >= 2, told
    for query, key in ((statements.RECORDS, "record_id"), (statements.SUBJECTS_RECORDS, "subject_id")):
        ids = [uuid4() for _ in range(1_000)]
        more = [world.customer_id] * 2 + ([1_000] if query is statements.SUBJECTS_RECORDS else [])
        many = _explained(admin, query, [ids, *more])
        found = [
            (n["Node Type"], n.get("Index Cond", "")) for n in many if n.get("Relation Name", "").startswith("vault_")
        ]
        assert len(found) == 2
        for kind, condition in found:
            assert kind in {"Index Scan", "Bitmap Heap Scan"}, found
            assert key in condition or "subject_id" in condition or kind == "Bitmap Heap Scan", found


@pytest.mark.parametrize("table", ["vault_record", "vault_identifier", "vault_change"])
def test_a_subject_s_rows_are_found_by_subject_even_when_nothing_is_known(
    admin: "psycopg.Cursor[Any]", world: World, table: str
) -> None:
    admin.execute("update pg_class set reltuples = 0, relpages = 1 where relname like 'vault\\_%'")
    admin.execute("set local enable_seqscan = off")
    query = f"DELETE FROM {table} WHERE customer_id = %b AND subject_id = %b".encode()
    nodes = _explained(admin, query, [world.customer_id, world.customer_id])
    conditions = [node.get("Index Cond", "") for node in nodes]
    assert any("customer_id" in each and "subject_id" in each for each in conditions), conditions


def test_recognising_people_asks_the_index_alone(admin: "psycopg.Cursor[Any]", world: World) -> None:
    admin.execute("update pg_class set reltuples = 0, relpages = 1 where relname like 'vault\\_%'")
    admin.execute("set local enable_seqscan = off")
    query = statements.MATCH.replace(b"%b", b"%s")
    nodes = _explained(admin, query, [["email"] * 2_000, [b"\0" * 16] * 2_000, world.customer_id])
    assert any("digest" in node.get("Index Cond", "") for node in nodes), nodes


def test_paging_is_an_index_scan(world: World) -> None:
    dataset = world.contacts()
    actions.store(world.permit(), dataset, [person(n) for n in range(50)])
    with within(world.customer_id):
        cursor = psycopg.Cursor(connections["default"].connection)
        cursor.execute("set local enable_seqscan = off")
        nodes = _explained(cursor, statements.PAGE, [world.customer_id, dataset, world.customer_id, 10])
    assert any("dataset_id" in node.get("Index Cond", "") for node in nodes)
    assert not any(node["Node Type"] == "Sort" for node in nodes)
