"""Problem documents (RFC 9457): the only shape in which this interface says no."""

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

import msgspec
from django.http import HttpResponse

from troth.access.errors import NotSignedIn, TooManyTries
from troth.api.errors import BodyInvalid
from troth.kernel.errors import TrothError
from troth.vault.errors import RowsRefused

MEDIA_TYPE = "application/problem+json"


def document(error: TrothError, request_id: UUID) -> dict[str, Any]:
    """The document: what happened, what to do next, and under which id the log has it."""
    told: dict[str, Any] = {
        "type": f"urn:troth:error:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.explain(),
        "code": error.code,
        "next_step": error.advise(),
        "request_id": str(request_id),
        "instance": f"urn:uuid:{request_id}",
    }
    errors = _places(error)
    if errors:
        told["errors"] = errors
    return told


def _places(error: TrothError) -> list[dict[str, Any]]:
    """Where in the body it went wrong, and how; never what stood there."""
    if isinstance(error, BodyInvalid):
        return [dict(each) for each in error.errors]
    if isinstance(error, RowsRefused):
        rows = cast("list[dict[str, Any]]", error.data["rows"])
        return [{"where": f"$.records[{row['row'] - 1}].{row['field']}", "why": row["why"]} for row in rows]
    if "where" in error.data:
        return [{"where": error.data["where"], "why": error.explain()}]
    return []


def answer(error: TrothError, request_id: UUID) -> HttpResponse:
    """The response, with the headers that its status asks for."""
    response = HttpResponse(
        msgspec.json.encode(document(error, request_id)), content_type=MEDIA_TYPE, status=error.status
    )
    if isinstance(error, NotSignedIn) or error.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="troth"'
    if isinstance(error, TooManyTries):
        response["Retry-After"] = str(error.data["seconds"])
    return response
