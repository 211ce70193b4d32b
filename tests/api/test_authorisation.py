"""Every route, as the resolver knows it, against the other customer, the wrong roles and nobody.

A route that is missing from the table below fails the first test: nobody adds one without saying who may use it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.api.conftest import Api, Home
from tests.fixtures.world import World, logged
from troth.access import roles
from troth.access.roles import Action
from troth.kernel.ids import new_id

PUBLIC = {("GET", "/api/docs"), ("GET", "/api/docs/{name}"), ("GET", "/api/openapi.json")}
ANYBODY = {("GET", "/api/v1/actor")}
"""Whoever has a key: it tells them who they are."""


@dataclass(frozen=True)
class Route:
    """What a route needs: its action, and a body that would do."""

    action: Action
    body: object = None
    staff_only: bool = False
    own_account: bool = False
    """Nobody makes an API key for an account that is not theirs, and staff have none at a customer."""


_C = "/api/v1/customers/{customer_id}"
_ID = "00000000-0000-7000-8000-000000000001"
TABLE: dict[tuple[str, str], Route] = {
    ("GET", "/api/v1/customers"): Route(Action.CUSTOMERS_LIST, staff_only=True),
    ("POST", "/api/v1/customers"): Route(Action.CUSTOMERS_ADD, {"name": "x"}, staff_only=True),
    ("GET", _C): Route(Action.CUSTOMER_SHOW),
    ("PATCH", _C): Route(Action.CUSTOMER_RENAME, {"name": "x"}),
    ("GET", f"{_C}/datasets"): Route(Action.DATASETS_LIST),
    ("POST", f"{_C}/datasets"): Route(Action.DATASETS_ADD, {"name": "x", "fields": []}),
    ("GET", f"{_C}/datasets/{{dataset_id}}"): Route(Action.DATASETS_LIST),
    ("GET", f"{_C}/datasets/{{dataset_id}}/records"): Route(Action.RECORDS_READ),
    ("POST", f"{_C}/datasets/{{dataset_id}}/records"): Route(Action.RECORDS_STORE, {"records": [{}]}),
    ("POST", f"{_C}/datasets/{{dataset_id}}/scan"): Route(Action.RECORDS_SCAN, {}),
    ("POST", f"{_C}/records/read"): Route(Action.RECORDS_READ, {"record_ids": [_ID]}),
    ("POST", f"{_C}/records/find"): Route(Action.RECORDS_FIND, {"kind": "email", "value": "a@example.org"}),
    ("POST", f"{_C}/records/find-many"): Route(
        Action.RECORDS_FIND, {"identifiers": [{"kind": "email", "value": "a@example.org"}]}
    ),
    ("POST", f"{_C}/records/correct"): Route(
        Action.RECORDS_CORRECT, {"corrections": [{"record_id": _ID, "values": {"age": 1}}]}
    ),
    ("POST", f"{_C}/records/delete"): Route(Action.RECORDS_DELETE, {"record_ids": [_ID]}),
    ("GET", f"{_C}/records/{{record_id}}"): Route(Action.RECORDS_READ),
    ("PATCH", f"{_C}/records/{{record_id}}"): Route(Action.RECORDS_CORRECT, {"values": {"age": 1}}),
    ("DELETE", f"{_C}/records/{{record_id}}"): Route(Action.RECORDS_DELETE),
    ("GET", f"{_C}/api-keys"): Route(Action.API_KEYS_MANAGE),
    ("POST", f"{_C}/api-keys"): Route(Action.API_KEYS_MANAGE, {"name": "x"}, own_account=True),
    ("DELETE", f"{_C}/api-keys/{{key_id}}"): Route(Action.API_KEYS_MANAGE),
    ("GET", f"{_C}/log/entries"): Route(Action.LOG_READ),
    ("GET", f"{_C}/log/inclusion/{{event_id}}"): Route(Action.LOG_READ),
    ("GET", f"{_C}/log/consistency"): Route(Action.LOG_READ),
    ("GET", f"{_C}/log/checkpoint"): Route(Action.LOG_READ),
    ("GET", f"{_C}/log/bundle"): Route(Action.LOG_EXPORT),
}
TABLE |= {
    ("GET", f"{_C}/subjects/{{subject_id}}"): Route(Action.SUBJECTS_SHOW),
    ("POST", f"{_C}/subjects/{{subject_id}}/erasure"): Route(Action.SUBJECTS_ERASE),
    ("POST", f"{_C}/erasure"): Route(Action.CUSTOMER_DELETE, {"typed_name": "not its name"}),
    ("GET", f"{_C}/erasures"): Route(Action.ERASURES_READ),
    ("GET", f"{_C}/erasures/{{erasure_id}}"): Route(Action.ERASURES_READ),
    ("POST", f"{_C}/erasures/{{erasure_id}}/retry"): Route(Action.ERASURES_RETRY),
    ("POST", f"{_C}/erasures/{{erasure_id}}/cancel"): Route(Action.ERASURES_READ),
    ("GET", f"{_C}/certificates"): Route(Action.CERTIFICATES_READ),
    ("GET", f"{_C}/certificates/{{certificate_id}}"): Route(Action.CERTIFICATES_READ),
    ("GET", f"{_C}/certificates/{{certificate_id}}/pdf"): Route(Action.CERTIFICATES_READ),
}
QUERY = {f"{_C}/log/consistency": "?old=1"}


def _routes(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _routes(entry, path)
        elif path.startswith("/api/"):
            yield from ((method, path) for method in _methods(entry))


def _methods(pattern: URLPattern) -> set[str]:
    view = pattern.callback
    if hasattr(view, "methods"):
        return set(view.methods)
    cells = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
    operations = next((cell.operations for cell in cells if hasattr(cell, "operations")), None)
    return {method for each in operations for method in each.methods} if operations else {"GET"}


ROUTES = sorted(set(_routes(get_resolver())) - PUBLIC - ANYBODY)


def _path(path: str, home: Home) -> str:
    filled = path.replace("{customer_id}", str(home.customer_id)).replace("{dataset_id}", home.dataset_id)
    return re.sub(r"{\w+}", str(new_id()), filled) + QUERY.get(path, "")


def test_every_route_stands_in_the_table() -> None:
    assert set(ROUTES) == set(TABLE)


def test_the_walk_would_see_a_new_route() -> None:
    assert len(ROUTES) > 20
    assert ("PATCH", _C) in ROUTES
    assert ("DELETE", f"{_C}/records/{{record_id}}") in ROUTES


@pytest.fixture(scope="module")
def callers(world: World, neighbour: Home) -> dict[str, Api]:
    """One of every role of the neighbour, and one of every role of the operator."""
    headers = {"Troth-Purpose": "test", "Troth-Reason": "test"}
    made = {
        f"customer {role}": Api(world.api_key(world.person(neighbour.customer_id, role)), **headers)
        for role in roles.CUSTOMER_ROLES
    }
    for role in roles.OPERATOR_ROLES:
        made[f"operator {role}"] = Api(world.api_key(world.staff(role)), **headers)
    return made


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_is_let_in(method: str, path: str, neighbour: Home) -> None:
    for key in (None, "", "troth_x", f"troth_{new_id().hex}_{'a' * 43}"):
        answer = Api(key)(method, _path(path, neighbour), TABLE[method, path].body)
        assert (answer.status, answer.json["code"]) == (401, "access.not_signed_in")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_other_customer_finds_nothing(method: str, path: str, home: Home, neighbour: Home) -> None:
    """The owner of one customer, who may do everything at home, at another: as if it did not exist."""
    if "{customer_id}" not in path:
        answer = home.api(method, _path(path, neighbour), TABLE[method, path].body)
        assert answer.status == 404
        return
    before = logged(neighbour.customer_id)
    answer = home.api(method, _path(path, neighbour), TABLE[method, path].body)
    nowhere = Home(new_id(), home.owner, home.api, home.dataset_id)
    twin = home.api(method, _path(path, nowhere), TABLE[method, path].body)
    told, same = answer.json, twin.json
    for one in (told, same):
        one.pop("request_id")
        one.pop("instance")
    assert (answer.status, told) == (twin.status, same)
    assert answer.status == 404
    assert set(answer.headers) == set(twin.headers)
    assert logged(neighbour.customer_id) == before
    assert logged(home.customer_id)[-2:] == [TABLE[method, path].action.value] * 2


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_role_gets_what_the_table_of_roles_says(
    method: str, path: str, neighbour: Home, callers: dict[str, Api]
) -> None:
    route = TABLE[method, path]
    for name, api in callers.items():
        side, role = name.split()
        answer = api(method, _path(path, neighbour), route.body)
        allowed = route.action in roles.allowed(side, role)  # type: ignore[arg-type]  # one of the two sides
        refused = (answer.status, answer.body and answer.json.get("code")) if answer.status in {401, 403} else None
        if route.staff_only and side == "customer":
            assert answer.status == 404, name
        elif allowed and not (route.own_account and side == "operator"):
            assert refused is None, (name, answer.body)
        else:
            assert refused == (403, "access.not_allowed"), (name, answer.status, answer.body)
