"""What stands around every view: session, CSRF, language, headers, refusals.

Guarantees: a view runs only for the methods it names; whoever has not signed in reaches only the pages that say
`public`; every refusal is recorded and shown with its next step; nothing that a page shows is kept by a cache; no page
may load or send anything elsewhere, run a script that stands in it, or be framed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast
from urllib.parse import urlencode

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_protect

from troth.access import refusals
from troth.console import faults, languages
from troth.console.looking import LookingNeeded
from troth.console.visit import Visit
from troth.kernel.actor import Actor, nobody
from troth.kernel.errors import TrothError
from troth.kernel.ids import new_id

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # Not `no-referrer`: browsers then send `Origin: null` with forms, and the CSRF guard refuses them.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


View = Callable[Concatenate[Visit, ...], HttpResponseBase]
"""A page: straight from the visit, and what its address names, to the answer."""


def page(*methods: str, public: bool = False) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Make a view of it. `methods` are what it answers (HEAD follows GET)."""
    answered = {*methods, *(["HEAD"] if "GET" in methods else [])}

    def made(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_protect
        def inner(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            visit = _visit(request)
            if not visit.signed_in and not public:
                return _to_sign_in(visit)
            return _judged(view, visit, kwargs)

        @wraps(view)
        def outer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if request.method not in answered:
                return dressed(HttpResponseNotAllowed(sorted(answered)))
            with translation.override(languages.wanted(request)):
                answer = SessionMiddleware(lambda asked: inner(asked, **kwargs))(request)
                return dressed(cast("HttpResponseBase", answer))

        # Routing tests read from here what a route answers and to whom.
        outer.console_page = (frozenset(answered), public)  # type: ignore[attr-defined]  # a mark on a function
        return outer

    return made


def dressed(response: HttpResponseBase) -> HttpResponseBase:
    """The answer with the headers that every page carries."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    response.headers.setdefault("Content-Language", translation.get_language() or "en")
    return response


def _visit(request: HttpRequest) -> Visit:
    found = request.resolver_match
    route = f"{request.method} /{found.route}" if found else f"{request.method}"
    address, request_id = request.META.get("REMOTE_ADDR") or None, new_id()
    actor: Actor | None = request.session.actor(route=route, source_address=address, request_id=request_id)  # type: ignore[attr-defined]  # SESSION_ENGINE's own store
    return Visit(request, actor or nobody(route, source_address=address, request_id=request_id))


def _judged(view: View, visit: Visit, kwargs: dict[str, Any]) -> HttpResponseBase:
    try:
        return view(visit, **kwargs)
    except LookingNeeded as question:
        return _to_question(visit, question)
    except TrothError as error:
        refusals.log(error, by=visit.actor, operation=_operation(visit), customer_id=kwargs.get("customer_id"))
        return faults.refused(visit, error)
    except RequestDataTooBig:
        return faults.too_large(visit)
    except SuspiciousOperation:
        return faults.malformed(visit)


def _operation(visit: Visit) -> str:
    found = visit.request.resolver_match
    return f"console.{found.url_name}" if found else "console"


def _to_sign_in(visit: Visit) -> HttpResponse:
    way_in = reverse("console:sign_in")
    if "HX-Request" in visit.request.headers:
        # A live part asks: the whole page goes to sign-in, rather than sign-in into a part of the page.
        return HttpResponse(status=401, headers={"HX-Redirect": way_in})
    onward = visit.request.get_full_path() if visit.request.method in {"GET", "HEAD"} else "/"
    return HttpResponseRedirect(way_in if onward == "/" else f"{way_in}?{urlencode({'next': onward})}")


def _to_question(visit: Visit, question: LookingNeeded) -> HttpResponse:
    asked = reverse("console:why", kwargs={"customer_id": question.customer_id})
    onward = visit.request.get_full_path() if visit.request.method in {"GET", "HEAD"} else visit.request.path
    return HttpResponseRedirect(asked + "?" + urlencode({"next": onward}), status=303)
