"""Every write of promises: looks, the states that follow from them, and exceptions.

Guarantees: no function here takes a state. Evidence, its entry in the log, the states that follow and the messages
about them commit together or not at all. Nobody approves their own exception, and none lacks a reason or an end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.access import gate
from troth.access.roles import Action
from troth.audit.actions import record
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR, new_id
from troth.kernel.wall import within
from troth.promises import catalogue, checking, deriving, evidence, exceptions, intervals, policies, telling
from troth.promises.control import Control
from troth.promises.deriving import Ground
from troth.promises.errors import (
    AccountNeeded,
    ExceptionOver,
    NeedsAnotherAccount,
    NoSuchException,
    NothingToObserve,
    UnknownClause,
    UnknownControl,
)
from troth.promises.exceptions import Known
from troth.promises.models import ExceptionRow, ExceptionStep
from troth.promises.telling import Changed
from troth.promises.terms import DEFAULT, PromiseTerms
from troth.tenancy import queries as tenancies
from troth_judge.judging import judge
from troth_judge.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a look brought: what its judge says of it, where it is sealed, and which promises changed."""

    control: str
    verdict: Verdict
    event_id: UUID
    seen_at: datetime
    changes: Sequence[Changed]


def check(
    control_id: str,
    *,
    by: Actor,
    customer_id: UUID | None = None,
    clock: Clock = SYSTEM,
    limits: PromiseTerms = DEFAULT,
) -> Checked:
    """Look now, seal what was seen, judge it, and derive every promise that rests on it.

    Raises:
        UnknownControl, NothingToObserve: there is no such control, or nothing that it could look at yet.
        CustomerClosed: the customer is being erased; nothing about it is written any more.
    """
    home = customer_id or OPERATOR
    gate.permit(by, home, Action.PROMISES_CHECK)
    control = _observable(control_id)
    values = policies.in_force(customer_id).values(control)
    look = checking.look(control, customer_id=customer_id, values=values, clock=clock, limits=limits)
    verdict = judge(control.id, look.facts, values, error=look.error)
    below = None if customer_id is None else deriving.platform(now=clock.now())
    with within(home):
        if customer_id is not None:
            tenancies.hold_open(customer_id)
        intervals.lock(home)
        # Once before: a silence that this look ends has been one, and stays in the history.
        changes = _settle(home, below, clock.now(), by)
        event_id = evidence.seal(look, verdict, customer_id=home, by=by)
        changes += _settle(home, below, clock.now(), by)
    return Checked(control=control.id, verdict=verdict, event_id=event_id, seen_at=look.seen_at, changes=changes)


def ask_check(control_id: str, *, by: Actor, customer_id: UUID | None = None) -> None:
    """Have the worker look as soon as it can: it has the database logins that some controls need.

    Raises:
        UnknownControl, NothingToObserve: there is no such control, or nothing that it could look at yet.
    """
    from troth.promises import tasks  # noqa: PLC0415 - the jobs call these actions

    home = customer_id or OPERATOR
    gate.permit(by, home, Action.PROMISES_CHECK)
    control = _observable(control_id)
    with within(home):
        record("promise.check_asked", by=by, customer_id=home, entity=control.id)
        tasks.enqueue(control.id, customer_id)


def settle(*, by: Actor, customer_id: UUID | None = None, clock: Clock = SYSTEM) -> Sequence[Changed]:
    """Derive every promise anew and write what changed: after an activation, at an exception's end, in a silence."""
    home = customer_id or OPERATOR
    gate.permit(by, home, Action.PROMISES_CHECK)
    below = None if customer_id is None else deriving.platform(now=clock.now())
    with within(home):
        if customer_id is not None:
            tenancies.hold_open(customer_id)
        intervals.lock(home)
        return _settle(home, below, clock.now(), by)


def ask_exception(
    clause_id: str, *, reason: str, until: datetime, by: Actor, clock: Clock = SYSTEM, limits: PromiseTerms = DEFAULT
) -> UUID:
    """Ask that a promise may be missed until an instant, for a reason that will be published. Return its id.

    Raises:
        BadException: no reason, no end, or one too far off.
        UnknownClause: the policy in force has no such clause.
        AccountNeeded: no person asks who signed in with an account.
    """
    gate.permit(by, OPERATOR, Action.EXCEPTIONS_ASK)
    asker = _account(by)
    pack = policies.in_force().pack
    if pack is None or pack.clause(clause_id) is None:
        raise UnknownClause(what="clause", clause=clause_id)
    now = clock.now()
    row = ExceptionRow(
        customer_id=OPERATOR,
        exception_id=new_id(),
        pack=pack.id,
        clause=clause_id,
        reason=exceptions.clean_reason(reason, limits),
        asked_by=asker,
        asked_at=now,
        until=exceptions.clean_end(until, now, limits),
    )
    with within(OPERATOR):
        intervals.lock(OPERATOR)
        row.event_id = record(
            exceptions.ASKED,
            by=by,
            customer_id=OPERATOR,
            entity=row.exception_id,
            reason=row.reason,
            detail=exceptions.asked_detail(row, exceptions.key()),
        )
        row.save(force_insert=True)
    return row.exception_id


def approve_exception(exception_id: UUID, *, by: Actor, clock: Clock = SYSTEM) -> Sequence[Changed]:
    """Let it count from now on.

    Raises:
        NeedsAnotherAccount: `by` asked for it.
        ExceptionOver: it was decided already, withdrawn, or its end has come.
    """
    gate.permit(by, OPERATOR, Action.EXCEPTIONS_APPROVE)
    return _record(exception_id, "approved", by, clock)


def refuse_exception(exception_id: UUID, *, by: Actor, clock: Clock = SYSTEM) -> Sequence[Changed]:
    """Decide that it never counts. Raises as `approve_exception`."""
    gate.permit(by, OPERATOR, Action.EXCEPTIONS_APPROVE)
    return _record(exception_id, "refused", by, clock)


def withdraw_exception(exception_id: UUID, *, by: Actor, clock: Clock = SYSTEM) -> Sequence[Changed]:
    """End it before its time. Whoever may ask for one may. Raises ExceptionOver."""
    gate.permit(by, OPERATOR, Action.EXCEPTIONS_ASK)
    return _record(exception_id, "withdrawn", by, clock)


def _record(exception_id: UUID, step: str, by: Actor, clock: Clock) -> Sequence[Changed]:
    """Write one decision and its entry in the log, and what follows from it."""
    account = _account(by)
    with within(OPERATOR):
        # Locked before it is judged, because two may press at once.
        intervals.lock(OPERATOR)
        now = clock.now()
        _judge_step(_known(exception_id, now), step, account, now)
        row = ExceptionStep(customer_id=OPERATOR, exception_id=exception_id, step=step, by_account=account, at=now)
        row.event_id = record(
            exceptions.STEPS[step],
            by=by,
            customer_id=OPERATOR,
            entity=exception_id,
            detail=exceptions.step_detail(row, exceptions.key()),
        )
        row.save(force_insert=True)
        return _settle(OPERATOR, None, now, by)


def _judge_step(known: Known, step: str, account: UUID, now: datetime) -> None:
    state = known.state(now)
    if step == "withdrawn":
        if state not in {"asked", "approved"}:
            raise ExceptionOver(what="The exception", why=state, wanted=step, state=state)
        return
    if state != "asked":
        raise ExceptionOver(what="The exception", why=state, wanted=step, state=state)
    if known.asked_by == account:
        raise NeedsAnotherAccount


def _known(exception_id: UUID, now: datetime) -> Known:
    found = next((one for one in exceptions.known(now=now) if one.exception_id == exception_id), None)
    if found is None:
        raise NoSuchException(what="exception")
    return found


def _settle(home: UUID, below: Ground | None, now: datetime, by: Actor) -> list[Changed]:
    """Derive and write, within the customer and holding its lock; queue the messages about it."""
    if below is None:
        ground = deriving.platform(now=now)
        clauses = tuple(ground.policy.pack.clauses) if ground.policy.pack else ()
    else:
        ground = deriving.overlaid(below, home, now=now)
        clauses = deriving.own_clauses(ground.policy.pack) if ground.policy.pack else ()
    return telling.tell(home, intervals.settle(home, ground, clauses, now=now, by=by))


def _observable(control_id: str) -> Control:
    control = catalogue.by_id(control_id)
    if control is None:
        raise UnknownControl(what="control", control=control_id)
    if control.observe is None:
        raise NothingToObserve(what=control_id, why="not built", control=control_id)
    return control


def _account(by: Actor) -> UUID:
    """The account of a person who signed in: a key left in a script is no second pair of eyes."""
    if by.kind != "account" or by.account_id is None:
        raise AccountNeeded(kind=by.kind)
    return by.account_id
