"""Which language a public page speaks: the one its address names, else what the browser asks for.

No cookie is read: the same address with the same `Accept-Language` is the same page for everybody.
"""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

KNOWN = tuple(code for code, _ in settings.LANGUAGES)
HEADER_AT_MOST = 500


def wanted(request: HttpRequest, named: str | None) -> str:
    """`en` or `fr`. A header that makes no sense, or too long a one, asks for nothing."""
    if named in KNOWN:
        return str(named)
    header = request.headers.get("Accept-Language", "")
    for asked, _ in parse_accept_lang_header(header) if len(header) <= HEADER_AT_MOST else ():
        try:
            found = get_supported_language_variant(asked)
        except LookupError:
            continue
        if found in KNOWN:
            return found
    return KNOWN[0]


def other(language: str) -> str:
    """The language that this page does not speak."""
    return next(code for code in KNOWN if code != language)
