"""The wall's walk for the path that must be quick: one transaction, from a door into one customer, in few round trips.

Guarantees: those of `kernel.wall`, with the same settings made by the same names; a crossing that is not committed is
rolled back, and the connection comes back idle and outside every customer. Statements go as prepared ones in libpq's
pipeline mode, below psycopg's cursors: that takes a sixth of their processor time (docs/decisions/0404).
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections
from psycopg import generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus

from troth.kernel import wall
from troth.kernel.wall import WallBreach

Statement = tuple[bytes, Sequence[Any]]
"""SQL with `%b` placeholders, and its parameters."""

_DOOR = b"SELECT set_config('troth.door', %b, true), set_config('troth.sought_id', %b, true)"
_ENTER = b"SELECT set_config('troth.door', '', true), set_config('troth.customer', %b, true)"
_GOOD = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK, ExecStatus.PIPELINE_SYNC})
_prepared: "WeakKeyDictionary[psycopg.Connection[Any], dict[tuple[bytes, tuple[int, ...]], bytes]]" = (
    WeakKeyDictionary()
)


class Crossing:
    """One such transaction. Made by `through`."""

    def __init__(
        self, connection: "psycopg.Connection[Any]", standing: wall.Standing, opening: list[Statement]
    ) -> None:
        self._connection, self._standing, self._waiting = connection, standing, opening

    def ask(self, *statements: Statement) -> list[list[tuple[Any, ...]]]:
        """Send these, and read the rows of each."""
        sent, self._waiting = [*self._waiting, *statements], []
        results = _fly(self._connection, sent)
        return [_rows(self._connection, result) for result in results[len(sent) - len(statements) :]]

    def enter(self, customer_id: UUID) -> None:
        """Step through the door, once. Goes along with the next statements."""
        if self._standing.door is None:
            raise WallBreach(why="there is no door to step through")
        self._standing.door, self._standing.customer_id = None, customer_id
        self._waiting.append((_ENTER, [str(customer_id)]))

    def commit(self, *statements: Statement) -> None:
        """Send these, and commit."""
        self.ask(*statements, (b"COMMIT", ()))


@contextmanager
def through(door: str, sought_id: UUID, using: str = "default") -> Iterator[Crossing]:
    """A transaction before the door, where the row with this id shows. Nothing is sent before the first question."""
    connection = connections[using]
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    with connection.wrap_database_errors, wall.taken(using, door=door) as standing:
        try:
            yield Crossing(raw, standing, [(b"BEGIN", ()), (_DOOR, [door, str(sought_id)])])
        finally:
            if raw.closed:
                connection.close()
            elif raw.info.transaction_status != TransactionStatus.IDLE:
                raw.rollback()


@lru_cache(maxsize=256)
def _numbered(sql: bytes) -> bytes:
    """The statement with `$1`, `$2` … in place of `%b`."""
    first, *rest = sql.split(b"%b")
    return first + b"".join(b"$%d" % number + part for number, part in enumerate(rest, 1))


def _fly(connection: "psycopg.Connection[Any]", statements: Sequence[Statement]) -> list[Any]:
    """Send all, wait for all. After an error the rest is skipped by the server, and the first error is raised."""
    wire = connection.pgconn
    bound = [_bound(connection, sql, parameters) for sql, parameters in statements]
    wire.enter_pipeline_mode()
    try:
        commands = deque([*bound, wire.pipeline_sync])
        wanted = len(commands)
        results: list[Any] = []
        while len(results) < wanted:
            if commands:
                results += connection.wait(generators.pipeline_communicate(wire, commands))
            else:
                results.append(connection.wait(generators.fetch_many(wire)))
    finally:
        if wire.status == ConnStatus.OK:
            wire.exit_pipeline_mode()
    for result, *_ in results:
        if result.status not in _GOOD:
            raise error_from_result(result)
    return [result for (result, *_) in results[: len(statements)]]


def _bound(connection: "psycopg.Connection[Any]", sql: bytes, parameters: Sequence[Any]) -> Any:
    """The command that sends one statement, prepared on this connection before."""
    transformer = Transformer(connection)
    values = transformer.dump_sequence(parameters, [PyFormat.BINARY] * len(parameters)) if parameters else ()
    types = transformer.types or ()
    names = _prepared.setdefault(connection, {})
    name = names.get((sql, types))
    if name is None:
        name = b"troth_%d" % len(names)
        result = connection.pgconn.prepare(name, _numbered(sql), types)
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
        names[sql, types] = name
    formats = [Format.BINARY] * len(values)
    return partial(connection.pgconn.send_query_prepared, name, values, formats, Format.BINARY)


def _rows(connection: "psycopg.Connection[Any]", result: Any) -> list[tuple[Any, ...]]:
    transformer = Transformer(connection)
    transformer.set_pgresult(result)
    return [transformer.load_row(number, tuple) or () for number in range(result.ntuples)]
