"""The entrance of `/api/`: a middleware that serves it alone, so that nothing made for browsers runs for it.

For each request: an id, the route, who acts, the body, the endpoint; then every failure as a problem document, every
refusal in the log, and a connection that is back outside every customer.
"""

import logging
import re
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import cast
from uuid import UUID

from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from django.urls import Resolver404, ResolverMatch, resolve
from psycopg.pq import TransactionStatus

from troth.access import refusals
from troth.access.errors import TooManyTries
from troth.api import bodies, problems
from troth.api.authentication import authenticate, source_address
from troth.api.errors import MethodNotAllowed, NoSuchRoute, Unavailable, Unexpected
from troth.api.limits import BATCH_BYTES, BODY_BYTES
from troth.api.requests import ApiRequest
from troth.kernel import wall
from troth.kernel.actor import nobody
from troth.kernel.errors import TrothError
from troth.kernel.ids import new_id

PREFIX = "/api/"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_log = logging.getLogger("troth.api")


class Entrance:
    """Serves `/api/`, hands everything else on; after either no connection stays in a transaction or a customer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            if not request.path_info.startswith(PREFIX):
                return self.get_response(request)
            return serve(cast("ApiRequest", request))
        finally:
            for alias in ("default", "aside"):
                ensure_clean(alias)


def serve(request: ApiRequest) -> HttpResponseBase:
    """One request, from its first byte to a clean connection."""
    request.request_id = new_id()
    request.operation, request.customer_id = "api.request", None
    request.actor = nobody("api", source_address=source_address(request), request_id=request.request_id)
    response: HttpResponseBase
    try:
        response = _endpoint(request)
    except TrothError as error:
        response = _refuse(request, error)
    except (OperationalError, InterfaceError) as error:
        _say(request, error)
        response = problems.answer(Unavailable(), request.request_id)
    except Exception as error:  # noqa: BLE001 - the last stop: a defect becomes a problem document and a line in the server's log
        response = _refuse(request, _unexpected(request, error))
    return _dressed(response, request.request_id)


def ensure_clean(alias: str) -> None:
    """A connection that is still in a transaction or inside a customer is closed rather than handed on."""
    connection = connections[alias]
    raw = connection.connection
    if raw is None:
        return
    if connection.in_atomic_block or wall.standing(alias) or raw.info.transaction_status != TransactionStatus.IDLE:
        _log.error("a connection came back unclean: %s", alias)
        connection.close()


def _endpoint(request: ApiRequest) -> HttpResponseBase:
    match = _match(request)
    request.resolver_match = match
    route = f"{request.method} {_written(match.route)}"
    if getattr(match.func, "needs_nobody", False):
        return cast("HttpResponseBase", match.func(request, *match.args, **match.kwargs))
    if getattr(match.func, "authenticates_itself", False) and request.method == "GET":
        return cast("HttpResponseBase", match.func(request, route, **match.kwargs))
    request.actor = authenticate(request, route)
    if request.method in _WITH_BODY:
        at_most = BATCH_BYTES if getattr(match.func, "takes_batches", False) else BODY_BYTES
        request.raw = bodies.read(request, at_most)
        request.document = bodies.decode(request.raw, request.META.get("CONTENT_TYPE", "")) if request.raw else None
        # Ninja asks for it before it asks our parser.
        request._body = request.raw
    return cast("HttpResponseBase", match.func(request, *match.args, **match.kwargs))


def _match(request: ApiRequest) -> ResolverMatch:
    try:
        return resolve(request.path_info)
    except Resolver404:
        raise NoSuchRoute from None


@cache
def _written(route: str) -> str:
    """The route as the log and the description write it."""
    return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)


def _refuse(request: ApiRequest, error: TrothError) -> HttpResponse:
    """The problem document, after the refusal has been logged in a transaction of its own."""
    if not isinstance(error, (TooManyTries, NoSuchRoute)):
        refusals.log(error, by=request.actor, operation=request.operation, customer_id=request.customer_id)
    return problems.answer(error, request.request_id)


def _unexpected(request: ApiRequest, error: Exception) -> Unexpected:
    _say(request, error)
    return Unexpected()


def _say(request: ApiRequest, error: Exception) -> None:
    """Where it happened and of what type; never the message or the source, which may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in reversed(frames))
    _log.error("%s in request %s: %s", type(error).__qualname__, request.request_id, places)


def _dressed(response: HttpResponseBase, request_id: UUID) -> HttpResponseBase:
    if isinstance(response, HttpResponseNotAllowed):
        allowed = response["Allow"]
        response = problems.answer(MethodNotAllowed(method="this method"), request_id)
        response["Allow"] = allowed
    if isinstance(response, HttpResponse):
        response["Content-Length"] = str(len(response.content))
    response["Troth-Request-Id"] = str(request_id)
    # Django would log the path of every refusal; what is worth keeping stands in the access log and in the log proper.
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
    response["Cache-Control"] = response.get("Cache-Control", "no-store")
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response
