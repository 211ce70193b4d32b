"""Datasets: the list, adding one, and what one holds."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.console import exports, forms, schema_text, words
from troth.console.boundary import page
from troth.console.listing import Column, Listing, instant, number, text
from troth.console.visit import Visit
from troth.kernel.errors import Conflict, Invalid
from troth.vault import actions, queries
from troth.vault.queries import Described
from troth.vault.schema import Field, Schema
from troth.vault.values import TYPES


def listed(permit: Permit, customer_id: UUID) -> Listing:
    """The customer's datasets as a table."""
    rows = [
        [
            text(dataset.name, address(customer_id, dataset.dataset_id)),
            number(len(dataset.schema.fields)),
            number(len(dataset.schema.identifiers)),
            number(len(dataset.schema.plain)),
            instant(dataset.created_at),
        ]
        for dataset in queries.list_datasets(permit)
    ]
    columns = [
        Column("name", gettext("Name")),
        Column("fields", gettext("Fields"), numeric=True),
        Column("identifiers", gettext("Identifiers"), numeric=True),
        Column("plain", gettext("Plain"), numeric=True),
        Column("since", gettext("Made")),
    ]
    return Listing("datasets", columns, rows, caption=gettext("Datasets"))


def address(customer_id: UUID, dataset_id: UUID, name: str = "dataset") -> str:
    """Where a dataset's page is."""
    return reverse(f"console:{name}", kwargs={"customer_id": customer_id, "dataset_id": dataset_id})


@page("GET")
def datasets(visit: Visit, customer_id: UUID) -> HttpResponseBase:
    """All of one customer."""
    permit = visit.enter(customer_id, "datasets", Action.DATASETS_LIST)
    listing = listed(permit, customer_id)
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    may_add = visit.may(customer_id, Action.DATASETS_ADD)
    new_url = reverse("console:dataset_new", kwargs={"customer_id": customer_id}) if may_add else ""
    return visit.render("datasets", {"listing": listing.arrange(visit.request), "new_url": new_url})


@page("GET", "POST")
def dataset_new(visit: Visit, customer_id: UUID) -> HttpResponse:
    """Add one, from lines or from JSON."""
    permit = visit.enter(customer_id, "datasets", Action.DATASETS_ADD)
    form = forms.NewDataset(visit.request.POST or None)
    if visit.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            schema = Schema.parse(schema_text.parse(given["fields_text"]))
            made = actions.add_dataset(
                permit, given["name"], schema, one_record_per_subject=given["one_record"] == "yes"
            )
        except schema_text.Unreadable as error:
            form.add_error("fields_text", str(error))
        except Conflict as error:
            form.add_error("name", words.sentence(error))
        except Invalid as error:
            form.add_error("name" if error.code == Invalid.code else "fields_text", words.sentence(error))
        else:
            return visit.onward("dataset", notice="dataset.added", customer_id=customer_id, dataset_id=made)
    told = {
        "form": form,
        "types": ", ".join(TYPES),
        "back": reverse("console:datasets", kwargs={"customer_id": customer_id}),
    }
    return visit.render("dataset_new", told, 200 if visit.request.method == "GET" else 422)


@page("GET")
def dataset(visit: Visit, customer_id: UUID, dataset_id: UUID) -> HttpResponse:
    """One dataset: its fields, how secret each is, and what came in."""
    permit = visit.enter(customer_id, "datasets", Action.DATASETS_LIST)
    shown = queries.show_dataset(permit, dataset_id, count=True)
    may_import = visit.may(customer_id, Action.RECORDS_IMPORT)
    may_read = visit.may(customer_id, Action.RECORDS_READ)
    told = {
        "dataset": shown,
        "count": shown.records,
        "sentence": gettext("One record for each person.") if shown.one_record_per_subject else "",
        "import_url": address(customer_id, dataset_id, "import") if may_import else "",
        "records_url": address(customer_id, dataset_id, "records") if may_read else "",
        "datasets_url": reverse("console:datasets", kwargs={"customer_id": customer_id}),
        "listing": _fields(shown).arrange(visit.request),
        "imports": _imports(permit, dataset_id).arrange(visit.request),
    }
    return visit.render("dataset", told)


def _fields(shown: Described) -> Listing:
    rows = [[text(field.name), text(field.type), text(_kind(field)), text(field.why)] for field in shown.schema.fields]
    columns = [
        Column("field", gettext("Field"), sortable=False),
        Column("type", gettext("Type"), sortable=False),
        Column("kind", gettext("Kind"), sortable=False),
        Column("why", gettext("Why it is plain"), sortable=False),
    ]
    listing = Listing("fields", columns, rows, caption=gettext("Fields"))
    # A schema is read as a whole: two hundred fields stay on one page.
    listing.total = len(rows)
    return listing


def _kind(field: Field) -> str:
    told = {"identifier": gettext("identifier"), "personal": gettext("personal"), "plain": gettext("plain")}[field.kind]
    return f"{told}: {field.index_kind}" if field.kind == "identifier" else told


def _imports(permit: Permit, dataset_id: UUID) -> Listing:
    rows = [
        [
            instant(one.finished_at),
            number(one.rows_read),
            number(one.stored),
            number(one.updated),
            number(one.skipped + one.unchanged),
            number(one.rejected),
        ]
        for one in queries.imports(permit, dataset_id)
    ]
    columns = [
        Column("when", gettext("When"), sortable=False),
        Column("read", gettext("Read"), numeric=True, sortable=False),
        Column("stored", gettext("Stored"), numeric=True, sortable=False),
        Column("updated", gettext("Updated"), numeric=True, sortable=False),
        Column("left", gettext("Left as they were"), numeric=True, sortable=False),
        Column("rejected", gettext("Rejected"), numeric=True, sortable=False),
    ]
    return Listing("imports", columns, rows, caption=gettext("Imports"))
