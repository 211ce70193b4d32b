"""The job that delivers a message: named here, done where addresses are known, in the layer above."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

DELIVER = "messages.deliver"
QUEUE = "messages"
_AT_ONCE = 2
"""So many of the worker's hands may wait for other people's machines; the others stay free for everything else."""


def enqueue(message_id: UUID, *, at: datetime | None = None) -> None:
    """Have the worker look at a message, once for now and once for later; in the caller's transaction if there is one.

    The job holds the message's id alone: never a customer's.
    """
    once = f"message {message_id} {'now' if at is None else 'later'}"
    job = app.configure_task(
        DELIVER, queue=QUEUE, queueing_lock=once, lock=f"messages {message_id.int % _AT_ONCE}", schedule_at=at
    )
    try:
        # A savepoint: the refusal of a second job would otherwise take the caller's whole transaction along, silently.
        with transaction.atomic():
            job.defer(message_id=str(message_id))
    except AlreadyEnqueued:
        return
