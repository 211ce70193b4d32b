"""The whole promise on real data: records stored through the vault, erased through the real steps.

A byte copy of the database from before, all keys of today and the recovery kit open every record but the erased ones.
"""

import dataclasses
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from tests.erasure.conftest import World, make_world
from tests.faults.test_old_copy import _byte_copy, _everything_known, old_home, sheets
from tests.keys.adversary import Adversary
from tests.keys.world import admin, key_rows
from troth.erasure.rules import State
from troth.host.postgres import Embedded
from troth.settings import CONFIG, TROTH_HOME
from troth.vault.codec import record_context

__all__ = ["old_home", "sheets"]

RECORDS = (
    "select customer_id, dataset_id, subject_id, record_id, schema_version, sealed from vault_record"
    " where customer_id = any(%s)"
)
Sealed = tuple[UUID, UUID, bytes]
"""Customer, subject, and what was sealed about the person."""


def _records(connection: "psycopg.Connection[tuple[Any, ...]]", customers: set[UUID]) -> dict[Sealed, bytes]:
    """Every record of the customers, with what it is bound to."""
    found = connection.execute(RECORDS, [list(customers)]).fetchall()
    return {(row[0], row[2], bytes(row[5])): record_context(*row[:5]) for row in found}


def _opened(adversary: Adversary, records: dict[Sealed, bytes]) -> set[UUID]:
    """The people about whom anything opens."""
    return {subject for (_, subject, sealed), where in records.items() if adversary.opens(sealed, where) is not None}


def _erase(world: World, erasure_id: UUID) -> None:
    assert world.finish(erasure_id).state == State.DONE


def test_nothing_of_today_opens_the_erased_in_an_old_copy(old_home: Path, sheets: list[str]) -> None:
    world, neighbour, leaving = (make_world(TROTH_HOME) for _ in range(3))
    everyone = [subject for one in (world, neighbour, leaving) for _, subject in one.add(4)]
    gone = [everyone[1], everyone[2], *everyone[8:]]
    customers = {world.customer_id, neighbour.customer_id, leaving.customer_id}

    _byte_copy(old_home / "postgres")
    with admin() as connection:
        records = _records(connection, customers)
    assert _opened(_everything_known(dict.fromkeys(customers), sheets), records) == set(everyone)

    for subject in everyone[1:3]:
        _erase(world, world.ask(subject).erasure_id)
    _erase(leaving, leaving.delete().erasure_id)

    server = Embedded(dataclasses.replace(CONFIG, home=old_home), admin=True)
    server.start()
    try:
        with admin(host=str(server.place.socket)) as connection:
            old_keys = key_rows(connection, customers)
            old_records = _records(connection, customers)
    finally:
        server.stop()
    assert old_records == records

    after = _everything_known(dict.fromkeys(customers), sheets)
    after.search(old_keys)
    assert _opened(after, old_records) == set(everyone) - set(gone)
