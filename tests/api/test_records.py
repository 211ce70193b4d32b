"""Records through the API: stored, read, found, corrected, deleted, scanned; one and many."""

import json
import secrets

import pytest

from tests.api.conftest import Api, Home
from tests.fixtures.world import World, logged, logged_leaves
from troth.kernel.ids import new_id


def row(**more: object) -> dict[str, object]:
    return {"email": f"{secrets.token_hex(6)}@example.org", "age": 41, "country": "BE", **more}


def test_one_record_there_and_back(home: Home) -> None:
    sent = row()
    (record_id,) = home.store(sent)
    read = home.api("GET", f"{home.base}/records/{record_id}")
    assert read.status == 200
    assert read.json["values"] == sent
    assert read.headers["ETag"] == '"1"'
    assert logged(home.customer_id)[-1] == "record.read"


def test_a_read_is_logged_with_its_purpose_and_route(home: Home) -> None:
    (record_id,) = home.store(row())
    answer = home.api("GET", f"{home.base}/records/{record_id}", Troth_Purpose="billing")
    operation, leaf = logged_leaves(home.customer_id)[-1]
    assert (operation, leaf["purpose"], leaf["entity"]) == ("record.read", "billing", record_id)
    assert leaf["route"] == "GET /api/v1/customers/{customer_id}/records/{record_id}"
    assert leaf["request_id"] == answer.headers["Troth-Request-Id"]


def test_correcting_with_and_without_a_version(home: Home) -> None:
    (record_id,) = home.store(row())
    path = f"{home.base}/records/{record_id}"
    assert home.api("PATCH", path, {"values": {"age": 42}}, If_Match='"1"').json == {
        "record_id": record_id,
        "version": 2,
        "changed": ["age"],
    }
    stale = home.api("PATCH", path, {"values": {"age": 43}}, If_Match='"1"')
    assert (stale.status, stale.json["code"]) == (412, "vault.stale")
    assert home.api("PATCH", path, {"values": {"age": 43}}).json["version"] == 3
    assert home.api("GET", path).json["values"]["age"] == 43
    for wrong in ("1", 'W/"1"', '"x"', '"1", "2"'):
        assert home.api("PATCH", path, {"values": {"age": 1}}, If_Match=wrong).status == 400
    unknown = home.api("PATCH", path, {"values": {"aeg": 1}})
    assert (unknown.status, unknown.json["code"]) == (422, "vault.row")


def test_deleting(home: Home) -> None:
    (record_id,) = home.store(row())
    assert home.api("DELETE", f"{home.base}/records/{record_id}").json == {"deleted": 1}
    assert home.api("GET", f"{home.base}/records/{record_id}").status == 404
    assert home.api("DELETE", f"{home.base}/records/{record_id}").status == 404


def test_finding_by_identifier_in_the_body_only(home: Home) -> None:
    sent = row()
    (record_id,) = home.store(sent)
    found = home.api("POST", f"{home.base}/records/find", {"kind": "email", "value": str(sent["email"]).upper()})
    assert [one["record_id"] for one in found.json["records"]] == [record_id]
    none = home.api("POST", f"{home.base}/records/find", {"kind": "email", "value": "nobody@example.org"})
    assert none.json["records"] == []
    many = home.api(
        "POST",
        f"{home.base}/records/find-many",
        {"identifiers": [{"kind": "email", "value": sent["email"]}, {"kind": "email", "value": "nobody@example.org"}]},
    )
    assert [len(one) for one in many.json["found"]] == [1, 0]
    assert many.json["found"][0] == found.json["records"]
    operation, leaf = logged_leaves(home.customer_id)[-1]
    assert (operation, leaf["count"]) == ("records.found", 1)
    assert home.api("POST", f"{home.base}/records/find", {"kind": "shoe", "value": "42"}).status == 422


def test_batches(home: Home) -> None:
    ids = home.store(*[row(age=age) for age in range(500)])
    stranger = str(new_id())
    read = home.api("POST", f"{home.base}/records/read", {"record_ids": [*ids, stranger]}).json
    assert [one["record_id"] for one in read["records"]] == ids
    assert read["missing"] == [stranger]
    fixes = [{"record_id": one, "values": {"age": 1000}, "version": 1} for one in ids[:20]]
    fixed = home.api("POST", f"{home.base}/records/correct", {"corrections": fixes})
    assert {one["version"] for one in fixed.json["records"]} == {2}
    again = home.api("POST", f"{home.base}/records/correct", {"corrections": [*fixes[:1], *fixes[5:]]})
    assert again.status == 412
    assert again.json["errors"][0]["where"] == "$.corrections[0]"
    gone = home.api("POST", f"{home.base}/records/delete", {"record_ids": ids[:20]})
    assert gone.json == {"deleted": 20}
    half = home.api("POST", f"{home.base}/records/delete", {"record_ids": [ids[20], ids[0]]})
    assert half.status == 404
    assert home.api("GET", f"{home.base}/records/{ids[20]}").status == 200


def test_a_batch_is_stored_whole_or_not_at_all(home: Home) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    refused = home.api("POST", path, {"records": [row(), row(age="old"), row()]})
    assert refused.status == 422
    assert [each["where"] for each in refused.json["errors"]] == ["$.records[1].age"]
    assert "old" not in refused.body.decode().replace("threshold", "")
    assert home.api("GET", path).json["records"] == []
    sent = row()
    assert home.api("POST", path, {"records": [sent]}).status == 201
    assert home.api("POST", path, {"records": [sent]}).status == 409
    skipped = home.api("POST", path, {"records": [sent], "on_duplicate": "skip"})
    assert skipped.json["records"][0]["status"] == "skipped"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"records": []},
        {"records": [1]},
        {"records": [{}] * 10_001},
        {"records": [{"email": "a@example.org"}], "on_duplicate": "overwrite"},
        {"records": [{"email": "a@example.org"}], "extra": 1},
        [],
        None,
        "x",
        {"records": [{"email": {"nested": "a@example.org"}}]},
    ],
)
def test_bodies_that_do_not_fit(home: Home, body: object) -> None:
    answer = home.api("POST", f"{home.base}/datasets/{home.dataset_id}/records", body)
    assert answer.status == 422, answer.body
    assert home.api("GET", f"{home.base}/datasets/{home.dataset_id}/records").json["records"] == []


def test_paging(home: Home) -> None:
    ids = home.store(*[row() for _ in range(25)])
    path, seen, cursor = f"{home.base}/datasets/{home.dataset_id}/records", [], ""
    while True:
        page = home.api("GET", f"{path}?limit=10{cursor}").json
        seen += [one["record_id"] for one in page["records"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted(ids)
    for limit in ("0", "1001", "x", "-1", "1e3", "９", ""):
        assert home.api("GET", f"{path}?limit={limit}").status == 422


def test_a_scan_streams_what_matches_and_says_its_end(home: Home) -> None:
    home.store(*[row(age=age) for age in range(300)])
    path = f"{home.base}/datasets/{home.dataset_id}/scan"
    answer = home.api("POST", path, {"where": 'age >= 290 and country = "BE"'})
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert lines[-1] == {"end": True, "count": 10}
    assert sorted(line["values"]["age"] for line in lines[:-1]) == list(range(290, 300))
    assert home.api("POST", path, {"where": "age >="}).status == 422
    assert home.api("POST", path, {"where": "shoe = 1"}).status == 422


def test_a_role_reads_what_the_table_says(world: World, home: Home) -> None:
    (record_id,) = home.store(row())
    viewer = Api(world.api_key(world.person(home.customer_id, "viewer")), **{"Troth-Purpose": "test"})
    assert viewer("GET", f"{home.base}/records/{record_id}").status == 200
    refused = viewer("DELETE", f"{home.base}/records/{record_id}")
    assert (refused.status, refused.json["code"]) == (403, "access.not_allowed")
    assert logged(home.customer_id)[-1] == "records.delete"


def test_without_a_purpose_nothing_is_shown(world: World, home: Home) -> None:
    (record_id,) = home.store(row())
    silent = Api(world.api_key(home.owner))
    for purpose in ({}, {"Troth-Purpose": "Two Words"}, {"Troth-Purpose": ""}):
        answer = silent("GET", f"{home.base}/records/{record_id}", **purpose)
        assert (answer.status, answer.json["code"]) == (422, "access.purpose_needed")


def test_staff_give_a_reason(world: World, home: Home) -> None:
    (record_id,) = home.store(row())
    staff = Api(world.api_key(world.staff("support")), **{"Troth-Purpose": "support"})
    refused = staff("GET", f"{home.base}/records/{record_id}")
    assert (refused.status, refused.json["code"]) == (403, "access.reason_needed")
    seen = staff(
        "GET",
        f"{home.base}/records/{record_id}",
        **{"Troth-Reason": "Ticket 7, d\u00e9j\u00e0 vu".encode().decode("latin-1")},
    )
    assert seen.status == 200
    nobody_there = staff("GET", f"/api/v1/customers/{new_id()}/records/{record_id}", **{"Troth-Reason": "Ticket 7"})
    assert nobody_there.status == 404


def test_a_read_survives_a_connection_that_died_while_it_waited(home: Home) -> None:
    import psycopg
    from django.db import connections

    (record_id,) = home.store(row())
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    target = connections["owner"].get_connection_params()
    with psycopg.connect(host=target["host"], user="troth_admin", dbname=target["dbname"], autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
    assert home.api("GET", f"{home.base}/records/{record_id}").status == 200


def test_both_ways_of_reading_say_and_log_the_same(world: World, home: Home) -> None:
    """Staff take the common way, everyone else the quick one."""
    (record_id,) = home.store(row())
    staff = Api(world.api_key(world.staff("support")), **{"Troth-Purpose": "test", "Troth-Reason": "Ticket 8"})
    quick = home.api("GET", f"{home.base}/records/{record_id}")
    common = staff("GET", f"{home.base}/records/{record_id}")
    assert (quick.json, quick.headers["ETag"]) == (common.json, common.headers["ETag"])
    first, second = [leaf for operation, leaf in logged_leaves(home.customer_id) if operation == "record.read"]
    assert set(second) - set(first) <= {"reason"}
    assert (first["entity"], first["route"], first["outcome"]) == (
        second["entity"],
        second["route"],
        second["outcome"],
    )
