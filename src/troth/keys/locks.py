"""The two advisory locks of the key tables.

Writers of keys take `writers` shared, in their transaction; an epoch's transaction takes it alone. So no key is ever
made under a root that dies while it is made. `keepers` is held for a whole epoch, files included: one at a time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, connections

from troth.keys.errors import WrongIsolation

_NAMESPACE: Final = 0x54524F54  # "TROT": the first of the two numbers of PostgreSQL's advisory locks
_WRITERS: Final = 1
_KEEPERS: Final = 2
_TRIES: Final = 20
_BETWEEN: Final = 0.02


def share_writers(using: str) -> None:
    """Keep epochs away until this transaction ends. Everything read after it is as new as the current epoch."""
    with connections[using].cursor() as cursor:
        cursor.execute("select current_setting('transaction_isolation')")
        isolation = cursor.fetchone()[0]
        if isolation != "read committed":
            raise WrongIsolation(isolation=isolation)
        cursor.execute("select pg_advisory_xact_lock_shared(%s, %s)", [_NAMESPACE, _WRITERS])


def holds_writers(using: str) -> bool:
    """Whether this connection's transaction shares the writers' lock already."""
    return _holds(using, "ShareLock")


def _holds(using: str, mode: str) -> bool:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() "
            "and classid = %s and objid = %s and mode = %s and granted)",
            [_NAMESPACE, _WRITERS, mode],
        )
        return bool(cursor.fetchone()[0])


def exclude_writers(using: str, wait: timedelta) -> None:
    """Wait for all writers of keys to finish, and keep new ones away until this transaction ends."""
    with connections[using].cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [f"{round(wait.total_seconds() * 1000)}ms"])
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [_NAMESPACE, _WRITERS])


@contextmanager
def writers_paused(using: str) -> Iterator[None]:
    """Try to keep writers of keys out for an instant, outside any transaction; go on without where one is at work.

    `resume_writers` ends it early. Nobody ever waits behind it for long, and it waits for nobody.
    """
    with connections[using].cursor() as cursor:
        for _ in range(_TRIES):
            cursor.execute("select pg_try_advisory_lock(%s, %s)", [_NAMESPACE, _WRITERS])
            if cursor.fetchone()[0]:
                break
            time.sleep(_BETWEEN)
    try:
        yield
    finally:
        with suppress(DatabaseError):
            resume_writers(using)


def pauses_writers(using: str) -> bool:
    """Whether this session keeps writers out now."""
    return _holds(using, "ExclusiveLock")


def resume_writers(using: str) -> None:
    """Let writers in again, if this session kept them out."""
    if pauses_writers(using):
        with connections[using].cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [_NAMESPACE, _WRITERS])


@contextmanager
def keepers(using: str) -> Iterator[None]:
    """Be the only one who changes what lies in the key places, across transactions. Ends with the connection too."""
    with connections[using].cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [_NAMESPACE, _KEEPERS])
    try:
        yield
    finally:
        # A connection that is broken has let go already.
        with suppress(DatabaseError), connections[using].cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [_NAMESPACE, _KEEPERS])
