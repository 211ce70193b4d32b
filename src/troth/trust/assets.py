"""The page's one stylesheet, served from the package itself, named with its digest so that it can be kept for ever."""

import gzip
import hashlib
from functools import cache
from importlib import resources

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

NAME = "trust.css"
DIGEST_LENGTH = 12


@cache
def _stylesheet() -> tuple[bytes, bytes, str]:
    body = (resources.files("troth.trust") / "static" / "trust" / NAME).read_bytes()
    return body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:DIGEST_LENGTH]


def address(name: str) -> str:
    """Where the file is; an unknown name is a defect and raises KeyError."""
    if name != NAME:
        raise KeyError(name)
    return f"/static/trust/{NAME}?{_stylesheet()[2]}"


@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponse:
    """The stylesheet, and nothing else: the name is compared, never opened as a path."""
    if name != NAME:
        raise Http404
    body, packed, _ = _stylesheet()
    small = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed if small else body, content_type="text/css; charset=utf-8")
    kept = "max-age=31536000, immutable" if request.META.get("QUERY_STRING") else "max-age=86400"
    response["Cache-Control"] = f"public, {kept}"
    response["Vary"] = "Accept-Encoding"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'"
    if small:
        response["Content-Encoding"] = "gzip"
    return response
