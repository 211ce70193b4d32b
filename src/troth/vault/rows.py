"""Running the vault's statements: binary both ways, prepared, on Django's own connection."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connections

from troth.vault import arrays
from troth.vault.limits import GIVE_WAY_AFTER_MS


def execute(
    sql: bytes, params: Sequence[object], *, using: str = "default", prepare: bool = True
) -> "psycopg.Cursor[tuple[Any, ...]]":
    """Run one statement in the caller's transaction.

    `prepare=False` plans it anew: for what a long import repeats while its tables grow from nothing.

    Past Django's own cursor, which binds on the client, so that bytes go as bytes and the plan is kept.
    Errors are psycopg's own: they may quote a digest, so callers turn them into ours (`CONTENDED`).
    """
    cursor: psycopg.Cursor[tuple[Any, ...]] = psycopg.Cursor(connections[using].connection)
    if any(isinstance(param, bytes) for param in params):
        arrays.understood(cursor.adapters)
    return cursor.execute(sql, params, prepare=prepare, binary=True)


def fetch(
    sql: bytes, params: Sequence[object], *, using: str = "default", prepare: bool = True
) -> list[tuple[Any, ...]]:
    """All rows of a statement."""
    return execute(sql, params, using=using, prepare=prepare).fetchall()


def give_way(milliseconds: int = GIVE_WAY_AFTER_MS, *, using: str = "default") -> None:
    """For the rest of this transaction wait for no lock longer than this.

    Shorter than PostgreSQL's deadlock_timeout: where a small writer and a long import would wait for one another, the
    small one gives up first, and the import is never the victim.
    """
    execute(b"SELECT set_config('lock_timeout', %b, true)", [f"{milliseconds}ms"], using=using)


CONTENDED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.UniqueViolation)
"""Another writer was in the way, or first."""
