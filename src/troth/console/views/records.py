"""Records: browsing, finding, filtering, one record with its history, correcting it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.console import forms, looks, recording, words
from troth.console.boundary import page
from troth.console.listing import Cell, Column, Listing, code, instant, number, text
from troth.console.terms import DEFAULT
from troth.console.views.datasets import address
from troth.console.visit import Visit
from troth.kernel.errors import Invalid
from troth.vault import actions, queries, scans
from troth.vault.errors import FilterInvalid, RowRefused, Stale, TwoSubjects
from troth.vault.opening import Record
from troth.vault.queries import Described
from troth.vault.values import Stored

SHOWN_FIELDS = 5
"""How many fields a row of a table shows; the record's own page shows all."""


def record_address(customer_id: UUID, record_id: UUID, name: str = "record") -> str:
    """Where a record's page is."""
    return reverse(f"console:{name}", kwargs={"customer_id": customer_id, "record_id": record_id})


def said(value: Stored) -> str | None:
    """A value as the page says it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value)


def table(customer_id: UUID, shown: Described, records: Iterable[Record]) -> Listing:
    """Records of one dataset as a table: identifiers first, since one looks for people by them."""
    fields = sorted(shown.schema.fields, key=lambda field: field.kind != "identifier")[:SHOWN_FIELDS]
    rows = [
        [_link(customer_id, one), *(_cell(one.values.get(f.name)) for f in fields), instant(one.updated_at)]
        for one in records
    ]
    columns = [
        Column("record", gettext("Record"), sortable=False),
        *(Column(f.name, f.name, numeric=f.type in {"integer", "decimal"}, sortable=False) for f in fields),
        Column("changed", gettext("Last change"), sortable=False),
    ]
    return Listing("records", columns, rows, caption=gettext("Records"))


def _link(customer_id: UUID, one: Record) -> Cell:
    return code(one.record_id, record_address(customer_id, one.record_id))


def _cell(value: Stored) -> Cell:
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else text(said(value))


@page("GET", "POST")
def records(visit: Visit, customer_id: UUID, dataset_id: UUID) -> HttpResponseBase:
    """A dataset's records page by page; with a filter (by POST: it may name a person) those that fit."""
    permit = visit.enter(customer_id, "datasets", Action.RECORDS_READ, Action.DATASETS_LIST)
    shown = queries.show_dataset(permit, dataset_id)
    if visit.request.GET.get("as") in {"csv", "json"}:
        return _taken(visit, customer_id, shown)
    told: dict[str, Any] = {
        "dataset": {"name": shown.name, "url": address(customer_id, dataset_id)},
        "filter_url": visit.request.path,
        "may_filter": visit.may(customer_id, Action.RECORDS_SCAN),
        "without_export": not visit.may(customer_id, Action.RECORDS_EXPORT),
    }
    where = visit.request.POST.get("where", "").strip()
    status = 200
    if visit.request.method == "POST" and where:
        told["where"] = where
        try:
            told |= _filtered(visit, customer_id, shown, where)
        except FilterInvalid as error:
            told["error"], status = words.sentence(error), error.status
            told["listing"] = table(customer_id, shown, []).arrange(visit.request)
    else:
        told["listing"] = _paged(visit, permit, shown)
    return visit.render("records", told, status)


def _paged(visit: Visit, permit: Permit, shown: Described) -> Listing:
    cursor = visit.request.GET.get("after")
    found = queries.page(permit, shown.dataset_id, cursor=cursor, limit=DEFAULT.records_per_page)
    listing = table(permit.customer_id, shown, found.records)
    listing.previous = "?" if cursor else ""
    listing.following = f"?after={found.next}" if found.next else ""
    return listing.arrange(visit.request, cut=False)


def _filtered(visit: Visit, customer_id: UUID, shown: Described, where: str) -> dict[str, Any]:
    permit = visit.permit(customer_id, Action.RECORDS_SCAN)
    matching = (one for batch in scans.scan(permit, shown.dataset_id, where) for one in batch)
    found = list(islice(matching, DEFAULT.shown_of_a_scan + 1))
    more = len(found) > DEFAULT.shown_of_a_scan
    told = gettext("Only the first %(count)s that fit are shown, and looked at: narrow the filter to see others.")
    listing = table(customer_id, shown, found[: DEFAULT.shown_of_a_scan])
    return {
        "listing": listing.arrange(visit.request, cut=False),
        "scanned": told % {"count": DEFAULT.shown_of_a_scan} if more else "",
        "without_export": True,
    }


def _taken(visit: Visit, customer_id: UUID, shown: Described) -> HttpResponseBase:
    """The whole dataset as a file, streamed; every batch is in the log before it leaves."""
    permit = visit.permit(customer_id, Action.RECORDS_EXPORT)
    batches = scans.scan(permit, shown.dataset_id, action=Action.RECORDS_EXPORT, operation="records.exported")
    as_json = visit.request.GET["as"] == "json"
    names = [field.name for field in shown.schema.fields]
    lines: Iterator[str] = recording.as_json(batches, names) if as_json else recording.as_csv(batches, names)
    response = StreamingHttpResponse(lines, content_type="application/json" if as_json else "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="records.{"json" if as_json else "csv"}"'
    return response


@page("GET", "POST")
def find(visit: Visit, customer_id: UUID) -> HttpResponse:
    """One person's records by an identifier, which travels in the body and never in an address."""
    permit = visit.enter(customer_id, "find", Action.RECORDS_FIND, Action.DATASETS_LIST)
    described = {one.dataset_id: one for one in queries.list_datasets(permit)}
    form = forms.Find(visit.request.POST or None, kinds=_kinds(described.values()))
    told: dict[str, Any] = {"form": form, "searched": False}
    status = 200
    if visit.request.method == "POST":
        if form.is_valid():
            try:
                found = queries.find(permit, form.cleaned_data["kind"], form.cleaned_data["value"])
            except Invalid as error:
                form.add_error("value", words.sentence(error))
            else:
                told |= _found(visit, customer_id, described, found)
        status = 422 if form.errors else 200
    return visit.render("find", told, status)


def _kinds(described: Iterable[Described]) -> list[tuple[str, str]]:
    names = {"email": gettext("mail address"), "phone": gettext("telephone number"), "reference": gettext("reference")}
    present = {field.index_kind for dataset in described for field in dataset.schema.identifiers}
    labelled = [(kind, names.get(kind.partition(":")[0], kind), kind.partition(":")[2]) for kind in sorted(present)]
    return [(kind, f"{name} ({scheme})" if scheme else name) for kind, name, scheme in labelled] or [
        ("email", names["email"])
    ]


def _found(visit: Visit, customer_id: UUID, described: dict[UUID, Described], found: list[Record]) -> dict[str, Any]:
    rows = [
        [
            _link(customer_id, one),
            text(described[one.dataset_id].name),
            instant(one.created_at),
            instant(one.updated_at),
        ]
        for one in found
    ]
    columns = [
        Column("record", gettext("Record"), sortable=False),
        Column("dataset", gettext("Dataset"), sortable=False),
        Column("stored", gettext("Stored"), sortable=False),
        Column("changed", gettext("Last change"), sortable=False),
    ]
    subjects = {one.subject_id for one in found}
    route = {"customer_id": customer_id, "subject_id": subjects.pop()} if len(subjects) == 1 else None
    may = visit.may(customer_id, Action.SUBJECTS_SHOW)
    return {
        "searched": True,
        "listing": Listing("found", columns, rows, caption=gettext("Records")).arrange(visit.request),
        "subject_url": reverse("console:subject", kwargs=route) if route and may else "",
    }


@page("GET")
def record(visit: Visit, customer_id: UUID, record_id: UUID) -> HttpResponse:
    """One record, what was changed in it, and who looked."""
    permit = visit.enter(customer_id, "datasets", Action.RECORDS_READ, Action.DATASETS_LIST)
    # Before this look itself: the page says who looked until now.
    before = looks.at(visit, customer_id, record_id)
    opened = queries.get(permit, record_id)
    shown = queries.show_dataset(permit, opened.dataset_id)
    plain = {field.name for field in shown.schema.plain}
    subject = {"customer_id": customer_id, "subject_id": opened.subject_id}
    told = {
        "dataset": {
            "name": shown.name,
            "url": address(customer_id, shown.dataset_id),
            "records_url": address(customer_id, shown.dataset_id, "records"),
        },
        "record": {
            "id": record_id,
            "values": [
                {"name": name, "value": said(value), "plain": name in plain} for name, value in opened.values.items()
            ],
            "created": opened.created_at,
            "updated": opened.updated_at if opened.version > 1 else None,
            "version": opened.version,
        },
        "correct_url": record_address(customer_id, record_id, "correct")
        if visit.may(customer_id, Action.RECORDS_CORRECT)
        else "",
        "subject_url": reverse("console:subject", kwargs=subject)
        if visit.may(customer_id, Action.SUBJECTS_SHOW)
        else "",
        "changes": [recording.change(one) for one in reversed(queries.changes(permit, record_id))],
        "looks": before,
        "log_url": looks.address(visit, customer_id, record_id),
    }
    return visit.render("record", told)


@page("GET", "POST")
def correct(visit: Visit, customer_id: UUID, record_id: UUID) -> HttpResponse:
    """Change some fields; only what differs is sent on."""
    needed = (Action.RECORDS_CORRECT, Action.RECORDS_READ, Action.DATASETS_LIST)
    permit = visit.enter(customer_id, "datasets", *needed)
    opened = queries.get(permit, record_id)
    schema = queries.show_dataset(permit, opened.dataset_id).schema
    given = visit.request.POST if visit.request.method == "POST" else None
    form = recording.form(schema, opened.values, given)
    version = opened.version
    if given is not None and form.is_valid():
        version = _version(given.get("version"))
        changes = recording.changes(schema, opened.values, form.cleaned_data)
        try:
            actions.correct(permit, record_id, changes, if_version=version)
        except RowRefused as error:
            form.add_error(error.field if error.field in form.fields else None, words.sentence(error))
        except (Stale, TwoSubjects) as error:
            form.add_error(None, f"{words.sentence(error)} {words.next_step(error)}")
        else:
            return visit.onward("record", notice="record.corrected", customer_id=customer_id, record_id=record_id)
    told = {
        "form": form,
        "version": version,
        "record_id": record_id,
        "record_url": record_address(customer_id, record_id),
    }
    return visit.render("correct", told, 422 if form.errors else 200)


def _version(text_: str | None) -> int:
    if text_ is None or not text_.isdecimal() or len(text_) > 9:  # noqa: PLR2004 - digits of an int4
        raise Invalid(what="The version", why="it is not the one that the page gave")
    return int(text_)
