"""Periodic work of attestations."""

from django.db import connections
from procrastinate.contrib.django import app

from troth.promises.attesting.reminding import remind as remind_now


@app.periodic(cron="11 * * * *")
@app.task(name="attestations.remind", queueing_lock="attestations.remind")
def remind(timestamp: int) -> None:
    """Tell whoever must act before an attestation ends, and when it has."""
    try:
        remind_now()
    finally:
        connections.close_all()
