"""The data plane: plain views for records, and their part of the OpenAPI description."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one address."""

    view: View
    summary: str
    body: Any = None
    answer: Any = None
    status: int = 200
    streams: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """One address and what it takes. Callable, so that Django's resolver takes it for a view."""

    route: str
    methods: dict[str, Endpoint]
    authenticates_itself: bool = False
    takes_batches: bool = True

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        endpoint = self.methods.get(request.method or "")
        if endpoint is None:
            return HttpResponseNotAllowed(list(self.methods))
        return endpoint.view(request, *args, **kwargs)


ADDRESSES: Final[list[Address]] = []


def address(route: str, *, authenticates_itself: bool = False, **methods: Endpoint) -> None:
    """Declare an address below `/api/v1/`."""
    named = {name.upper(): each for name, each in methods.items()}
    ADDRESSES.append(Address(route, named, authenticates_itself=authenticates_itself))


def patterns() -> list[URLPattern]:
    """The addresses as Django's resolver wants them."""
    return [path(each.route, each) for each in ADDRESSES]


def describe(schema: dict[str, Any], prefix: str) -> None:
    """Add the addresses to an OpenAPI description."""
    bodies = [each for one in ADDRESSES for end in one.methods.values() for each in (end.body, end.answer) if each]
    _, components = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    schema.setdefault("components", {}).setdefault("schemas", {}).update(components)
    for one in ADDRESSES:
        place = schema["paths"].setdefault(prefix + re.sub(r"<uuid:(\w+)>", r"{\1}", one.route), {})
        for method, endpoint in one.methods.items():
            place[method.lower()] = _operation(one.route, endpoint)


def _operation(route: str, endpoint: Endpoint) -> dict[str, Any]:
    media = "application/x-ndjson" if endpoint.streams else "application/json"
    told: dict[str, Any] = {
        "operationId": f"records_{endpoint.view.__name__}",
        "summary": endpoint.summary,
        "description": endpoint.view.__doc__ or "",
        "tags": ["records"],
        "parameters": [
            {"in": "path", "name": name, "required": True, "schema": {"type": "string", "format": "uuid"}}
            for name in re.findall(r"<uuid:(\w+)>", route)
        ],
        "responses": {
            str(endpoint.status): {"description": "Done", "content": {media: {"schema": _reference(endpoint.answer)}}},
            "default": {"description": "A problem document", "content": {"application/problem+json": {}}},
        },
    }
    if endpoint.body is not None:
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(endpoint.body)}},
        }
    return told


def _reference(shape: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}
