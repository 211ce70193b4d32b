"""What tests of keys need again and again."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

from troth.kernel import wall
from troth.kernel.actor import job
from troth.kernel.ids import new_id
from troth.keys import cache, epochs, ring
from troth.keys.actions import create_customer, lease
from troth.keys.epochs import Drops, Epoch
from troth.keys.slots import Slot

BY = job("test")
ROWS = (
    "select 'c', customer_id, 0::int8, epoch, version, sealed from keys_customer union all "
    "select 'd', customer_id, 0, 0, version, sealed from keys_directory union all "
    "select 'p', customer_id, page, 0, version, sealed from keys_page"
)


def a_customer(slots: int = 0) -> tuple[UUID, list[Slot]]:
    """A customer with keys, and some slots of it."""
    customer_id = new_id()
    with wall.within(customer_id):
        create_customer(customer_id)
    with wall.within(customer_id):
        return customer_id, lease(customer_id, slots) if slots else []


def admin(host: str | None = None, **more: Any) -> "psycopg.Connection[tuple[Any, ...]]":
    """The cluster's superuser, on this run's server or on another's socket."""
    owner = connections["owner"].get_connection_params()
    return psycopg.connect(host=host or owner["host"], user="troth_admin", dbname=owner["dbname"], **more)


def key_rows(connection: "psycopg.Connection[tuple[Any, ...]]", customers: Iterable[UUID]) -> list[tuple[Any, ...]]:
    """The key tables' rows of these customers, as the adversary of tests/keys/adversary.py takes them."""
    wanted = set(customers)
    found = connection.cursor(binary=True).execute(ROWS).fetchall()
    return [(*row[:5], bytes(row[5])) for row in found if row[1] in wanted]


def place_files(folder: Path) -> set[str]:
    """Everything in a key place, hidden files too."""
    return {path.name for path in folder.iterdir()}


@contextmanager
def away(folder: Path) -> Iterator[Path]:
    """A key place whose disk is not there; under what name it waits meanwhile."""
    elsewhere = folder.with_name(folder.name + "-away")
    folder.rename(elsewhere)
    try:
        yield elsewhere
    finally:
        if folder.exists():
            shutil.rmtree(folder)
        elsewhere.rename(folder)


def erase(customer_id: UUID, *slots: Slot) -> Epoch:
    """One epoch that destroys these slots."""
    return epochs.advance(Drops(slots={customer_id: {(slot.page, slot.slot) for slot in slots}}), by=BY)


def keys_of(customer_id: UUID, slots: Iterable[Slot]) -> list[bytes | None]:
    """What the ring gives for these slots now, opened anew."""
    cache.forget()
    with wall.within(customer_id):
        return ring(customer_id).keys([(slot.page, slot.slot) for slot in slots])
