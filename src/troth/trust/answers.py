"""What stands around every public page: methods, headers, conditional requests, compression.

Guarantees: nothing here opens a session, sets a cookie or runs for another method than GET and HEAD; a page may load
nothing from elsewhere, run no script at all, and be framed by nobody; an unchanged page costs the asker a few bytes.
Compressing is safe: a public page holds no secret and repeats nothing that the asker sent (BREACH needs both).
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
ANSWERED = ("GET", "HEAD")
SMALL = 800
ETAGS_AT_MOST = 2_000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Kept by anyone, asked again each time: the answer is then 304 unless something changed.
    "Cache-Control": "public, no-cache",
}


@dataclass(frozen=True)
class Answer:
    """A whole answer, ready to be sent many times."""

    body: bytes
    content_type: str = HTML
    language: str | None = None
    status: int = 200
    shared: bool = False
    """May another site's page load it? Statement, feed and badge: yes, they are made for that."""
    headers: tuple[tuple[str, str], ...] = ()

    @cached_property
    def etag(self) -> str:
        """Weak, because the compressed and the plain body are the same answer (RFC 9110, 8.8.1)."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:24]}"'

    @cached_property
    def packed(self) -> bytes | None:
        """The body compressed, where that is worth it."""
        return gzip.compress(self.body, 6, mtime=0) if len(self.body) > SMALL else None


View = Callable[Concatenate[HttpRequest, ...], Answer]


def public(view: View) -> Callable[..., HttpResponse]:
    """Make a public view of what returns an `Answer`."""

    @wraps(view)
    def outer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method not in ANSWERED:
            return _dressed(HttpResponseNotAllowed(ANSWERED), None)
        answer = view(request, **kwargs)
        return _dressed(_sent(request, answer), answer)

    # The routing test reads from here that a route is meant for everybody.
    outer.trust_page = True  # type: ignore[attr-defined]  # a mark on a function
    return outer


def _sent(request: HttpRequest, answer: Answer) -> HttpResponse:
    if answer.status == 200 and _known(request, answer):  # noqa: PLR2004 - only a good answer has a validator
        return HttpResponseNotModified(headers={"ETag": answer.etag})
    body, packed = answer.body, _takes_gzip(request) and answer.packed
    if packed:
        body = packed
    response = HttpResponse(
        b"" if request.method == "HEAD" else body, status=answer.status, content_type=answer.content_type
    )
    response["Content-Length"] = str(len(body))
    response["ETag"] = answer.etag
    if packed:
        response["Content-Encoding"] = "gzip"
    return response


def _known(request: HttpRequest, answer: Answer) -> bool:
    asked = request.headers.get("If-None-Match", "")[:ETAGS_AT_MOST]
    strong = answer.etag.removeprefix("W/")
    return bool(asked) and any(each == "*" or each.removeprefix("W/") == strong for each in parse_etags(asked))


def _takes_gzip(request: HttpRequest) -> bool:
    for each in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, quality = each.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _dressed(response: HttpResponse, answer: Answer | None) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    patch_vary_headers(response, ["Accept-Encoding"])
    if answer is None:
        return response
    for name, value in answer.headers:
        response[name] = value
    if answer.language:
        response["Content-Language"] = answer.language
        patch_vary_headers(response, ["Accept-Language"])
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if answer.shared else "same-origin"
    if answer.shared:
        response["Access-Control-Allow-Origin"] = "*"
    return response
