"""Subjects and their erasure, the deletion of a customer, the progress of both, and their certificates."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from troth.access.roles import Action
from troth.api import paging
from troth.api.answers import answered, as_request
from troth.api.description import Strict
from troth.api.replays import once
from troth.api.requests import allow
from troth.erasure import actions, queries, rendering
from troth.erasure.actions import Requested
from troth.erasure.queries import CertificateShown, Progress
from troth.erasure.rules import Reading
from troth.vault import queries as vault

router = Router(tags=["erasures"])
_LONGEST_GRACE = 31_536_000


class SubjectOut(Schema):
    subject_id: UUID
    state: str
    created_at: datetime
    records: list[dict[str, UUID]]
    identifiers: list[str]


class AskedOut(Schema):
    """`receipt` is in the first answer alone: with it the owner follows the deletion after their account is gone."""

    erasure_id: UUID
    created: bool
    state: str
    receipt: str | None = None


class Deletion(Strict):
    """The customer's name, typed, and how long to wait first."""

    typed_name: str
    grace_seconds: Annotated[int, Field(ge=0, le=_LONGEST_GRACE)] | None = None


class ClockOut(Schema):
    """One promised time."""

    since: datetime
    ends_at: datetime
    ended_at: datetime | None
    state: str


class StepOut(Schema):
    step: str
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int | None
    attempts: int
    error_code: str | None
    waiting_for: str | None
    next_attempt_at: datetime | None
    stuck: bool


class ErasureOut(Schema):
    erasure_id: UUID
    target: str
    target_id: UUID
    state: str
    confirmed_at: datetime
    grace_until: datetime
    cancellable: bool
    stuck: bool
    epoch: int | None
    certificate_id: UUID | None
    production: ClockOut
    backups: ClockOut
    steps: list[StepOut]


class ErasurePage(Schema):
    erasures: list[ErasureOut]
    next: str | None


class CertificateOut(Schema):
    certificate_id: UUID
    erasure_id: UUID
    issued_at: datetime


class CertificatePage(Schema):
    certificates: list[CertificateOut]
    next: str | None


@router.get("/customers/{uuid:customer_id}/subjects/{uuid:subject_id}", response=SubjectOut, summary="Show a subject")
def show_subject(request: HttpRequest, customer_id: UUID, subject_id: UUID) -> SubjectOut:
    """Where a person occurs; never who it is."""
    permit = allow(as_request(request), customer_id, Action.SUBJECTS_SHOW)
    found = vault.show_subject(permit, subject_id)
    return SubjectOut(
        subject_id=found.subject_id,
        state=found.state,
        created_at=found.created_at,
        records=[{"dataset_id": dataset_id, "record_id": record_id} for dataset_id, record_id in found.records],
        identifiers=list(found.identifiers),
    )


@router.post(
    "/customers/{uuid:customer_id}/subjects/{uuid:subject_id}/erasure",
    response={202: AskedOut},
    summary="Erase a person",
)
def erase_subject(request: HttpRequest, customer_id: UUID, subject_id: UUID) -> HttpResponse:
    """Their keys are destroyed, then their rows; the certificate says when. Asked twice, it is one erasure."""
    asked = as_request(request)
    permit = allow(asked, customer_id, Action.SUBJECTS_ERASE)
    return once(asked, customer_id, lambda: answered(_asked(actions.request_subject(permit, subject_id)), 202))


@router.post("/customers/{uuid:customer_id}/erasure", response={202: AskedOut}, summary="Delete a customer (its owner)")
def erase_customer(request: HttpRequest, customer_id: UUID, deletion: Deletion) -> HttpResponse:
    asked = as_request(request)
    permit = allow(asked, customer_id, Action.CUSTOMER_DELETE)
    grace = None if deletion.grace_seconds is None else timedelta(seconds=deletion.grace_seconds)
    shown: list[AskedOut] = []

    def work() -> HttpResponse:
        found = _asked(actions.request_customer(permit, deletion.typed_name, grace=grace))
        shown.append(found)
        return answered(found.model_copy(update={"receipt": None}), 202)

    response = once(asked, customer_id, work)
    # The receipt joins the answer only after the answer was kept.
    return answered(shown[0], 202) if shown else response


@router.get("/customers/{uuid:customer_id}/erasures", response=ErasurePage, summary="List erasures")
def list_erasures(
    request: HttpRequest, customer_id: UUID, cursor: str | None = None, limit: paging.Limit = paging.DEFAULT
) -> ErasurePage:
    permit = allow(as_request(request), customer_id, Action.ERASURES_READ)
    found = sorted(queries.listing(permit), key=lambda one: one.erasure_id)
    page, following = paging.cut(
        found, lambda one: one.erasure_id, listing="erasures", customer_id=customer_id, cursor=cursor, limit=limit
    )
    return ErasurePage(erasures=[_erasure(one) for one in page], next=following)


@router.get(
    "/customers/{uuid:customer_id}/erasures/{uuid:erasure_id}",
    response=ErasureOut,
    summary="The progress of an erasure",
)
def show_erasure(request: HttpRequest, customer_id: UUID, erasure_id: UUID) -> ErasureOut:
    permit = allow(as_request(request), customer_id, Action.ERASURES_READ)
    return _erasure(queries.progress(permit, erasure_id))


@router.post(
    "/customers/{uuid:customer_id}/erasures/{uuid:erasure_id}/retry",
    response={202: AskedOut},
    summary="Try a failed step again now",
)
def retry_erasure(request: HttpRequest, customer_id: UUID, erasure_id: UUID) -> HttpResponse:
    asked = as_request(request)
    permit = allow(asked, customer_id, Action.ERASURES_RETRY, Action.ERASURES_READ)

    def work() -> HttpResponse:
        actions.retry(permit, erasure_id)
        state = queries.progress(permit, erasure_id).state
        return answered(AskedOut(erasure_id=erasure_id, created=False, state=state), 202)

    return once(asked, customer_id, work)


@router.post(
    "/customers/{uuid:customer_id}/erasures/{uuid:erasure_id}/cancel",
    response=AskedOut,
    summary="Call an erasure off while nothing is destroyed",
)
def cancel_erasure(request: HttpRequest, customer_id: UUID, erasure_id: UUID) -> HttpResponse:
    """A person's erasure takes the right to erase subjects; a customer's deletion its owner."""
    asked = as_request(request)
    seen = queries.progress(allow(asked, customer_id, Action.ERASURES_READ), erasure_id)
    permit = allow(asked, customer_id, Action.CUSTOMER_DELETE if seen.target == "customer" else Action.SUBJECTS_ERASE)

    def work() -> HttpResponse:
        actions.cancel(permit, erasure_id)
        return answered(AskedOut(erasure_id=erasure_id, created=False, state="cancelled"))

    return once(asked, customer_id, work)


@router.get("/customers/{uuid:customer_id}/certificates", response=CertificatePage, summary="List certificates")
def list_certificates(
    request: HttpRequest, customer_id: UUID, cursor: str | None = None, limit: paging.Limit = paging.DEFAULT
) -> CertificatePage:
    permit = allow(as_request(request), customer_id, Action.CERTIFICATES_READ)
    found = sorted(queries.certificates(permit), key=lambda one: one.certificate_id)
    page, following = paging.cut(
        found,
        lambda one: one.certificate_id,
        listing="certificates",
        customer_id=customer_id,
        cursor=cursor,
        limit=limit,
    )
    return CertificatePage(certificates=[_certificate(one) for one in page], next=following)


@router.get(
    "/customers/{uuid:customer_id}/certificates/{uuid:certificate_id}",
    summary="A certificate: a DSSE envelope, as signed",
)
def show_certificate(request: HttpRequest, customer_id: UUID, certificate_id: UUID) -> HttpResponse:
    permit = allow(as_request(request), customer_id, Action.CERTIFICATES_READ)
    found = queries.certificate(permit, certificate_id)
    return HttpResponse(found.envelope, content_type="application/json")


@router.get("/customers/{uuid:customer_id}/certificates/{uuid:certificate_id}/pdf", summary="A certificate as a page")
def certificate_page(
    request: HttpRequest, customer_id: UUID, certificate_id: UUID, language: Literal["en", "fr"] = "en"
) -> HttpResponse:
    permit = allow(as_request(request), customer_id, Action.CERTIFICATES_READ)
    found = queries.certificate(permit, certificate_id)
    response = HttpResponse(rendering.pdf(found.envelope, language), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{certificate_id}.pdf"'
    return response


def _asked(requested: Requested) -> AskedOut:
    return AskedOut(
        erasure_id=requested.erasure_id,
        created=requested.created,
        state=requested.state,
        receipt=requested.receipt,
    )


def _erasure(found: Progress) -> ErasureOut:
    return ErasureOut(
        erasure_id=found.erasure_id,
        target=found.target,
        target_id=found.target_id,
        state=found.state,
        confirmed_at=found.confirmed_at,
        grace_until=found.grace_until,
        cancellable=found.cancellable,
        stuck=found.stuck,
        epoch=found.epoch,
        certificate_id=found.certificate_id,
        production=_clock(found.production),
        backups=_clock(found.backups),
        steps=[StepOut(**asdict(step)) for step in found.steps],
    )


def _clock(reading: Reading) -> ClockOut:
    return ClockOut(since=reading.since, ends_at=reading.ends_at, ended_at=reading.ended_at, state=reading.state)


def _certificate(found: CertificateShown) -> CertificateOut:
    return CertificateOut(certificate_id=found.certificate_id, erasure_id=found.erasure_id, issued_at=found.issued_at)
