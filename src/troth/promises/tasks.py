"""The jobs of the worker: each minute what is due is looked at, within a slice of time, one control after the other.

What is due is read from the evidence itself, so that a worker that was killed goes on where it was.
"""

import time
from uuid import UUID

import structlog
from django.db import connections, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from troth.kernel.actor import job
from troth.kernel.clock import SYSTEM
from troth.kernel.errors import TrothError
from troth.kernel.ids import OPERATOR
from troth.promises import actions, watchdog
from troth.promises.terms import DEFAULT

_LOG = structlog.get_logger("troth.promises")


@app.periodic(cron="* * * * *")
@app.task(name="promises.tick", queue="promises", queueing_lock="promises.tick", lock="promises.tick")
def tick(timestamp: int) -> None:
    """Look at what is due; then write down who has been silent."""
    try:
        run()
    finally:
        connections.close_all()


@app.task(name="promises.check", queue="promises", lock="promises.check")
def check(control_id: str, customer: str | None = None) -> None:
    """Look at one control now: somebody asked for it, and does not wait for a tick to end."""
    try:
        _check(control_id, UUID(customer) if customer else None)
    finally:
        connections.close_all()


def run() -> int:
    """Do one tick's work; return how many looks were taken."""
    until = time.monotonic() + DEFAULT.slice.total_seconds()
    taken = 0
    # Silence first: a look that comes too late ends it, and what it was must stand in the history before.
    _settle(None)
    for one in watchdog.due(SYSTEM.now()):
        if time.monotonic() >= until:
            return taken
        taken += _check(one.control.id, one.customer_id)
    for customer_id in watchdog.silent(SYSTEM.now()):
        if time.monotonic() >= until:
            break
        _settle(customer_id)
    return taken


def enqueue(control_id: str, customer_id: UUID | None) -> None:
    """Queue a look, once, in the caller's transaction."""
    customer = str(customer_id) if customer_id else None
    work = check.configure(queueing_lock=f"promises.check {control_id} {customer or 'platform'}")
    try:
        # A savepoint: the refusal of a second job would otherwise take the caller's whole transaction along.
        with transaction.atomic():
            work.defer(control_id=control_id, customer=customer)
    except AlreadyEnqueued:
        return


def _check(control_id: str, customer_id: UUID | None) -> int:
    try:
        actions.check(control_id, by=job("promises.check"), customer_id=customer_id)
    except TrothError as error:
        # What can't be looked at falls silent, and silence shows; the others have their turn.
        _LOG.warning("no look was taken", control=control_id, customer=str(customer_id or OPERATOR), error=error.code)
        return 0
    return 1


def _settle(customer_id: UUID | None) -> None:
    try:
        actions.settle(by=job("promises.watchdog"), customer_id=customer_id)
    except TrothError as error:
        _LOG.warning("no state was derived", customer=str(customer_id or OPERATOR), error=error.code)
