"""Which language a page speaks: the visitor's choice, else what the browser asks for."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

COOKIE = "troth-language"
KNOWN = tuple(code for code, _ in settings.LANGUAGES)


def wanted(request: HttpRequest) -> str:
    """`en` or `fr`."""
    chosen = request.COOKIES.get(COOKIE)
    if chosen is not None and chosen in KNOWN:
        return chosen
    for asked, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return get_supported_language_variant(asked)
        except LookupError:
            continue
    return KNOWN[0]


def local_path(candidate: str | None) -> str:
    """A path on this very site to go back to; anything else becomes the start."""
    path = candidate or "/"
    parts = urlsplit(path)
    sound = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if sound and path.isprintable() else "/"
