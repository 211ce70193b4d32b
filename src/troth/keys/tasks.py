"""The keeper's minute: see `upkeep.tend`."""

import logging

from django.db import connections
from procrastinate.contrib.django import app

from troth.keys import upkeep
from troth.keys.errors import KeysError

_LOG = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="keys.tend", queue="keys", queueing_lock="keys.tend")
def tend(timestamp: int) -> None:
    """Catch up, finish, top up; what stands in the way is said by `troth key status` and by the erasures that wait."""
    try:
        upkeep.tend()
    except KeysError as error:
        _LOG.warning("keys.not_tended", extra={"code": error.code})
    finally:
        # The thread goes back to the pool; what it held of the database must not.
        connections.close_all()
