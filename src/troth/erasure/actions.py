"""Asking for an erasure, calling it off, trying again: every write that a person causes.

Guarantees: each is in the log in its own transaction; asking twice for the same target gives the first request again;
a whole customer goes only on its owner's word (the gate), with its name typed exactly and a grace within the terms.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connections

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.actions import record
from troth.erasure import engine, receipts, rules, tasks
from troth.erasure.errors import GraceTooLong, NameDiffers, NothingToErase, PastReturn
from troth.erasure.models import Request, StepRow
from troth.erasure.rules import CANCELLABLE, State, Step, StepState
from troth.erasure.work import Surroundings, Work
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys.errors import CustomerKeysGone
from troth.keys.rings import ring
from troth.tenancy import actions as tenancy
from troth.tenancy import queries as tenancies
from troth.tenancy.models import State as CustomerState
from troth.vault import actions as vault


@dataclass(frozen=True, slots=True)
class Requested:
    """What was asked for. `created` is false when it had been asked for before.

    `receipt` is the token of the owner's link, told this once; None for a subject and on every later time.
    """

    erasure_id: UUID
    created: bool
    state: State
    receipt: str | None = None


def request_subject(permit: Permit, subject_id: UUID, *, around: Surroundings | None = None) -> Requested:
    """Ask for a person's erasure: invisible at once, or as soon as a running import lets go.

    Raises:
        NothingToErase: there is no such subject here.
    """
    permit.require(Action.SUBJECTS_ERASE)
    surroundings = around or tasks.around(permit.customer_id)
    with within(permit.customer_id):
        _one_at_a_time(subject_id)
        found = _earlier(permit.customer_id, subject_id)
        if found is not None:
            return Requested(found.erasure_id, created=False, state=State(found.state))
        place = _slot(permit.customer_id, subject_id)
        if place is None:
            raise NothingToErase(what="subject")
        request = _create(permit, "subject", subject_id, timedelta(0), surroundings, page=place[0], slot=place[1])
    return Requested(request.erasure_id, created=True, state=_freeze_now(request, surroundings))


def request_customer(
    permit: Permit, typed_name: str, *, grace: timedelta | None = None, around: Surroundings | None = None
) -> Requested:
    """Delete the permit's whole customer. The promised time runs from now, grace included.

    Raises:
        NameDiffers: the name typed is not the customer's.
        GraceTooLong: the grace is longer than the terms allow, or negative.
    """
    permit.require(Action.CUSTOMER_DELETE)
    surroundings = around or tasks.around(permit.customer_id)
    try:
        given = rules.grace(grace, surroundings.terms)
    except ValueError:
        raise GraceTooLong(asked=grace, at_most=surroundings.terms.grace_at_most) from None
    with within(permit.customer_id):
        _one_at_a_time(permit.customer_id)
        found = _earlier(permit.customer_id, permit.customer_id)
        if found is not None:
            return Requested(found.erasure_id, created=False, state=State(found.state))
        if typed_name != tenancies.get(permit.customer_id).name:
            raise NameDiffers(what="The deletion", why="the name differs")
        request = _create(permit, "customer", permit.customer_id, given, surroundings)
        token = receipts.make(request, surroundings)
    return Requested(request.erasure_id, created=True, state=_freeze_now(request, surroundings), receipt=token)


def cancel(permit: Permit, erasure_id: UUID) -> None:
    """Call an erasure off while nothing is destroyed yet; what was frozen is there again.

    Raises:
        NothingToErase: there is no such erasure here.
        PastReturn: keys have begun to die, or it ended.
    """
    with within(permit.customer_id):
        request = _locked(permit, erasure_id)
        permit.require(Action.CUSTOMER_DELETE if request.target == "customer" else Action.SUBJECTS_ERASE)
        if request.state not in CANCELLABLE:
            raise PastReturn(state=request.state)
        if request.target == "customer":
            if tenancies.get(permit.customer_id).state == CustomerState.CLOSING:
                tenancy.reopen(permit.customer_id, by=permit.actor)
            receipts.withdraw(request)
        elif request.state == State.FROZEN:
            vault.thaw(permit, request.target_id)
        request.state = State.CANCELLED
        request.save(update_fields=["state"])
        record("erasure.cancelled", by=permit.actor, customer_id=permit.customer_id, entity=erasure_id)


def retry(permit: Permit, erasure_id: UUID) -> None:
    """Try again now instead of at the next attempt's time; a stuck step begins counting anew.

    Raises:
        NothingToErase: there is no such erasure here.
    """
    permit.require(Action.ERASURES_RETRY)
    with within(permit.customer_id):
        _locked(permit, erasure_id)
        StepRow.objects.filter(
            customer_id=permit.customer_id,
            erasure_id=erasure_id,
            state__in=[StepState.FAILED, StepState.WAITING],
        ).update(attempts=0, next_attempt_at=None)
        record(
            "erasure.retried",
            by=permit.actor,
            customer_id=permit.customer_id,
            entity=erasure_id,
            keyless=_keyless(permit.customer_id),
        )
        tasks.enqueue(erasure_id)


def _create(
    permit: Permit,
    target: rules.Target,
    target_id: UUID,
    grace: timedelta,
    around: Surroundings,
    *,
    page: int | None = None,
    slot: int | None = None,
) -> Request:
    now = around.clock.now()
    request = Request.objects.create(
        customer_id=permit.customer_id,
        erasure_id=new_id(),
        target=target,
        target_id=target_id,
        page=page,
        slot=slot,
        asked_kind=permit.actor.kind,
        asked_account=permit.actor.account_id or permit.actor.on_behalf_of,
        asked_route=permit.actor.route,
        confirmed_at=now,
        grace_until=now + grace,
        production_within=around.terms.production_within,
        backups_within=around.terms.backups_within,
    )
    StepRow.objects.bulk_create(
        StepRow(customer_id=permit.customer_id, erasure_id=request.erasure_id, step=step)
        for step in rules.steps_of(target)
    )
    _tell_requested(permit, request, grace, around.terms.production_from)
    tasks.enqueue(request.erasure_id)
    return request


def _tell_requested(permit: Permit, request: Request, grace: timedelta, sources: tuple[str, ...]) -> None:
    # What was promised at the confirmation, and by which clause, stands in the log whatever the policy says later.
    record(
        "erasure.requested",
        by=permit.actor,
        customer_id=permit.customer_id,
        entity=request.erasure_id,
        purpose=permit.purpose,
        reason=permit.reason,
        detail={
            "target": request.target,
            "target_id": str(request.target_id),
            "grace_seconds": int(grace.total_seconds()),
            "production_within_seconds": int(request.production_within.total_seconds()),
            "promised_by": list(sources),
        },
    )


def _freeze_now(request: Request, around: Surroundings) -> State:
    """Freeze without waiting for the worker. Where a long writer holds the target, the worker tries on."""
    work = Work(request, Step.FREEZE, around)
    engine.attempt(work)
    return State(work.refreshed().state)


def _one_at_a_time(target_id: UUID) -> None:
    """Two who ask at once come one after the other, so that the second is given the first one's request."""
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"troth.erasure.ask:{target_id}"])


def _earlier(customer_id: UUID, target_id: UUID) -> Request | None:
    return Request.objects.filter(customer_id=customer_id, target_id=target_id).exclude(state=State.CANCELLED).first()


def _slot(customer_id: UUID, subject_id: UUID) -> tuple[int, int] | None:
    """Where the person's key is. Asked without opening anything, and of a frozen one too."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select page, slot from vault_subject where customer_id = %s and subject_id = %s", [customer_id, subject_id]
        )
        found: tuple[int, int] | None = cursor.fetchone()
    return found


def _locked(permit: Permit, erasure_id: UUID) -> Request:
    found = Request.objects.select_for_update().filter(customer_id=permit.customer_id, erasure_id=erasure_id).first()
    if found is None:
        raise NothingToErase(what="erasure")
    return found


def _keyless(customer_id: UUID) -> bool:
    """Whether the customer's keys are gone: then its log goes on without openings."""
    try:
        ring(customer_id).stable("erasure")
    except CustomerKeysGone:
        return True
    return False
