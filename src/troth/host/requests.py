"""What stands around every web request, whoever serves it: one log line, and a limit to what is read.

The line says what was asked for and how it went, never by whom, from where or with which words: the route's pattern
stands for the path (an id or a token may be part of a path), and no query string is kept.
"""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

log = structlog.get_logger("troth.access_log")

Handler = Callable[[HttpRequest], HttpResponseBase]


def access_log(get_response: Handler) -> Handler:
    """Django middleware, the first: one line per request."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method if request.method in _METHODS else "other",
            route=match.route if match else None,
            status=response.status_code,
            ms=round((time.perf_counter() - begun) * 1000, 1),
        )
        return response

    return middleware


def limit_body(get_response: Handler) -> Handler:
    """Django middleware: refuse, unread, what is larger than anything that we take."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced) > settings.TROTH_LARGEST_REQUEST:
            return HttpResponse(status=413)
        return get_response(request)

    return middleware


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
