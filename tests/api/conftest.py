"""A client of the API: what a program at the other end of the wire can do."""

import json
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from tests.fixtures.world import Person, World

SCHEMA = [
    {"name": "email", "type": "email", "kind": "identifier", "identifier": "email"},
    {"name": "age", "type": "integer"},
    {"name": "country", "type": "text", "kind": "plain", "why": "Chooses the language."},
]


@dataclass(frozen=True)
class Answer:
    """A response, read."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Api:
    """Calls the API with one key (or none), and checks of every answer what must hold of every answer."""

    def __init__(self, key: str | None, **headers: str) -> None:
        # An address of its own, so that its failures count for nobody else.
        self.address = str(ip_address(0xFD00 << 112 | secrets.randbits(64)))
        self.client, self.headers = Client(raise_request_exception=False), headers
        if key is not None:
            self.headers["Authorization"] = f"Bearer {key}"

    def __call__(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str
    ) -> Answer:
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        kind = headers.pop("content_type", "application/json")
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        response = self.client.generic(method, path, data, content_type=kind, headers=sent, REMOTE_ADDR=self.address)
        answer = Answer(response.status_code, response.headers, _content(response))
        assert UUID(answer.headers["Troth-Request-Id"])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.status >= 400 and method != "HEAD":
            assert answer.headers["Content-Type"] == "application/problem+json", answer.body
            told = answer.json
            assert told["status"] == answer.status
            assert told["request_id"] == answer.headers["Troth-Request-Id"]
            assert {"type", "title", "detail", "code", "next_step"} <= set(told)
        if answer.status == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        return answer


def _content(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]  # one of the two


@dataclass(frozen=True)
class Home:
    """A customer with an owner, their API client, and a dataset."""

    customer_id: UUID
    owner: Person
    api: Api
    dataset_id: str

    @property
    def base(self) -> str:
        return f"/api/v1/customers/{self.customer_id}"

    def store(self, *records: dict[str, object]) -> list[str]:
        answer = self.api("POST", f"{self.base}/datasets/{self.dataset_id}/records", {"records": list(records)})
        assert answer.status == 201, answer.body
        return [one["record_id"] for one in answer.json["records"]]


def make_home(world: World) -> Home:
    customer = world.customer()
    owner = world.person(customer)
    api = Api(world.api_key(owner), **{"Troth-Purpose": "test"})
    made = api("POST", f"/api/v1/customers/{customer}/datasets", {"name": "Contacts", "fields": SCHEMA})
    assert made.status == 201, made.body
    return Home(customer, owner, api, made.json["dataset_id"])


@pytest.fixture
def home(world: World) -> Home:
    return make_home(world)


@pytest.fixture(scope="session")
def neighbour(world: World) -> Home:
    """Another customer, with data."""
    made = make_home(world)
    made.store({"email": "neighbour@example.org", "age": 50, "country": "FR"})
    return made
