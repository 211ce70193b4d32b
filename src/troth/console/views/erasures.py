"""Erasures: the list, each with its live progress, retrying, cancelling; and deleting a whole customer."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.console import exports, forms, progressing, saying, words
from troth.console.boundary import page
from troth.console.listing import Column, Listing, code, instant, state, text
from troth.console.visit import Visit
from troth.erasure import actions, queries
from troth.erasure.errors import GraceTooLong, NameDiffers
from troth.erasure.queries import Progress

HOUR = 3600


def address(progress: Progress, name: str = "erasure") -> str:
    """Where an erasure's page is."""
    route = {"customer_id": progress.customer_id, "erasure_id": progress.erasure_id}
    return reverse(f"console:{name}", kwargs=route)


@page("GET")
def erasures(visit: Visit, customer_id: UUID) -> HttpResponseBase:
    """All of one customer, the running ones moving."""
    permit = visit.enter(customer_id, "erasures", Action.ERASURES_READ)
    found = queries.listing(permit)
    listing = _listing(found)
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    running = sum(not one.finished for one in found)
    told = {
        "listing": listing.arrange(visit.request),
        "sentence": _summary(found, running),
        "live_url": _live(visit, customer_id) if running else "",
    }
    return visit.render("erasures", told)


@page("GET")
def erasures_live(visit: Visit, customer_id: UUID) -> HttpResponse:
    """The table alone, for the page to put in place."""
    permit = visit.enter(customer_id, "erasures", Action.ERASURES_READ)
    return visit.render("_table", {"listing": _listing(queries.listing(permit)).arrange(visit.request)})


def _live(visit: Visit, customer_id: UUID) -> str:
    """Where the table moves on, in the order that was asked for."""
    query = visit.request.GET.urlencode()
    address_ = reverse("console:erasures_live", kwargs={"customer_id": customer_id})
    return f"{address_}?{query}" if query else address_


def _listing(found: list[Progress]) -> Listing:
    rows = [
        [
            code(one.erasure_id, address(one)),
            text(gettext("one person") if one.target == "subject" else gettext("the whole customer")),
            state(*progressing.state(one)),
            instant(one.confirmed_at),
            text(progressing.took(one)),
        ]
        for one in found
    ]
    columns = [
        Column("erasure", gettext("Erasure"), sortable=False),
        Column("what", gettext("What")),
        Column("state", gettext("State")),
        Column("asked", gettext("Asked")),
        Column("took", gettext("Took"), sortable=False),
    ]
    return Listing("erasures", columns, rows, caption=gettext("Erasures"))


def _summary(found: list[Progress], running: int) -> str:
    if not found:
        return ""
    told = [ngettext("%(count)s erasure.", "%(count)s erasures.", len(found)) % {"count": saying.figure(len(found))}]
    done = [one.production.elapsed.total_seconds() for one in found if one.certificate_id is not None]
    if done:
        told.append(gettext("The slowest took %(time)s.") % {"time": saying.lasting(max(done))})
    late = sum(one.production.state in {"late", "missed"} for one in found)
    if late:
        told.append(ngettext("%(count)s missed its time.", "%(count)s missed their time.", late) % {"count": late})
    if running:
        told.append(ngettext("%(count)s is running.", "%(count)s are running.", running) % {"count": running})
    return " ".join(told)


@page("GET")
def erasure(visit: Visit, customer_id: UUID, erasure_id: UUID) -> HttpResponse:
    """One erasure."""
    return visit.render("erasure", _told(visit, customer_id, erasure_id))


@page("GET")
def erasure_live(visit: Visit, customer_id: UUID, erasure_id: UUID) -> HttpResponse:
    """Its moving part alone."""
    return visit.render("_erasure", _told(visit, customer_id, erasure_id))


def _told(visit: Visit, customer_id: UUID, erasure_id: UUID) -> dict[str, object]:
    permit = visit.enter(customer_id, "erasures", Action.ERASURES_READ)
    progress = queries.progress(permit, erasure_id)
    certificate = ""
    if progress.certificate_id is not None and visit.may(customer_id, Action.CERTIFICATES_READ):
        route = {"customer_id": customer_id, "certificate_id": progress.certificate_id}
        certificate = reverse("console:certificate", kwargs=route)
    view = progressing.view(visit, progress, live_url=address(progress, "erasure_live"), certificate_url=certificate)
    return {"erasure": view, "erasures_url": reverse("console:erasures", kwargs={"customer_id": customer_id})}


@page("POST")
def erasure_retry(visit: Visit, customer_id: UUID, erasure_id: UUID) -> HttpResponse:
    """Try the failed step again, now."""
    permit = visit.enter(customer_id, "erasures", Action.ERASURES_RETRY)
    actions.retry(permit, erasure_id)
    return visit.onward("erasure", notice="erasure.retried", customer_id=customer_id, erasure_id=erasure_id)


@page("POST")
def erasure_cancel(visit: Visit, customer_id: UUID, erasure_id: UUID) -> HttpResponse:
    """Call it off while nothing is destroyed."""
    visit.enter(customer_id, "erasures", Action.ERASURES_READ)
    progress = queries.progress(visit.permit(customer_id, Action.ERASURES_READ), erasure_id)
    needed = Action.CUSTOMER_DELETE if progress.target == "customer" else Action.SUBJECTS_ERASE
    actions.cancel(visit.permit(customer_id, needed), erasure_id)
    return visit.onward("erasure", notice="erasure.cancelled", customer_id=customer_id, erasure_id=erasure_id)


@page("GET", "POST")
def delete_customer(visit: Visit, customer_id: UUID) -> HttpResponse:
    """The owner's word: name typed, grace chosen, receipt handed out."""
    permit = visit.enter(customer_id, "", Action.CUSTOMER_DELETE)
    preview = queries.preview(permit)
    form = forms.DeleteCustomer(
        visit.request.POST or None,
        label=gettext("Type the name: %(name)s") % {"name": visit.customer.name if visit.customer else ""},
        help_text=gettext("Capitals and accents too."),
        graces=_graces(preview.grace_at_most_seconds),
    )
    limit = saying.lasting(preview.production_within_seconds)
    form.fields["grace"].help_text = gettext(
        "As long as it lasts, you can cancel. It counts towards the %(time)s within which all must be gone."
    ) % {"time": limit}
    if visit.request.method == "POST" and form.is_valid():
        answer = _delete(visit, permit, form)
        if answer is not None:
            return answer
    told = {
        "form": form,
        "fate": progressing.fate(preview),
        "sentence": gettext(
            "Everything that is stored here for your company, and every account. It must be gone within %(time)s; you "
            "will get a link that shows how far it is, then the certificate and your log."
        )
        % {"time": limit},
    }
    return visit.render("delete_customer", told, 422 if form.errors else 200)


def _delete(visit: Visit, permit: Permit, form: forms.DeleteCustomer) -> HttpResponse | None:
    grace = timedelta(seconds=int(form.cleaned_data["grace"] or 0))
    try:
        asked = actions.request_customer(permit, form.cleaned_data["typed"], grace=grace)
    except NameDiffers as error:
        form.add_error("typed", f"{words.sentence(error)} {words.next_step(error)}")
        return None
    except GraceTooLong as error:
        form.add_error("grace", words.sentence(error))
        return None
    if asked.receipt is None:
        return visit.onward("erasure", customer_id=permit.customer_id, erasure_id=asked.erasure_id)
    path = reverse("console:receipt", kwargs={"token": asked.receipt})
    told = {
        "title": gettext("Keep this link"),
        "sentence": gettext(
            "It shows how far the deletion is, then the certificate and your log. It needs no account: yours will be "
            "gone."
        ),
        "secret": visit.request.build_absolute_uri(path),
        "onward": path,
        "onward_label": gettext("To the receipt"),
    }
    return visit.render("link_once", told)


def _graces(at_most: int) -> list[tuple[str, str]]:
    hours = [hours for hours in (1, 2, 4, 8, 12, 24, 48) if hours * HOUR <= at_most]
    none = ("0", gettext("none: begin at once"))
    return [none, *((str(count * HOUR), saying.lasting(count * HOUR)) for count in hours)]
