"""The control plane's interface (django-ninja) and the OpenAPI description of everything under `/api/v1`."""

from typing import Any, ClassVar, cast

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError
from ninja.parser import Parser
from ninja.responses import Response
from pydantic import ConfigDict

from troth.api import data_plane
from troth.api.errors import BodyInvalid
from troth.api.requests import ApiRequest

ABOUT = """
Every request brings an API key: `Authorization: Bearer troth_…`. Whoever reads personal data says what for in
`Troth-Purpose`; the operator's staff also say why in `Troth-Reason`. Writes take an `Idempotency-Key`. Listings give a
`next` cursor. Every error is a problem document (RFC 9457) with a stable `code`, a `next_step` and the `request_id`
under which the log has it.
"""


class Strict(Schema):
    """A request body: a field that it does not know is refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=False)


class _Decoded(Parser):
    """The entrance has read and judged the body already."""

    def parse_body(self, request: HttpRequest) -> Any:
        return cast("ApiRequest", request).document


class _Interface(NinjaAPI):
    """Adds the data plane's plain views to the description."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> Any:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        data_plane.describe(schema, path_prefix or "/api/v1/")
        schema["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"key": []}]
        return schema

    def create_response(self, request: HttpRequest, data: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().create_response(request, data, *args, **kwargs)
        return response


interface = _Interface(
    title="Troth",
    version="1",
    description=ABOUT,
    docs_url=None,
    openapi_url=None,
    parser=_Decoded(),
    urls_namespace="troth-api",
)


@interface.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> Response:
    """Where it does not fit and which rule it breaks; never what was sent."""
    raise BodyInvalid(
        [{"where": _where(each.get("loc", ())), "why": str(each.get("type", "invalid"))} for each in error.errors]
    )


def _where(place: Any) -> str:
    source, *rest = [str(part) for part in place] or ["body"]
    # Ninja names the endpoint's parameter first: no part of what was sent.
    names = rest[1:] if source == "body" else rest
    return ".".join(["$" if source == "body" else source, *names])
