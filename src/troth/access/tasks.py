"""Periodic work of this domain, and the jobs of the outbox, whose addresses are known here."""

from uuid import UUID

from django.db import connections
from procrastinate.contrib.django import app

from troth.access import attempts, post
from troth.access.terms import terms
from troth.messages import delivering
from troth.messages.jobs import DELIVER, QUEUE


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="access-sweep-attempts")
def sweep_attempts(timestamp: int) -> None:
    """Forget whose attempts lie further back than they count."""
    try:
        attempts.sweep(window=terms().sign_in.window)
    finally:
        # The thread goes back to the pool; what it held of the database must not.
        connections.close_all()


@app.task(name=DELIVER, queue=QUEUE)
def deliver(message_id: str) -> None:
    """Do for one message whatever is due."""
    try:
        delivering.deliver(UUID(message_id), post.around())
    finally:
        connections.close_all()


@app.periodic(cron="* * * * *")
@app.task(name="messages.tick", queue=QUEUE, queueing_lock="messages.tick")
def tick(timestamp: int) -> None:
    """Take up what is due: retries, and what a killed worker left."""
    try:
        delivering.tick(post.around())
    finally:
        connections.close_all()
