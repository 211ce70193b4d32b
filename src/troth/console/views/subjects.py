"""One person in the data: where they occur, and their erasure."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from troth.access.roles import Action
from troth.console import forms, looks, progressing, saying
from troth.console.boundary import page
from troth.console.listing import Column, Listing, code, text
from troth.console.views.records import record_address
from troth.console.visit import Visit
from troth.erasure import actions
from troth.erasure import queries as erasures
from troth.vault import queries
from troth.vault.queries import SubjectShown

ID_TYPED = 6
"""How many of an id's last characters are typed before an erasure: enough to have looked, not enough to tire."""


@page("GET")
def subject(visit: Visit, customer_id: UUID, subject_id: UUID) -> HttpResponse:
    """Where a person occurs; never who they are."""
    permit = visit.enter(customer_id, "find", Action.SUBJECTS_SHOW, Action.DATASETS_LIST)
    before = looks.at(visit, customer_id, subject_id)
    shown = queries.show_subject(permit, subject_id)
    count = len(shown.records)
    sentence = ngettext(
        "One person with %(count)s record, sealed under a key of their own.",
        "One person with %(count)s records, all sealed under one key of their own.",
        count,
    )
    route = {"customer_id": customer_id, "subject_id": subject_id}
    may_erase = visit.may(customer_id, Action.SUBJECTS_ERASE) and shown.state == "active"
    names = {one.dataset_id: one.name for one in queries.list_datasets(permit)}
    told = {
        "subject": {"id": subject_id, "since": shown.created_at, "frozen": shown.state != "active"},
        "sentence": sentence % {"count": saying.figure(count)},
        "listing": _records(customer_id, shown, names).arrange(visit.request),
        "looks": before,
        "erase_url": reverse("console:erase", kwargs=route) if may_erase else "",
        "erasure_url": _running(visit, customer_id, subject_id),
    }
    return visit.render("subject", told)


def _records(customer_id: UUID, shown: SubjectShown, names: dict[UUID, str]) -> Listing:
    rows = [
        [code(record_id, record_address(customer_id, record_id)), text(names.get(dataset_id))]
        for dataset_id, record_id in shown.records
    ]
    columns = [
        Column("record", gettext("Record"), sortable=False),
        Column("dataset", gettext("Dataset"), sortable=False),
    ]
    return Listing("records", columns, rows, caption=gettext("Records"))


def _running(visit: Visit, customer_id: UUID, subject_id: UUID) -> str:
    if not visit.may(customer_id, Action.ERASURES_READ):
        return ""
    permit = visit.permit(customer_id, Action.ERASURES_READ)
    found = next((one for one in erasures.listing(permit) if one.target_id == subject_id and not one.finished), None)
    if found is None:
        return ""
    return reverse("console:erasure", kwargs={"customer_id": customer_id, "erasure_id": found.erasure_id})


@page("GET", "POST")
def erase(visit: Visit, customer_id: UUID, subject_id: UUID) -> HttpResponse:
    """What will go, stay and be final; then the erasure."""
    permit = visit.enter(customer_id, "erasures", Action.SUBJECTS_ERASE)
    expected = str(subject_id)[-ID_TYPED:]
    form = forms.Typed(
        visit.request.POST or None,
        label=gettext("Type %(word)s") % {"word": expected},
        expected=expected,
        help_text=gettext("The end of the person's id, so that nobody erases the wrong one by a slip."),
    )
    if visit.request.method == "POST" and form.is_valid():
        asked = actions.request_subject(permit, subject_id)
        return visit.onward("erasure", customer_id=customer_id, erasure_id=asked.erasure_id)
    preview = erasures.preview(permit, subject_id)
    told = {
        "form": form,
        "subject_id": subject_id,
        "back": reverse("console:subject", kwargs={"customer_id": customer_id, "subject_id": subject_id}),
        "fate": progressing.fate(preview),
        "sentence": gettext(
            "It begins at once and takes seconds; it must be over within %(time)s. The next page shows how far it is."
        )
        % {"time": saying.lasting(preview.production_within_seconds)},
    }
    return visit.render("erase", told, 422 if form.errors else 200)
