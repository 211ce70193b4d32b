"""How observers and probes stand in the database: bounded, in no request's way, and leaving nothing behind.

Guarantees: a look is READ ONLY; a try is undone whatever happens; neither waits for a lock that a request holds, nor
works on one statement for longer than `STATEMENT_MS`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.db import ProgrammingError, connections, transaction
from django.db.backends.utils import CursorWrapper

from troth.kernel.wall import door, within

STATEMENT_MS: Final = 5_000
LOCK_MS: Final = 200
NOT_ALLOWED: Final = "42501"
"""SQLSTATE of PostgreSQL's refusals: missing rights, and rows that the wall does not let in."""


@contextmanager
def at_all(using: str = "default") -> Iterator[CursorWrapper]:
    """Look from outside every customer: at the catalogue, and at what shows without a context."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        _bound(cursor, read_only=True)
        yield cursor


@contextmanager
def inside(customer_id: UUID, using: str = "default") -> Iterator[CursorWrapper]:
    """Look from within one customer."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        _bound(cursor, read_only=True)
        yield cursor


@contextmanager
def trying(customer_id: UUID, using: str = "default") -> Iterator[CursorWrapper]:
    """Try within one customer what may change something: it is undone at the end.

    Not READ ONLY: there every write fails with 25006, allowed or not, and would prove nothing.
    """
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        _bound(cursor, read_only=False)
        try:
            yield cursor
        finally:
            transaction.set_rollback(True, using=using)


@contextmanager
def before(door_name: str, using: str = "default") -> Iterator[CursorWrapper]:
    """Look from before a door, bringing no digest and no id."""
    with door(door_name, using=using), connections[using].cursor() as cursor:
        _bound(cursor, read_only=True)
        yield cursor


def goes_through(cursor: CursorWrapper, statement: str, values: list[Any], using: str = "default") -> bool:
    """Whether an act touches or shows any row. Refused is 42501, or no row at all; any other error is an error."""
    try:
        with transaction.atomic(using=using):
            cursor.execute(statement, values)
            return int(cursor.rowcount) > 0
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) == NOT_ALLOWED:
            return False
        raise


def _bound(cursor: CursorWrapper, *, read_only: bool) -> None:
    cursor.execute(
        "select set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
        " set_config('transaction_read_only', %s, true)",
        [str(STATEMENT_MS), str(LOCK_MS), "on" if read_only else "off"],
    )
