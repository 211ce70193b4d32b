"""Reading erasures: their progress as it is now, their certificates, and what an erasure would do.

Nothing personal comes out of here, so reading is not logged; every reader still needs a permit, or a receipt.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.erasure import plan, purging, receipts, rules
from troth.erasure.errors import NothingToErase
from troth.erasure.models import CertificateRow, Request, StepRow
from troth.erasure.rules import CANCELLABLE, Reading, State, Step, StepState
from troth.erasure.terms import ErasureTerms, for_customer
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import NotFound
from troth.kernel.wall import within

LISTED = 1_000


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step, as a page shows it."""

    step: Step
    state: StepState
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int | None
    attempts: int
    error_code: str | None
    waiting_for: str | None
    next_attempt_at: datetime | None
    stuck: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """One erasure, as it stands now. `production` is the first clock; the second begins with it."""

    customer_id: UUID
    erasure_id: UUID
    target: rules.Target
    target_id: UUID
    state: State
    confirmed_at: datetime
    grace_until: datetime
    cancellable: bool
    stuck: bool
    production: Reading
    backups: Reading
    epoch: int | None
    steps: tuple[StepShown, ...]
    certificate_id: UUID | None

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in {State.DONE, State.CANCELLED}


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would do, by the plan's names and codes: nothing was touched."""

    target: rules.Target
    goes: tuple[tuple[str, int], ...]
    stays: tuple[tuple[str, str], ...]
    production_within_seconds: int
    backups_within_seconds: int
    grace_at_most_seconds: int


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """A certificate, as issued. `rendering.pdf(envelope, language)` makes its page."""

    customer_id: UUID
    certificate_id: UUID
    erasure_id: UUID
    issued_at: datetime
    envelope: bytes


def progress(permit: Permit, erasure_id: UUID, *, terms: ErasureTerms | None = None, clock: Clock = SYSTEM) -> Progress:
    """One erasure. Raises NotFound."""
    permit.require(Action.ERASURES_READ)
    return _one(permit.customer_id, erasure_id, terms, clock)


def listing(
    permit: Permit,
    *,
    limit: int = LISTED,
    before: UUID | None = None,
    terms: ErasureTerms | None = None,
    clock: Clock = SYSTEM,
) -> list[Progress]:
    """The customer's erasures, newest first; `before` is the last id of the page before."""
    permit.require(Action.ERASURES_READ)
    with within(permit.customer_id):
        found = Request.objects.filter(customer_id=permit.customer_id).order_by("-erasure_id")
        if before is not None:
            found = found.filter(erasure_id__lt=before)
        return _progress(permit.customer_id, list(found[:limit]), terms, clock)


def of_target(
    permit: Permit, target_id: UUID, *, terms: ErasureTerms | None = None, clock: Clock = SYSTEM
) -> Progress | None:
    """The erasure of this subject, or of the customer itself; None when there is none that was not cancelled."""
    permit.require(Action.ERASURES_READ)
    with within(permit.customer_id):
        asked = Request.objects.filter(customer_id=permit.customer_id, target_id=target_id)
        found = _progress(permit.customer_id, list(asked.exclude(state=State.CANCELLED)), terms, clock)
    return found[0] if found else None


def certificates(permit: Permit) -> list[CertificateShown]:
    """The customer's certificates, newest first."""
    permit.require(Action.CERTIFICATES_READ)
    with within(permit.customer_id):
        found = CertificateRow.objects.filter(customer_id=permit.customer_id).order_by("-certificate_id")
        return [_certificate(row) for row in found]


def certificate(permit: Permit, certificate_id: UUID) -> CertificateShown:
    """One certificate. Raises NotFound."""
    permit.require(Action.CERTIFICATES_READ)
    with within(permit.customer_id):
        row = CertificateRow.objects.filter(customer_id=permit.customer_id, certificate_id=certificate_id).first()
    if row is None:
        raise NotFound(what="certificate")
    return _certificate(row)


def certificate_of(permit: Permit, erasure_id: UUID) -> CertificateShown | None:
    """The certificate of an erasure; None while there is none."""
    permit.require(Action.CERTIFICATES_READ)
    return _certificate_of(permit.customer_id, erasure_id)


def receipt(
    token: str, *, terms: ErasureTerms | None = None, clock: Clock = SYSTEM
) -> tuple[receipts.Opened, Progress, CertificateShown | None]:
    """What the owner's link shows. Raises ReceiptUnknown."""
    opened = receipts.find(token, clock=clock)
    shown = _one(opened.customer_id, opened.erasure_id, terms, clock)
    return opened, shown, _certificate_of(opened.customer_id, opened.erasure_id)


def preview(permit: Permit, subject_id: UUID | None = None, *, terms: ErasureTerms | None = None) -> Preview:
    """What erasing this person, or without one the permit's whole customer, would take and leave.

    Raises:
        NothingToErase: there is no such subject here.
    """
    permit.require(Action.SUBJECTS_ERASE if subject_id else Action.CUSTOMER_DELETE)
    target: rules.Target = "subject" if subject_id else "customer"
    target_id = subject_id or permit.customer_id
    owed = terms or for_customer(permit.customer_id)
    goes = tuple(
        (table.name, purging.count_rows(table, target, permit.customer_id, target_id))
        for table in plan.TABLES
        if table.how(target) is plan.How.PURGED and table.using == "default"
    )
    if subject_id and not dict(goes).get("vault_subject"):
        raise NothingToErase(what="subject")
    return Preview(
        target=target,
        goes=goes,
        stays=tuple(plan.remains(target)),
        production_within_seconds=int(owed.production_within.total_seconds()),
        backups_within_seconds=int(owed.backups_within.total_seconds()),
        grace_at_most_seconds=int(owed.grace_at_most.total_seconds()) if target == "customer" else 0,
    )


def _one(customer_id: UUID, erasure_id: UUID, terms: ErasureTerms | None, clock: Clock) -> Progress:
    with within(customer_id):
        found = list(Request.objects.filter(customer_id=customer_id, erasure_id=erasure_id))
        if not found:
            raise NotFound(what="erasure")
        return _progress(customer_id, found, terms, clock)[0]


def _progress(customer_id: UUID, requests: list[Request], terms: ErasureTerms | None, clock: Clock) -> list[Progress]:
    """Three statements, however many erasures."""
    now_owed = terms or for_customer(customer_id)
    ids = [request.erasure_id for request in requests]
    steps: dict[UUID, dict[str, StepRow]] = {one: {} for one in ids}
    for row in StepRow.objects.filter(customer_id=customer_id, erasure_id__in=ids):
        steps[row.erasure_id][row.step] = row
    issued = CertificateRow.objects.filter(customer_id=customer_id, erasure_id__in=ids)
    certified = dict(issued.values_list("erasure_id", "certificate_id"))
    return [
        _shown(request, steps[request.erasure_id], certified.get(request.erasure_id), now_owed, clock)
        for request in requests
    ]


def _shown(
    request: Request, rows: dict[str, StepRow], certificate_id: UUID | None, terms: ErasureTerms, clock: Clock
) -> Progress:
    target: rules.Target = "subject" if request.target == "subject" else "customer"
    steps = tuple(_step(rows[step], terms) for step in rules.steps_of(target))
    state, now = State(request.state), clock.now()
    risk = terms.at_risk_from
    owed = rules.owed(state, request.production_within, terms.production_within)
    backups_owed = rules.owed(state, request.backups_within, terms.backups_within)
    return Progress(
        customer_id=request.customer_id,
        erasure_id=request.erasure_id,
        target=target,
        target_id=request.target_id,
        state=state,
        confirmed_at=request.confirmed_at,
        grace_until=request.grace_until,
        cancellable=state in CANCELLABLE,
        stuck=any(step.stuck for step in steps),
        production=rules.read_clock(
            request.confirmed_at,
            now,
            owed,
            ended_at=request.gone_at if state is State.DONE else None,
            at_risk_from=risk,
        ),
        backups=rules.read_clock(request.confirmed_at, now, backups_owed, ended_at=None, at_risk_from=risk),
        epoch=request.epoch,
        steps=steps,
        certificate_id=certificate_id,
    )


def _step(row: StepRow, terms: ErasureTerms) -> StepShown:
    state = StepState(row.state)
    return StepShown(
        step=Step(row.step),
        state=state,
        started_at=row.started_at,
        finished_at=row.finished_at,
        done=row.done,
        total=row.total,
        attempts=row.attempts,
        error_code=row.error_code,
        waiting_for=row.waiting_for,
        next_attempt_at=row.next_attempt_at,
        stuck=rules.is_stuck(state, row.attempts, terms.pace),
    )


def _certificate(row: CertificateRow) -> CertificateShown:
    return CertificateShown(row.customer_id, row.certificate_id, row.erasure_id, row.issued_at, bytes(row.envelope))


def _certificate_of(customer_id: UUID, erasure_id: UUID) -> CertificateShown | None:
    with within(customer_id):
        row = CertificateRow.objects.filter(customer_id=customer_id, erasure_id=erasure_id).first()
    return _certificate(row) if row else None
