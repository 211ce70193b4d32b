"""Periodic work of this domain."""

from django.db import connections
from procrastinate.contrib.django import app

from troth.access import attempts
from troth.access.terms import terms


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="access-sweep-attempts")
def sweep_attempts(timestamp: int) -> None:
    """Forget whose attempts lie further back than they count."""
    try:
        attempts.sweep(window=terms().sign_in.window)
    finally:
        # The thread goes back to the pool; what it held of the database must not.
        connections.close_all()
