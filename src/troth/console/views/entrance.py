"""Coming in and going out: sign-in, sign-out, enrolment, language, and the question why someone looks."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access import actions, roles, sign_in
from troth.access.errors import (
    MailTaken,
    PasswordOutdated,
    PasswordRefused,
    SeveralAccounts,
    SignInRefused,
    TooManyTries,
)
from troth.access.roles import Action
from troth.console import forms, languages, looking, words
from troth.console.boundary import page
from troth.console.visit import Visit
from troth.kernel.errors import Invalid

YEAR = 365 * 86400


@page("GET", public=True)
def start(visit: Visit) -> HttpResponse:
    """The address without a path: one's own overview, or the way in."""
    if not visit.signed_in:
        return HttpResponseRedirect(reverse("console:sign_in"))
    if visit.staff:
        return HttpResponseRedirect(reverse("console:customers"))
    return HttpResponseRedirect(reverse("console:customer", kwargs={"customer_id": visit.actor.customer_id}))


@page("GET", "POST", public=True)
def sign_in_page(visit: Visit) -> HttpResponseBase:
    """Address and password; and the company, if the pair opens accounts at several."""
    onward = languages.local_path(visit.request.POST.get("next") or visit.request.GET.get("next"))
    if visit.request.method == "GET":
        said = words.notice(visit.request.GET.get("said"))
        return visit.render("sign_in", {"form": forms.SignIn(), "next": onward, "said": said})
    chosen = visit.request.POST.get("customer")
    form = forms.SignIn(visit.request.POST)
    if not form.is_valid():
        return visit.render("sign_in", {"form": form, "next": onward}, 422)
    try:
        opened = sign_in.sign_in(
            form.cleaned_data["mail"],
            form.cleaned_data["password"],
            by=visit.actor,
            customer_id=_uuid(chosen),
            replaces=visit.session.session_key,
        )
    except SeveralAccounts as error:
        companies = {str(customer_id): name for customer_id, name in error.choices.items()}
        again = forms.SignIn(initial={"mail": form.cleaned_data["mail"]}, companies=companies)
        again.fields["password"].help_text = gettext(
            "Your address is known at several companies: choose, and type it again."
        )
        return visit.render("sign_in", {"form": again, "next": onward}, error.status)
    except (SignInRefused, TooManyTries) as error:
        form.add_error(None, f"{words.sentence(error)} {words.next_step(error)}")
        return visit.render("sign_in", {"form": form, "next": onward}, error.status)
    except PasswordOutdated as error:
        address = reverse("console:enrol", kwargs={"token": error.token})
        return HttpResponseRedirect(f"{address}?said=password.outdated", status=303)
    visit.session.adopt(opened)
    return HttpResponseRedirect(onward, status=303)


@page("POST")
def sign_out(visit: Visit) -> HttpResponse:
    """End this session; with `everywhere`, all of one's own."""
    everywhere = visit.request.POST.get("everywhere") == "yes"
    if everywhere:
        sign_in.sign_out_everywhere(by=visit.actor)
    elif visit.session.session_key:
        sign_in.sign_out(visit.session.session_key, by=visit.actor)
    visit.session.flush()
    said = urlencode({"said": "signed_out.everywhere" if everywhere else "signed_out"})
    return HttpResponseRedirect(f"{reverse('console:sign_in')}?{said}", status=303)


@page("GET", "POST", public=True)
def enrol(visit: Visit, token: str) -> HttpResponse:
    """A person makes the account that their link is for."""
    form = forms.Enrol(visit.request.POST or None)
    if visit.request.method == "GET" or not form.is_valid():
        said = words.notice(visit.request.GET.get("said"))
        return visit.render("enrol", {"form": form, "said": said}, 200 if visit.request.method == "GET" else 422)
    given = form.cleaned_data
    try:
        actions.enrol(token, given["password"], by=visit.actor, mail=given["mail"] or None)
    except PasswordRefused as error:
        form.add_error("password", words.sentence(error))
    except (MailTaken, Invalid) as error:
        form.add_error("mail", words.sentence(error))
    else:
        said = urlencode({"said": "account.enrolled"})
        return HttpResponseRedirect(f"{reverse('console:sign_in')}?{said}", status=303)
    return visit.render("enrol", {"form": form}, 422)


@page("POST", public=True)
def language(visit: Visit) -> HttpResponse:
    """Speak the other language from now on."""
    answer = HttpResponseRedirect(languages.local_path(visit.request.POST.get("next")), status=303)
    chosen = visit.request.POST.get("language")
    if chosen in languages.KNOWN:
        secure = visit.request.is_secure()
        answer.set_cookie(languages.COOKIE, chosen, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer


@page("GET", "POST")
def why(visit: Visit, customer_id: UUID) -> HttpResponse:
    """Asked once before the first look, then kept for a while."""
    visit.enter(customer_id, "", Action.CUSTOMER_SHOW)
    onward = languages.local_path(visit.request.POST.get("next") or visit.request.GET.get("next"))
    needed = looking.asked_for(visit.actor, customer_id, roles.STAFF_NEEDS_REASON - roles.NEEDS_PURPOSE)
    form = forms.Why(visit.request.POST or None, reason_needed=needed)
    status = 200
    if visit.request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            looking.say(
                visit.session, visit.actor, customer_id, purpose=given["purpose"], reason=given.get("reason") or None
            )
            return HttpResponseRedirect(onward, status=303)
    told: dict[str, Any] = {
        "form": form,
        "next": onward,
        "reason_needed": needed,
        "lasts": looking.lasts(visit.actor).total_seconds(),
        "action_url": visit.request.path,
    }
    return visit.render("looking", told, status)


@page("POST")
def stop_looking(visit: Visit, customer_id: UUID) -> HttpResponse:
    """Forget why: the next look asks again."""
    visit.enter(customer_id, "", Action.CUSTOMER_SHOW)
    looking.stop(visit.session)
    return visit.onward("customer", notice="looking.stopped", customer_id=customer_id)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
