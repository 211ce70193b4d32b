"""`/api/docs`: the description and a page to read it with. Nothing is loaded from elsewhere."""

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse

from troth.api.errors import NoSuchRoute

_FILES: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Troth · API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="api"></div><script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script></body></html>
"""
_START: Final = """SwaggerUIBundle({url: "/api/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});
"""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


View = TypeVar("View", bound=Callable[..., HttpResponse])


def _needs_nobody(view: View) -> View:
    """What the entrance serves to everyone."""
    view.needs_nobody = True  # type: ignore[attr-defined]  # the entrance reads it
    return view


@_needs_nobody
def page(request: HttpRequest) -> HttpResponse:
    """The page."""
    response = HttpResponse(_PAGE)
    response["Content-Security-Policy"] = _POLICY
    return response


@_needs_nobody
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """A file of the page, out of the wheel that brings it."""
    if name == "start.js":
        return HttpResponse(_START, content_type="text/javascript; charset=utf-8")
    kind = _FILES.get(name)
    if kind is None:
        raise NoSuchRoute
    response = HttpResponse(_file(name), content_type=kind)
    response["Cache-Control"] = "public, max-age=3600"
    return response


@_needs_nobody
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description."""
    return HttpResponse(_description(), content_type="application/json")


@cache
def _file(name: str) -> bytes:
    found = importlib.util.find_spec("ninja")
    if found is None or found.origin is None:
        raise NoSuchRoute
    return (Path(found.origin).parent / "static" / "ninja" / name).read_bytes()


@cache
def _description() -> bytes:
    # Imported late: the description needs every route, and this module is one of them.
    from troth.api.description import interface  # noqa: PLC0415 - see above

    return msgspec.json.encode(interface.get_openapi_schema(path_prefix="/api/v1/"))
