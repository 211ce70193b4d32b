"""Certificates and receipts: as a page, as signed JSON, as PDF in either language."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, gettext

from troth.access.roles import Action
from troth.console import exports, progressing, saying
from troth.console.boundary import page
from troth.console.listing import Column, Listing, code, instant, state, text
from troth.console.visit import Visit
from troth.erasure import dsse, payload, queries, receipts, rendering
from troth.erasure.payload import Certificate
from troth.erasure.queries import CertificateShown

CLOCK_MARKS = {
    "kept": "kept",
    "missed": "broken",
    "unknown": "none",
    "running": "running",
    "no_known_copy": "except",
}


@page("GET")
def certificates(visit: Visit, customer_id: UUID) -> HttpResponseBase:
    """All of one customer."""
    permit = visit.enter(customer_id, "certificates", Action.CERTIFICATES_READ)
    words = progressing.wording()
    rows = []
    for shown in queries.certificates(permit):
        said = _read(shown)
        route = {"customer_id": customer_id, "certificate_id": shown.certificate_id}
        kept, limit = said.production.state, said.production.limit_seconds
        rows.append(
            [
                code(shown.certificate_id, reverse("console:certificate", kwargs=route)),
                text(gettext("one person") if said.target.kind == "subject" else gettext("the whole customer")),
                state(CLOCK_MARKS[kept], words("label", kept), kept),
                text(
                    gettext("%(time)s of %(limit)s")
                    % {"time": saying.lasting(said.production.took_seconds), "limit": saying.lasting(limit)}
                ),
                instant(shown.issued_at),
            ]
        )
    columns = [
        Column("certificate", gettext("Certificate"), sortable=False),
        Column("what", gettext("What")),
        Column("state", gettext("Its time")),
        Column("took", gettext("Took"), sortable=False),
        Column("issued", gettext("Issued")),
    ]
    listing = Listing("certificates", columns, rows, caption=gettext("Certificates"))
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    return visit.render("certificates", {"listing": listing.arrange(visit.request)})


def _read(shown: CertificateShown) -> Certificate:
    return payload.decode(dsse.payload_of(shown.envelope, payload.TYPE))


@page("GET")
def certificate(visit: Visit, customer_id: UUID, certificate_id: UUID) -> HttpResponse:
    """One certificate to read."""
    permit = visit.enter(customer_id, "certificates", Action.CERTIFICATES_READ)
    shown = queries.certificate(permit, certificate_id)
    route = {"customer_id": customer_id, "certificate_id": certificate_id}
    told = {
        "certificates_url": reverse("console:certificates", kwargs={"customer_id": customer_id}),
        **_content(shown.envelope),
        "downloads": [
            (reverse("console:certificate_file", kwargs={**route, "form": form}), label) for form, label in forms()
        ],
    }
    return visit.render("certificate", told)


def _content(envelope: bytes) -> dict[str, Any]:
    shown = rendering.content(envelope, "fr" if get_language() == "fr" else "en")
    for clock in shown["clocks"]:
        clock["mark"] = CLOCK_MARKS[clock["state"]]
        clock["percent"] = round(min(1.0, clock["share"]) * 100)
    figures = [{**shown[name], "figures": True} for name in ("removed", "checked")]
    return {"shown": shown, "parts": [*figures, shown["copies"], shown["remains"]]}


def forms() -> list[tuple[str, str]]:
    """In which forms a certificate can be taken away."""
    return [
        ("json", gettext("Signed certificate (JSON)")),
        ("en.pdf", gettext("As a document, in English (PDF)")),
        ("fr.pdf", gettext("As a document, in French (PDF)")),
    ]


@page("GET")
def certificate_file(visit: Visit, customer_id: UUID, certificate_id: UUID, form: str) -> HttpResponse:
    """A certificate to take away."""
    permit = visit.enter(customer_id, "certificates", Action.CERTIFICATES_READ)
    return _file(queries.certificate(permit, certificate_id), form)


def _file(shown: CertificateShown, form: str) -> HttpResponse:
    if form == "json":
        answer = HttpResponse(shown.envelope, content_type="application/json")
    elif form in {"en.pdf", "fr.pdf"}:
        language: rendering.Language = "fr" if form == "fr.pdf" else "en"
        answer = HttpResponse(rendering.pdf(shown.envelope, language), content_type="application/pdf")
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="certificate-{shown.certificate_id}.{form}"'
    return answer


@page("GET", public=True)
def receipt(visit: Visit, token: str) -> HttpResponse:
    """What a deleted customer's owner keeps: no account, no session, only this address."""
    return visit.render("receipt", _receipt(visit, token))


@page("GET", public=True)
def receipt_live(visit: Visit, token: str) -> HttpResponse:
    """Its moving part alone."""
    return visit.render("_erasure", _receipt(visit, token))


def _receipt(visit: Visit, token: str) -> dict[str, object]:
    opened, progress, issued = queries.receipt(token)
    live = reverse("console:receipt_live", kwargs={"token": token})
    files = []
    if issued is not None:
        files = [
            (reverse("console:receipt_file", kwargs={"token": token, "form": form}), label) for form, label in forms()
        ]
    if opened.bundle_bytes is not None:
        url = reverse("console:receipt_file", kwargs={"token": token, "form": "log.tar"})
        files.append((url, gettext("Your log with its proofs (TAR)")))
    return {
        "erasure": progressing.view(visit, progress, live_url=live),
        "downloads": files,
        "until": opened.expires_at,
        **(_content(issued.envelope) if issued is not None else {}),
    }


@page("GET", public=True)
def receipt_file(visit: Visit, token: str, form: str) -> HttpResponseBase:
    """The certificate or the log, to take away."""
    _, _, issued = queries.receipt(token)
    if form == "log.tar":
        pieces = receipts.bundle(token, settings.TROTH_HOME)
        answer = StreamingHttpResponse(pieces, content_type="application/x-tar")
        answer["Content-Disposition"] = 'attachment; filename="log.tar"'
        return answer
    if issued is None:
        raise Http404
    return _file(issued, form)
