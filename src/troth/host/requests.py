"""What stands around every web request, whoever serves it: one log line, and a limit to what is read.

The line says what was asked for and how it went, never by whom, from where or with which words: the route's pattern
stands for the path (an id or a token may be part of a path), and no query string is kept.
"""

import ipaddress
import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from troth.host import logs

Handler = Callable[[HttpRequest], HttpResponseBase]


def access_log(get_response: Handler) -> Handler:
    """Django middleware, the first: one line per request."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        logs.tell(
            "request",
            method=request.method if request.method in _METHODS else "other",
            route=match.route if match else None,
            status=response.status_code,
            ms=round((time.perf_counter() - begun) * 1000, 1),
        )
        return response

    return middleware


def believe_proxy(get_response: Handler) -> Handler:
    """Django middleware: behind a proxy on this machine, the caller is whom that proxy saw.

    The last entry of X-Forwarded-For is the proxy's own; whatever stands before it is the caller's claim.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.TROTH_BEHIND_PROXY and request.META.get("REMOTE_ADDR") in _LOOPBACK:
            claimed = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
            with suppress(ValueError):  # none, or nonsense: the proxy itself is all that we know
                request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(claimed))
        return get_response(request)

    return middleware


def limit_body(get_response: Handler) -> Handler:
    """Django middleware: refuse, unread, what is larger than anything that we take."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced) > settings.TROTH_LARGEST_REQUEST:
            return HttpResponse(status=413)
        return get_response(request)

    return middleware


_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
