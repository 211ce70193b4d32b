"""One line per web request: what was asked for and how it went, never by whom, from where or with which words.

The route's pattern stands for the path (an id or a token may be part of a path), and no query string is kept.
"""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

log = structlog.get_logger("troth.access_log")

Handler = Callable[[HttpRequest], HttpResponseBase]


def access_log(get_response: Handler) -> Handler:
    """Django middleware; stands first."""

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


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
