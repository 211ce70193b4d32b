"""The jobs of the worker process. Their arguments hold the erasure's id alone: never a customer's or a person's."""

from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connections, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from troth.erasure import engine, receipts
from troth.erasure.models import Request
from troth.erasure.rules import OPEN
from troth.erasure.terms import for_customer
from troth.erasure.work import KEEPER, Surroundings
from troth.kernel.clock import SYSTEM

_LOG = structlog.get_logger("troth.erasure")


def around(customer_id: UUID) -> Surroundings:
    """The installation's own surroundings, with what this customer is owed."""
    return Surroundings(home=settings.TROTH_HOME, terms=for_customer(customer_id))


@app.task(name="erasure.advance", queue="erasure")
def advance(erasure_id: str) -> None:
    """Work on one erasure, and come back when it has to wait."""
    try:
        found = Request.objects.using(KEEPER).filter(erasure_id=UUID(erasure_id)).first()
        if found is None:
            _LOG.warning("an erasure that is not there", erasure=erasure_id)
            return
        outcome = engine.run(found.customer_id, found.erasure_id, around(found.customer_id))
        if outcome.next_at is not None:
            enqueue(found.erasure_id, at=outcome.next_at)
    finally:
        # The thread goes back to the pool; what it held of the database must not.
        connections.close_all()


@app.periodic(cron="* * * * *")
@app.task(name="erasure.tick", queue="erasure", queueing_lock="erasure.tick")
def tick(timestamp: int) -> None:
    """Take up whatever is open: a killed worker's erasures, ended graces, key places that came back, old receipts."""
    try:
        for request in Request.objects.using(KEEPER).filter(state__in=sorted(OPEN)):
            enqueue(request.erasure_id)
        receipts.expire(settings.TROTH_HOME, SYSTEM.now())
    finally:
        connections.close_all()


def enqueue(erasure_id: UUID, *, at: datetime | None = None) -> None:
    """Queue an erasure's work, once for now and once for later; in the caller's transaction when there is one."""
    # One that waits for its time must not keep one for now out: `retry` means now.
    once = f"erasure {erasure_id} {'now' if at is None else 'later'}"
    job = advance.configure(queueing_lock=once, lock=f"erasure {erasure_id}", schedule_at=at)
    try:
        # A savepoint: the refusal of a second job would otherwise take the caller's whole transaction along, silently.
        with transaction.atomic():
            job.defer(erasure_id=str(erasure_id))
    except AlreadyEnqueued:
        return
