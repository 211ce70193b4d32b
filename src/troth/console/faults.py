"""Pages of what went wrong: what it is, in a sentence, and the next step."""

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from troth.console import languages, words
from troth.console.visit import Visit
from troth.kernel.actor import nobody
from troth.kernel.errors import TrothError


@dataclass(frozen=True, slots=True)
class _Fault:
    """What a page of this kind says, in English; the page translates it."""

    status: int
    code: str
    title: str
    sentence: str
    next_step: str


TOO_LARGE = _Fault(
    413,
    "console.too_large",
    noop("Too large"),
    noop("What was sent is larger than this page takes."),
    noop("Send a smaller file, or import it on the command line."),
)
MALFORMED = _Fault(
    400,
    "console.malformed",
    noop("Not understood"),
    noop("This request is not one that our pages make."),
    noop("Go back, reload the page and try it again."),
)
NO_PAGE = _Fault(
    404,
    "console.no_page",
    noop("Not here"),
    noop("There is no page at this address."),
    noop("Check the address, or begin at the start."),
)
DEFECT = _Fault(
    500,
    "console.defect",
    noop("That is our fault"),
    noop("Something broke while this page was made. What was not finished was not stored."),
    noop("Try it again; if it stays, report it with the time of this instant."),
)
FORGED = _Fault(
    403,
    "console.forged",
    noop("Not accepted"),
    noop("This form did not come from one of our pages, or the page was open too long."),
    noop("Go back, reload the page and send it again. Cookies of this site must be allowed."),
)


def refused(visit: Visit, error: TrothError) -> HttpResponse:
    """A refusal of ours, said in the page's language."""
    title = words.fault_title(error.status)
    return _page(visit, _Fault(error.status, error.code, title, words.sentence(error), words.next_step(error)))


def too_large(visit: Visit) -> HttpResponse:
    """More was sent than a form may carry."""
    return _page(visit, _said(TOO_LARGE))


def malformed(visit: Visit) -> HttpResponse:
    """A request that no form of ours makes."""
    return _page(visit, _said(MALFORMED))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """`handler404`: no such page. Programs get a problem document."""
    return _outside(request, NO_PAGE)


def broken(request: HttpRequest) -> HttpResponseBase:
    """`handler500`: a defect."""
    return _outside(request, DEFECT)


def forged(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """The CSRF guard's refusal: the form did not come from a page of ours, or its cookie is gone."""
    return _outside(request, FORGED)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """`handler400`: not even a request that a view could see."""
    return _outside(request, MALFORMED)


def _said(fault: _Fault) -> _Fault:
    return _Fault(fault.status, fault.code, gettext(fault.title), gettext(fault.sentence), gettext(fault.next_step))


def _page(visit: Visit, fault: _Fault) -> HttpResponse:
    told = {
        "fault": fault,
        "request_id": visit.actor.request_id,
        "back": reverse("console:start"),
        "back_label": gettext("To the start"),
    }
    return visit.render("error", told, fault.status)


def _outside(request: HttpRequest, fault: _Fault) -> HttpResponseBase:
    # These can come before a session is known; the page then speaks to a visitor.
    from troth.console.boundary import dressed  # noqa: PLC0415 - boundary imports this module

    if request.path.startswith("/api/"):
        problem = {
            "type": f"urn:troth:error:{fault.code}",
            "title": fault.title,
            "status": fault.status,
            "detail": fault.sentence,
            "code": fault.code,
        }
        return HttpResponse(json.dumps(problem), content_type="application/problem+json", status=fault.status)
    with translation.override(languages.wanted(request)):
        return dressed(_page(Visit(request, nobody(request.method or "")), _said(fault)))
