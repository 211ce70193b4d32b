"""The vendored files (one stylesheet, two fonts, the marks, two scripts), served from the package itself.

They are read once, compressed once and named with their digest: a browser keeps them for ever and never sees a stale
one.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
DIGEST_LENGTH = 12


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    packed: bytes | None
    content_type: str
    digest: str


@cache
def _assets() -> dict[str, _Asset]:
    found = {}
    for entry in (resources.files("troth.console") / "static" / "console").iterdir():
        ending = entry.name[entry.name.rfind(".") :]
        if ending not in TYPES:
            continue
        body = entry.read_bytes()
        packed = None if ending == ".woff2" else gzip.compress(body, 9, mtime=0)
        digest = hashlib.sha256(body).hexdigest()[:DIGEST_LENGTH]
        found[entry.name] = _Asset(body, packed, TYPES[ending], digest)
    return found


def address(name: str) -> str:
    """Where a vendored file is; an unknown name is a defect and raises KeyError."""
    return f"/static/console/{name}?{_assets()[name].digest}"


@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponse:
    """A vendored file, and nothing else: names are looked up, never opened as paths."""
    found = _assets().get(name)
    if found is None:
        raise Http404
    packed = found.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.packed if packed and found.packed else found.body, content_type=found.content_type)
    response["Cache-Control"] = (
        "public, max-age=31536000, immutable" if request.META.get("QUERY_STRING") else "public, max-age=86400"
    )
    response["Vary"] = "Accept-Encoding"
    response["X-Content-Type-Options"] = "nosniff"
    # Marks are used through <use>, which needs no script; a drawing opened by itself must run none either.
    response["Content-Security-Policy"] = "default-src 'none'"
    if packed:
        response["Content-Encoding"] = "gzip"
    return response
