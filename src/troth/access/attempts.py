"""Counting attempts, per account and address, so that guessing is slow and locking others out is impossible."""

import hmac
from datetime import datetime, timedelta

from django.db import connections

from troth.access.errors import TooManyTries
from troth.kernel import wall
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.keys.rings import ring

_TAKE = """
INSERT INTO access_attempts AS a (key, started_at, count) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN a.started_at <= %(since)s THEN 1 ELSE a.count + 1 END,
  started_at = CASE WHEN a.started_at <= %(since)s THEN excluded.started_at ELSE a.started_at END
RETURNING count, started_at
"""


def keyed(kind: str, *parts: bytes) -> bytes:
    """The counter's key: a digest under the operator's stable key. Call it outside any customer."""
    with wall.within(OPERATOR):
        key = ring(OPERATOR).stable("attempts")
    return hmac.digest(key, b"\x00".join((kind.encode(), *parts)), "sha256")


def take(key: bytes, *, at_most: int, window: timedelta, clock: Clock = SYSTEM) -> None:
    """Count one attempt, in a transaction of its own. Raises TooManyTries beyond the limit of this window."""
    now = clock.now()
    with connections["aside"].cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "now": now, "since": now - window})
        row: tuple[int, datetime] = cursor.fetchone()
    count, started_at = row
    if count > at_most:
        raise TooManyTries(seconds=max(1, int((started_at + window - now).total_seconds())))


def forget(key: bytes) -> None:
    """After a success: the person's earlier slips no longer count."""
    with connections["aside"].cursor() as cursor:
        cursor.execute("DELETE FROM access_attempts WHERE key = %s", [key])


def sweep(*, window: timedelta, clock: Clock = SYSTEM) -> int:
    """Delete the counters whose window is over; a periodic job calls it."""
    with connections["aside"].cursor() as cursor:
        cursor.execute("DELETE FROM access_attempts WHERE started_at < %s", [clock.now() - window])
        return int(cursor.rowcount)
