"""Runs the steps of one erasure, one after another, until it is done or has to wait.

Guarantees: one process at a time works on an erasure; each attempt, success, wait and failure is committed before the
next thing happens; a process that is killed leaves a step `running`, which the next one takes up.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connections
from django.db.models import Q, Value
from django.db.models.functions import Least

from troth.erasure import rules
from troth.erasure.errors import Survivors, Waiting
from troth.erasure.models import Request, StepRow
from troth.erasure.rules import OPEN, PURGING, State, Step, StepState
from troth.erasure.steps import HANDLERS
from troth.erasure.work import KEEPER, Surroundings, Work
from troth.kernel.errors import TrothError
from troth.kernel.wall import within

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a run ended. `next_at`: when to come back; None when there is nothing more to do here."""

    state: State
    step: Step | None
    next_at: datetime | None


def run(customer_id: UUID, erasure_id: UUID, around: Surroundings) -> Outcome:
    """Work on an erasure for as long as something can be done."""
    with _alone(erasure_id) as alone:
        if not alone:
            return Outcome(State.ERASING, None, around.clock.now() + around.terms.pace.retry_first)
        _keep_the_shorter(customer_id, erasure_id, around)
        while True:
            work = _next(customer_id, erasure_id, around)
            if isinstance(work, Outcome):
                return work
            later = attempt(work)
            if later is not None:
                return Outcome(State(work.refreshed().state), work.step, later)


def attempt(work: Work) -> datetime | None:
    """Try one step once. Return None when it is done, else when to try again."""
    _mark(work, StepState.RUNNING, error_code=None, waiting_for=None)
    work.around.reached(f"begin {work.step}")
    try:
        HANDLERS[work.step](work)
    except Waiting as waiting:
        return _wait(work, str(waiting.data["what"]))
    except TrothError as error:
        return _fail(work, error.code, again=PURGING if isinstance(error, Survivors) else ())
    except DatabaseError as error:
        # Whatever this connection was in the middle of is rolled back; a broken one is opened anew.
        for connection in connections.all(initialized_only=True):
            connection.close_if_unusable_or_obsolete()
        return _fail(work, f"database.{type(error).__name__}")
    except OSError as error:
        return _fail(work, f"system.{type(error).__name__}")
    work.around.reached(f"end {work.step}")
    _mark(work, StepState.DONE, error_code=None, waiting_for=None)
    work.around.reached(f"done {work.step}")
    return None


def _next(customer_id: UUID, erasure_id: UUID, around: Surroundings) -> Work | Outcome:
    with within(customer_id):
        request = Request.objects.get(customer_id=customer_id, erasure_id=erasure_id)
        steps = {Step(row.step): row for row in StepRow.objects.filter(customer_id=customer_id, erasure_id=erasure_id)}
        if request.state not in OPEN:
            _close(steps, request, around)
            return Outcome(State(request.state), None, None)
    target: rules.Target = "subject" if request.target == "subject" else "customer"
    step = rules.current({name: StepState(row.state) for name, row in steps.items()}, target)
    if step is None:
        raise LookupError("every step is done, and the request is not")
    row = steps[step]
    if not rules.is_due(row.next_attempt_at, around.clock.now(), around.terms.pace):
        return Outcome(State(request.state), step, row.next_attempt_at)
    return Work(request, step, around)


def _keep_the_shorter(customer_id: UUID, erasure_id: UUID, around: Surroundings) -> None:
    """Note a limit that has become stricter since the confirmation: the agreement that says so may be erased first."""
    production, backups = around.terms.production_within, around.terms.backups_within
    with within(customer_id):
        stricter = Request.objects.filter(customer_id=customer_id, erasure_id=erasure_id, state__in=OPEN).filter(
            Q(production_within__gt=production) | Q(backups_within__gt=backups)
        )
        stricter.update(
            production_within=Least("production_within", Value(production)),
            backups_within=Least("backups_within", Value(backups)),
        )


def _close(steps: dict[Step, StepRow], request: Request, around: Surroundings) -> None:
    """Killed between the certificate and its step's mark: the mark follows."""
    row = steps.get(Step.CERTIFICATE)
    if request.state == State.DONE and row is not None and row.state != StepState.DONE:
        row.state, row.finished_at, row.error_code, row.waiting_for = StepState.DONE, around.clock.now(), None, None
        row.save(update_fields=["state", "finished_at", "error_code", "waiting_for"])


def _mark(work: Work, state: StepState, **values: object) -> StepRow:
    with within(work.customer_id):
        row = StepRow.objects.select_for_update().get(
            customer_id=work.customer_id, erasure_id=work.request.erasure_id, step=work.step
        )
        now = work.now()
        row.state = state
        if state is StepState.RUNNING:
            row.attempts += 1
            row.started_at = row.started_at or now
            row.next_attempt_at = None
        if state is StepState.DONE:
            row.finished_at = now
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        return row


def _wait(work: Work, what: str) -> datetime:
    with within(work.customer_id):
        row = _mark(work, StepState.WAITING, waiting_for=what)
        later = work.now() + rules.patience((work.now() - (row.started_at or work.now())), work.around.terms.pace)
        # A wait is no failure: it does not bring the step nearer to being stuck.
        row.attempts, row.next_attempt_at = max(row.attempts - 1, 0), later
        row.save(update_fields=["attempts", "next_attempt_at"])
    return later


def _fail(work: Work, code: str, *, again: tuple[Step, ...] = ()) -> datetime:
    _LOG.warning("erasure.step_failed", extra={"step": str(work.step), "code": code}, exc_info=True)
    with within(work.customer_id):
        row = _mark(work, StepState.FAILED, error_code=code)
        row.next_attempt_at = work.now() + rules.back_off(row.attempts, work.around.terms.pace)
        row.save(update_fields=["next_attempt_at"])
        StepRow.objects.filter(
            customer_id=work.customer_id, erasure_id=work.request.erasure_id, step__in=again, state=StepState.DONE
        ).update(state=StepState.PENDING, finished_at=None)
    return row.next_attempt_at or work.now() + timedelta(0)


@contextmanager
def _alone(erasure_id: UUID) -> Iterator[bool]:
    """Hold the erasure's lock, which ends with the connection: a killed process leaves nothing behind."""
    name = f"troth.erasure:{erasure_id}"
    with connections[KEEPER].cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone and connections[KEEPER].is_usable():
            with connections[KEEPER].cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [name])
