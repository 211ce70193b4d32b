"""Erasing a person and deleting a customer through the API."""

from tests.api.conftest import Api, Home
from tests.fixtures.world import World


def _subject(home: Home) -> str:
    (record_id,) = home.store({"email": "gone@example.org", "age": 30})
    return str(home.api("GET", f"{home.base}/records/{record_id}").json["subject_id"])


def test_a_person_is_withheld_from_the_request_on(home: Home) -> None:
    subject_id = _subject(home)
    shown = home.api("GET", f"{home.base}/subjects/{subject_id}").json
    assert shown["state"] == "active"
    assert shown["identifiers"] == ["email"]
    asked = home.api("POST", f"{home.base}/subjects/{subject_id}/erasure", Idempotency_Key="e1")
    assert asked.status == 202
    again = home.api("POST", f"{home.base}/subjects/{subject_id}/erasure", Idempotency_Key="e1")
    assert again.json == asked.json
    other = home.api("POST", f"{home.base}/subjects/{subject_id}/erasure")
    assert (other.json["erasure_id"], other.json["created"]) == (asked.json["erasure_id"], False)
    record_id = shown["records"][0]["record_id"]
    assert home.api("GET", f"{home.base}/records/{record_id}").status == 410
    found = home.api("POST", f"{home.base}/records/find", {"kind": "email", "value": "gone@example.org"})
    assert found.json["records"] == []
    progress = home.api("GET", f"{home.base}/erasures/{asked.json['erasure_id']}").json
    assert progress["target_id"] == subject_id
    assert progress["production"]["state"] == "running"
    assert progress["steps"]
    assert [one["erasure_id"] for one in home.api("GET", f"{home.base}/erasures").json["erasures"]] == [
        asked.json["erasure_id"]
    ]


def test_calling_it_off_brings_the_person_back(home: Home) -> None:
    subject_id = _subject(home)
    erasure_id = home.api("POST", f"{home.base}/subjects/{subject_id}/erasure").json["erasure_id"]
    assert home.api("POST", f"{home.base}/erasures/{erasure_id}/retry").status == 202
    assert home.api("POST", f"{home.base}/erasures/{erasure_id}/cancel").json["state"] == "cancelled"
    found = home.api("POST", f"{home.base}/records/find", {"kind": "email", "value": "gone@example.org"})
    assert len(found.json["records"]) == 1


def test_a_customer_goes_with_its_name_typed_by_its_owner(world: World, home: Home) -> None:
    name = home.api("GET", home.base).json["name"]
    assert home.api("POST", f"{home.base}/erasure", {"typed_name": name.lower()}).status == 422
    assert home.api("POST", f"{home.base}/erasure", {"typed_name": name, "grace_seconds": -1}).status == 422
    admin = Api(world.api_key(world.person(home.customer_id, "administrator")))
    assert admin("POST", f"{home.base}/erasure", {"typed_name": name}).status == 403
    asked = home.api("POST", f"{home.base}/erasure", {"typed_name": name, "grace_seconds": 3600}, Idempotency_Key="d")
    assert asked.status == 202, asked.body
    assert asked.json["receipt"]
    again = home.api("POST", f"{home.base}/erasure", {"typed_name": name, "grace_seconds": 3600}, Idempotency_Key="d")
    assert (again.status, again.json["receipt"]) == (202, None)
    assert home.api("GET", home.base).json["state"] == "closing"
    closed = home.api(
        "POST", f"{home.base}/datasets/{home.dataset_id}/records", {"records": [{"email": "a@b.example"}]}
    )
    assert closed.status == 409
    erasure_id = asked.json["erasure_id"]
    assert home.api("POST", f"{home.base}/erasures/{erasure_id}/cancel").json["state"] == "cancelled"
    assert home.api("GET", home.base).json["state"] == "active"
