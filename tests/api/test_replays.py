"""A write that is sent twice happens once."""

import threading

from django.db import connections

from tests.api.conftest import Answer, Api, Home
from tests.fixtures.world import World, logged


def test_the_same_request_is_done_once_and_answered_the_same(home: Home) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    body = {"records": [{"email": "once@example.org"}]}
    first = home.api("POST", path, body, Idempotency_Key="k1")
    second = home.api("POST", path, body, Idempotency_Key="k1")
    assert (first.status, first.json) == (second.status, second.json)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(home.api("GET", path).json["records"]) == 1


def test_the_same_key_with_another_request_is_refused(home: Home) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    home.api("POST", path, {"records": [{"email": "a@example.org"}]}, Idempotency_Key="k1")
    other = home.api("POST", path, {"records": [{"email": "b@example.org"}]}, Idempotency_Key="k1")
    assert (other.status, other.json["code"]) == (422, "api.idempotency_key_reused")
    elsewhere = home.api("POST", f"{home.base}/api-keys", {"name": "x"}, Idempotency_Key="k1")
    assert elsewhere.status == 422


def test_a_failure_is_not_remembered(home: Home) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    body = {"records": [{"email": "later@example.org"}]}
    (record_id,) = home.store({"email": "later@example.org"})
    assert home.api("POST", path, body, Idempotency_Key="k1").status == 409
    home.api("DELETE", f"{home.base}/records/{record_id}")
    assert home.api("POST", path, body, Idempotency_Key="k1").status == 201


def test_keys_of_two_people_do_not_meet(world: World, home: Home, neighbour: Home) -> None:
    other = Api(world.api_key(world.person(home.customer_id, "manager")), **{"Troth-Purpose": "test"})
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    assert home.api("POST", path, {"records": [{"email": "p@example.org"}]}, Idempotency_Key="k1").status == 201
    assert other("POST", path, {"records": [{"email": "q@example.org"}]}, Idempotency_Key="k1").status == 201
    theirs = f"{neighbour.base}/datasets/{neighbour.dataset_id}/records"
    assert neighbour.api("POST", theirs, {"records": [{"email": "r@example.org"}]}, Idempotency_Key="k1").status == 201


def test_two_at_the_same_time_are_one(home: Home) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    body = {"records": [{"email": f"many{number}@example.org"} for number in range(200)]}
    answers: list[Answer] = []

    def send() -> None:
        try:
            answers.append(home.api("POST", path, body, Idempotency_Key="race"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert len(home.api("GET", f"{path}?limit=1000").json["records"]) == 200


def test_an_api_key_is_shown_in_the_first_answer_alone(home: Home) -> None:
    first = home.api("POST", f"{home.base}/api-keys", {"name": "robot", "days": 3}, Idempotency_Key="k9")
    second = home.api("POST", f"{home.base}/api-keys", {"name": "robot", "days": 3}, Idempotency_Key="k9")
    assert first.json["key"].startswith("troth_")
    assert second.json["key"] is None
    assert first.json["key_id"] == second.json["key_id"]
    secret = first.json["key"].split("_", 2)[2]
    from troth.kernel import wall

    with wall.within(home.customer_id), connections["default"].cursor() as cursor:
        cursor.execute("select api_replay::text, convert_from(answer, 'UTF8') from api_replay")
        assert all(secret not in str(row) for row in cursor.fetchall())


def test_a_customer_is_added_once(world: World) -> None:
    staff = Api(world.api_key(world.staff()))
    first = staff("POST", "/api/v1/customers", {"name": "Once Ltd"}, Idempotency_Key="c1")
    second = staff("POST", "/api/v1/customers", {"name": "Once Ltd"}, Idempotency_Key="c1")
    assert (first.status, second.status) == (201, 201)
    assert first.json == second.json
    assert staff("POST", "/api/v1/customers", {"name": "once  LTD"}).status == 409


def test_a_customer_whose_adding_broke_off_is_found_again(world: World, monkeypatch: object) -> None:
    from troth.api import replays

    staff = Api(world.api_key(world.staff()))
    with __import__("pytest").MonkeyPatch.context() as patch:
        patch.setattr(replays, "_remember", lambda *_: 1 / 0)
        assert staff("POST", "/api/v1/customers", {"name": "Broken Off Ltd"}, Idempotency_Key="c2").status == 500
    again = staff("POST", "/api/v1/customers", {"name": "Broken Off Ltd"}, Idempotency_Key="c2")
    assert again.status == 201
    assert logged(__import__("uuid").UUID(again.json["customer_id"])) == ["customer.add"]
