"""How key rows are read and written: binary, on Django's own connection, with prepared statements."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from django.db import connections


def fetch(using: str, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement, sent and received in binary."""
    with _cursor(using) as cursor:
        return cursor.execute(statement, parameters, prepare=True, binary=True).fetchall()


def execute(using: str, statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement; the number of rows that it touched."""
    with _cursor(using) as cursor:
        return cursor.execute(statement, parameters, prepare=True).rowcount


def stream(using: str, name: str, statement: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement through a server-side cursor: bounded memory. Inside a transaction only."""
    connection = _connection(using)
    with psycopg.ServerCursor(connection, name) as cursor:
        cursor.itersize = 256
        cursor.execute(statement, parameters, binary=True)
        yield from cursor


def _connection(using: str) -> psycopg.Connection[tuple[Any, ...]]:
    connections[using].ensure_connection()
    return connections[using].connection  # type: ignore[no-any-return]  # Django leaves it untyped


def _cursor(using: str) -> psycopg.Cursor[tuple[Any, ...]]:
    return psycopg.Cursor(_connection(using))
