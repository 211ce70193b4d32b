"""The customer's context in the database: what row-level security compares every row with.

Guarantees (clauses C-1.1a, N-2.3a, X-3a): the context is transaction-local only, so it can't leak into the next
user of a connection; it is never widened or exchanged within a transaction; outside it no customer's row is visible.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.db import connections, transaction

from troth.kernel.errors import TrothError


class WallBreach(TrothError):
    """Code tried to leave, exchange or widen the customer's context in a transaction: a defect, not a user's fault."""

    code = "wall.context"
    status = 500
    sentence: ClassVar[str] = "The customer's context can't be entered here: {why}"
    next_step: ClassVar[str] = "Report this with the request id; nothing was changed."


@dataclass(slots=True)
class Standing:
    """Where a connection stands: before a door, or inside one customer."""

    customer_id: UUID | None = None
    door: str | None = None


_ATTRIBUTE = "troth_standing"


def standing(using: str = "default") -> UUID | None:
    """The customer whose context the connection is in now, or None."""
    found: Standing | None = getattr(connections[using], _ATTRIBUTE, None)
    return found.customer_id if found else None


def free(using: str = "default") -> bool:
    """True if a transaction of its own can begin here: none is open, and the connection stands nowhere."""
    connection = connections[using]
    return not connection.in_atomic_block and getattr(connection, _ATTRIBUTE, None) is None


def _set(using: str, name: str, value: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [f"troth.{name}", value])


@contextmanager
def taken(using: str, *, door: str) -> Iterator[Standing]:
    """Mark where a connection stands for `kernel.crossing`, which makes the settings itself."""
    if connections[using].in_atomic_block or getattr(connections[using], _ATTRIBUTE, None) is not None:
        raise WallBreach(why="a crossing is a transaction of its own")
    state = Standing(door=door)
    setattr(connections[using], _ATTRIBUTE, state)
    try:
        yield state
    finally:
        setattr(connections[using], _ATTRIBUTE, None)


@contextmanager
def _entered(using: str, state: Standing) -> Iterator[None]:
    connection = connections[using]
    if connection.in_atomic_block:
        # A setting made inside somebody else's transaction would outlive this block.
        raise WallBreach(why="a transaction without a customer is already open")
    with transaction.atomic(using=using):
        setattr(connection, _ATTRIBUTE, state)
        try:
            if state.door is not None:
                _set(using, "door", state.door)
            if state.customer_id is not None:
                _set(using, "customer", str(state.customer_id))
            yield
        finally:
            setattr(connection, _ATTRIBUTE, None)


@contextmanager
def within(customer_id: UUID, using: str = "default") -> Iterator[None]:
    """One transaction that sees and writes this customer's rows only. Nests for the same customer."""
    found: Standing | None = getattr(connections[using], _ATTRIBUTE, None)
    if found is None:
        with _entered(using, Standing(customer_id=customer_id)):
            yield
    elif found.customer_id == customer_id and found.door is None:
        with transaction.atomic(using=using):
            yield
    else:
        raise WallBreach(why="this transaction already stands elsewhere")


@contextmanager
def door(name: str, using: str = "default") -> Iterator[None]:
    """One transaction before a customer is known: only policies named `door_<name>` let rows through."""
    if getattr(connections[using], _ATTRIBUTE, None) is not None:
        raise WallBreach(why="a door opens only at the start of a transaction")
    with _entered(using, Standing(door=name)):
        yield


def step_through(customer_id: UUID, using: str = "default") -> None:
    """From a door into one customer, in the same transaction, once: the door shuts behind."""
    found: Standing | None = getattr(connections[using], _ATTRIBUTE, None)
    if found is None or found.door is None:
        raise WallBreach(why="there is no door to step through")
    _set(using, "door", "")
    _set(using, "customer", str(customer_id))
    found.door = None
    found.customer_id = customer_id
