"""Importing a file: first a trial that stores nothing, then the import; the rejected rows to take away."""

from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.console import exports, forms, uploads, words
from troth.console.boundary import page
from troth.console.listing import Column, Listing, number, text
from troth.console.terms import DEFAULT
from troth.console.views.datasets import address
from troth.console.visit import Visit
from troth.kernel.errors import Conflict, Invalid, NotFound
from troth.vault import imports, queries, spools
from troth.vault.imports import ImportReport
from troth.vault.queries import Described
from troth.vault.storing import OnDuplicate

MEGABYTE = 1024 * 1024


@page("GET", "POST")
def import_file(visit: Visit, customer_id: UUID, dataset_id: UUID) -> HttpResponse:
    """Upload and try, or import at once; `confirm` imports what was tried."""
    permit = visit.enter(customer_id, "datasets", Action.RECORDS_IMPORT, Action.DATASETS_LIST)
    shown = queries.show_dataset(permit, dataset_id)
    step = visit.request.POST.get("step", "")
    if visit.request.method == "POST" and step == "confirm":
        return _confirmed(visit, permit, shown)
    form = forms.Upload(visit.request.POST or None, visit.request.FILES or None)
    if visit.request.method == "POST" and form.is_valid():
        answer = _uploaded(visit, permit, shown, form, dry=step != "import")
        if answer is not None:
            return answer
    return _form(visit, shown, form)


def _form(visit: Visit, shown: Described, form: forms.Upload) -> HttpResponse:
    told = {
        "dataset": {"name": shown.name, "url": _dataset(visit, shown)},
        "form": form,
        "largest": f"{DEFAULT.largest_upload // MEGABYTE} MB",
    }
    return visit.render("import", told, 422 if form.errors else 200)


def _dataset(visit: Visit, shown: Described, name: str = "dataset") -> str:
    return address(cast("Any", visit.customer).customer_id, shown.dataset_id, name)


def _uploaded(visit: Visit, permit: Permit, shown: Described, form: forms.Upload, *, dry: bool) -> HttpResponse | None:
    file: UploadedFile = form.cleaned_data["file"]
    told = uploads.ending(file.name or "", form.cleaned_data["format"])
    if not told:
        form.add_error("format", gettext("The file's name does not tell: choose CSV, JSON lines or Parquet."))
        return None
    if (file.size or 0) > DEFAULT.largest_upload:
        form.add_error("file", gettext("It is larger than this page takes: import it on the command line."))
        return None
    name = uploads.keep(permit.customer_id, file, told)
    duplicates: OnDuplicate = form.cleaned_data["on_duplicate"]
    try:
        if dry:
            path = uploads.path(permit.customer_id, name)
            report = imports.run(permit, shown.dataset_id, path, dry_run=True, on_duplicate=duplicates)
        else:
            with uploads.dropping(permit.customer_id, name) as path:
                report = imports.run(permit, shown.dataset_id, path, on_duplicate=duplicates)
    except (Invalid, Conflict) as error:
        uploads.drop(permit.customer_id, name)
        form.add_error("file", f"{words.sentence(error)} {words.next_step(error)}")
        return None
    return _report(visit, shown, report, name if dry else "", duplicates)


def _confirmed(visit: Visit, permit: Permit, shown: Described) -> HttpResponse:
    name, duplicates = visit.request.POST.get("spool", ""), visit.request.POST.get("on_duplicate", "reject")
    if duplicates not in {"reject", "skip", "update"}:
        raise Invalid(what="The import", why="it does not say what to do with duplicates")
    with uploads.dropping(permit.customer_id, name) as path:
        report = imports.run(permit, shown.dataset_id, path, on_duplicate=cast("OnDuplicate", duplicates))
    return _report(visit, shown, report, "", duplicates)


def _why(reason: str) -> str:
    """A reason's field, and its words in the page's language."""
    field, _, said = reason.partition(": ")
    return f"{field}: {gettext(said)}" if said else reason


def _report(visit: Visit, shown: Described, report: ImportReport, spool: str, duplicates: str) -> HttpResponse:
    would = report.stored + report.updated
    route = {"customer_id": cast("Any", visit.customer).customer_id, "import_id": report.import_id}
    reasons = [[text(_why(why)), number(count)] for why, count in report.reasons.most_common()]
    columns = [
        Column("why", gettext("Why"), sortable=False),
        Column("rows", gettext("Rows"), numeric=True, sortable=False),
    ]
    told = {
        "dataset": {"name": shown.name, "url": _dataset(visit, shown)},
        "dry": report.dry_run,
        "report": {
            "stored": would,
            "read": report.rows,
            "took": report.seconds,
            "facts": [
                (gettext("New records"), report.stored),
                (gettext("Brought up to date"), report.updated),
                (gettext("Already so"), report.unchanged),
                (gettext("Left as they were"), report.skipped),
                (gettext("Rejected"), report.rejected),
            ],
            "rejected": report.rejected,
            "rejected_url": reverse("console:rejected", kwargs=route) if report.rejected_file else "",
            "sample": Listing("reasons", columns, reasons, caption=gettext("Rejected rows")).arrange(visit.request),
            "spool": spool,
        },
        "on_duplicate": duplicates,
        "again_url": visit.request.path,
        "records_url": _dataset(visit, shown, "records"),
    }
    return visit.render("import_report", told)


@page("GET")
def rejected(visit: Visit, customer_id: UUID, import_id: UUID) -> HttpResponseBase:
    """The rejected rows of one import, as they came, with line and reason. Taking them away is logged."""
    permit = visit.enter(customer_id, "datasets", Action.RECORDS_IMPORT)
    path = spools.folder("rejected", customer_id) / f"{import_id}.jsonl"
    if not path.is_file():
        raise NotFound(what="rejected-rows file")
    exports.note(permit, "import.rejected_rows", entity=import_id)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename="rejected.jsonl", content_type="application/jsonl"
    )
