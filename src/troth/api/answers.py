"""Shapes of answers that endpoints share."""

from typing import Any, cast

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Schema

from troth.api.requests import ApiRequest


def as_request(request: HttpRequest) -> ApiRequest:
    """The request as the entrance has dressed it; ninja's signature knows only Django's."""
    return cast("ApiRequest", request)


def created(body: Schema) -> HttpResponse:
    """201 with what was made."""
    return answered(body, 201)


def answered(body: Schema, status: int = 200) -> HttpResponse:
    """A response from a schema; for endpoints whose answer is kept for replays."""
    return HttpResponse(body.model_dump_json(), content_type="application/json", status=status)


def json(body: Any, status: int = 200) -> HttpResponse:
    """A response from plain data or msgspec structs."""
    return HttpResponse(msgspec.json.encode(body), content_type="application/json", status=status)
