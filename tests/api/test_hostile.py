"""What hostile or broken clients send: always a problem document, never a stack, never a change, never a leak."""

import json

import pytest

from tests.api.conftest import Api, Home
from tests.fixtures.world import World
from troth.api import limits


@pytest.fixture
def path(home: Home) -> str:
    return f"{home.base}/datasets/{home.dataset_id}/records"


DEEP = b'{"records": [' + b'{"email": ' * 20 + b'"x"' + b"}" * 20 + b"]}"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "api.body_unreadable"),
        (b'{"records": [}', "api.body_unreadable"),
        (b'{"records": [], "records": []}', "api.body_unreadable"),
        (b'{"records": [{"email": "a@example.org", "email": "b@example.org"}]}', "api.body_unreadable"),
        (b"[" * 100_000, "api.body_unreadable"),
        (b"[" * 900 + b"]" * 900, "api.body_unreadable"),
        (DEEP, "api.body_unreadable"),
        (b'{"records": [{"age": ' + b"9" * 5_000 + b"}]}", "api.body_unreadable"),
        (b'{"records": [{"age": NaN}]}', "api.body_unreadable"),
        (b'{"records": [{"age": -Infinity}]}', "api.body_unreadable"),
        (b'{"records": [{"email": "a\\u0000b@example.org"}]}', "api.body_unreadable"),
        (b'{"records": [{"a\\u0000b": 1}]}', "api.body_unreadable"),
        (b'{"records": [{"email": "\\ud800@example.org"}]}', "api.body_unreadable"),
        (b'{"records": [{"email": "\xff@example.org"}]}', "api.body_unreadable"),
        (b"\xef\xbb\xbf{}", "api.body_unreadable"),
        ('{"records": []}'.encode("utf-16"), "api.body_unreadable"),
        (b'{"records": [{"age": 1e400}]}', "vault.rows"),
        (b'{"records": [{"age": 1e308}]}', "vault.rows"),
        (b'{"records": [{"__class__": "x"}]}', "vault.rows"),
        (b"null", "api.body_invalid"),
        (b"1", "api.body_invalid"),
    ],
)
def test_bodies_that_are_no_good(home: Home, path: str, raw: bytes, code: str) -> None:
    answer = home.api("POST", path, raw=raw)
    assert answer.status in {400, 422}
    assert answer.json["code"] == code, answer.body
    assert home.api("GET", path).json["records"] == []


def test_bodies_that_are_too_large(home: Home, path: str) -> None:
    too_large = home.api("POST", path, raw=b" " * (limits.BATCH_BYTES + 1))
    assert (too_large.status, too_large.json["code"]) == (413, "api.body_too_large")
    for small in (f"{home.base}/datasets", f"{home.base}/api-keys"):
        assert home.api("POST", small, raw=b" " * (limits.BODY_BYTES + 1)).status == 413


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "", "multipart/form-data; boundary=x", "application/json; charset=latin-1"],
)
def test_content_types(home: Home, path: str, content_type: str) -> None:
    answer = home.api("POST", path, raw=b'{"records": []}', content_type=content_type)
    assert (answer.status, answer.json["code"]) == (415, "api.not_json")
    listed = home.api("POST", f"{home.base}/datasets", raw=b"name=x", content_type=content_type)
    assert listed.status == 415


@pytest.mark.parametrize("length", ["x", "-1", "99999999999999999999", "1.5"])
def test_lengths_that_lie(home: Home, path: str, length: str) -> None:
    answer = home.api("POST", path, raw=b'{"records": []}', Content_Length=length)
    assert answer.status in {400, 413, 422}


def test_a_body_in_chunks_is_asked_for_its_length(home: Home, path: str) -> None:
    answer = home.api("POST", path, raw=b'{"records": []}', Transfer_Encoding="chunked")
    assert (answer.status, answer.json["code"]) == (411, "api.length_required")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND"])
def test_methods_that_a_route_does_not_take(home: Home, path: str, method: str) -> None:
    for each in (path, f"{home.base}/datasets", "/api/v1/customers"):
        answer = home.api(method, each, {} if method in {"PUT", "PATCH", "DELETE"} else None)
        assert answer.status == 405, each
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/customers",
        "/api/v1/customers/x",
        "/api/v1/customers//records",
        "/api/v1/customers/%00",
        "/api/docs/../settings.py",
        "/api/docs/x.js",
        "/api/v1/actor/",
    ],
)
def test_paths_that_lead_nowhere(home: Home, path: str) -> None:
    answer = home.api("GET", path)
    assert (answer.status, answer.json["code"]) == (404, "api.no_such_route")


@pytest.mark.parametrize("name", ["Troth-Purpose", "Troth-Reason", "Idempotency-Key", "If-Match"])
@pytest.mark.parametrize("value", ["a\x00b", "a\x1bb", "\xff\xfe", "x" * 3_000])
def test_headers_that_are_no_good(home: Home, name: str, value: str) -> None:
    (record_id,) = home.store({"email": "header@example.org"})
    answer = home.api("PATCH", f"{home.base}/records/{record_id}", {"values": {"age": 1}}, **{name: value})
    assert answer.status in {400, 422}, answer.body


@pytest.mark.parametrize(
    "value", ["Basic dXNlcjpwYXNz", "Bearer", "bearer x y", "Token x", "Bearer troth_\x00", "Bearer " + "x" * 10_000]
)
def test_authorisation_headers(home: Home, value: str) -> None:
    assert Api(None, Authorization=value)("GET", f"{home.base}/datasets").status == 401


def test_a_cursor_of_another_customer_or_listing(home: Home, neighbour: Home) -> None:
    home.store(*[{"email": f"c{number}@example.org"} for number in range(3)])
    path = f"/datasets/{home.dataset_id}/records"
    cursor = home.api("GET", f"{home.base}{path}?limit=1").json["next"]
    assert home.api("GET", f"{home.base}{path}?limit=1&cursor={cursor}").status == 200
    theirs = neighbour.api("GET", f"{neighbour.base}/datasets/{neighbour.dataset_id}/records?cursor={cursor}")
    assert (theirs.status, theirs.json["code"]) == (400, "api.cursor_invalid")
    assert home.api("GET", f"{home.base}/datasets?cursor={cursor}").status == 400
    for wrong in ("x", "a:b:c", cursor[:-1], cursor + "x", "%00", "x" * 5_000):
        assert home.api("GET", f"{home.base}{path}?cursor={wrong}").status == 400, wrong


def test_whatever_the_log_is_asked_for_it_answers(home: Home) -> None:
    for query in ("operation=%00", "entity=%00", "since=0001-01-01T00:00:00", "until=9999-12-31T23:59:59Z"):
        assert home.api("GET", f"{home.base}/log/entries?{query}").status == 200, query
    assert home.api("GET", f"{home.base}/log/checkpoint?size={10**30}").status == 409


def test_parameters_that_are_no_good(home: Home) -> None:
    for query in ("limit=0", "limit=x", "limit=99999", "limit=1e2"):
        answer = home.api("GET", f"{home.base}/datasets?{query}")
        assert (answer.status, answer.json["code"]) == (422, "api.body_invalid")
        assert answer.json["errors"][0]["where"] == "query.limit"


def test_unknown_fields_are_refused_with_their_place(home: Home, path: str) -> None:
    answer = home.api("POST", f"{home.base}/datasets", {"name": "x", "fields": [], "secret_field": "planted-value"})
    assert answer.status == 422
    assert answer.json["errors"] == [{"where": "$.secret_field", "why": "extra_forbidden"}]
    assert b"planted-value" not in answer.body
    bulk = home.api("POST", path, {"records": [{}], "on_duplicate": "planted-value"})
    assert (bulk.status, bulk.json["errors"][0]["where"]) == (422, "$.on_duplicate")
    assert b"planted-value" not in bulk.body


def test_a_defect_is_a_problem_document_and_says_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from troth.api.routes import datasets

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("planted-secret")

    monkeypatch.setattr(datasets.queries, "list_datasets", broken)
    answer = home.api("GET", f"{home.base}/datasets")
    assert (answer.status, answer.json["code"]) == (500, "api.unexpected")
    assert b"planted" not in answer.body


def test_a_defect_is_logged_without_its_message(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from troth.api.routes import datasets

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("planted-secret")

    monkeypatch.setattr(datasets.queries, "list_datasets", broken)
    answer = home.api("GET", f"{home.base}/datasets")
    assert "RuntimeError" in caplog.text
    assert answer.headers["Troth-Request-Id"] in caplog.text
    assert "planted-secret" not in caplog.text


def test_a_connection_that_comes_back_unclean_is_closed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connections

    from troth.api.routes import datasets

    def leaking(*_: object, **__: object) -> object:
        connections["default"].set_autocommit(False)
        with connections["default"].cursor() as cursor:
            cursor.execute("select set_config('troth.customer', %s, true)", [str(home.customer_id)])
        return []

    monkeypatch.setattr(datasets.queries, "list_datasets", leaking)
    home.api("GET", f"{home.base}/datasets")
    monkeypatch.undo()
    with connections["default"].cursor() as cursor:
        cursor.execute("select coalesce(current_setting('troth.customer', true), '')")
        assert cursor.fetchone() == ("",)
    assert home.api("GET", f"{home.base}/datasets").status == 200


def test_a_revoked_key_is_dead_at_once(world: World, home: Home) -> None:
    key = world.api_key(home.owner)
    api = Api(key)
    key_id = api("GET", "/api/v1/actor").json["key_id"]
    assert api("DELETE", f"{home.base}/api-keys/{key_id}").status == 204
    assert api("GET", "/api/v1/actor").status == 401
    assert api("GET", f"{home.base}/records/{key_id}").status == 401


def test_guessing_keys_is_slowed_down_for_the_guesser_alone(home: Home, world: World) -> None:
    guesser = Api(f"troth_{'0' * 32}_{'a' * 43}")
    statuses = [guesser("GET", "/api/v1/actor").status for _ in range(limits.FAILED_KEYS_PER_ADDRESS + 2)]
    assert statuses == [401] * limits.FAILED_KEYS_PER_ADDRESS + [429] * 2
    assert guesser("GET", "/api/v1/actor").headers["Retry-After"]
    assert home.api("GET", "/api/v1/actor").status == 200


def test_the_description_is_whole_and_served_from_here(home: Home) -> None:
    schema = Api(None)("GET", "/api/openapi.json").json
    assert schema["openapi"].startswith("3.")
    text = json.dumps(schema)
    for name in ("Store", "RecordOut", "CustomerOut"):
        assert name in schema["components"]["schemas"]
    assert schema["paths"]["/api/v1/customers/{customer_id}/records/find"]["post"]["requestBody"]
    for reference in set(__import__("re").findall(r'"#/components/schemas/([^"]+)"', text)):
        assert reference in schema["components"]["schemas"], reference
    page = Api(None)("GET", "/api/docs")
    assert b"http" not in page.body.replace(b"<!doctype html>", b"")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert Api(None)("GET", f"/api/docs/{name}").status == 200


@pytest.mark.parametrize("fails", [True, False])
def test_a_page_that_leaves_a_connection_unclean_is_cleaned_up_after_too(home: Home, fails: bool) -> None:
    from django.db import connections
    from django.http import HttpRequest, HttpResponse

    from troth.api.entrance import Entrance

    def leaking(_: HttpRequest) -> HttpResponse:
        connections["default"].set_autocommit(False)
        with connections["default"].cursor() as cursor:
            cursor.execute("select set_config('troth.customer', %s, true)", [str(home.customer_id)])
        if fails:
            raise ZeroDivisionError
        return HttpResponse()

    request = HttpRequest()
    request.path_info = "/anything"
    if fails:
        with pytest.raises(ZeroDivisionError):
            Entrance(leaking)(request)
    else:
        Entrance(leaking)(request)
    with connections["default"].cursor() as cursor:
        cursor.execute("select coalesce(current_setting('troth.customer', true), '')")
        assert cursor.fetchone() == ("",)
