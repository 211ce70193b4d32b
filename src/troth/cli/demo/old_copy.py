"""An old copy of the database against every key of today: what `python -m troth.cli.demo.old_copy` tries.

`keep CUSTOMER RECORD…` prints what any copy of the database taken now would hold of these records: their sealed rows,
and the customer's whole key tables. `try` reads that from standard input and opens what it can, with every key that
exists at that moment: each sealed value with each key known so far, until nothing new opens.
"""

import base64
import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

_KEYS = {
    "customer": "select version, epoch, sealed from keys_customer where customer_id = %s",
    "directory": "select version, 0, sealed from keys_directory where customer_id = %s",
    "page": "select version, page, sealed from keys_page where customer_id = %s",
}
_RECORDS = (
    "select record_id, dataset_id, subject_id, schema_version, sealed from vault_record"
    " where customer_id = %s and record_id = any(%s)"
)


def keep(customer_id: UUID, record_ids: list[UUID]) -> dict[str, Any]:
    """The copy: sealed rows, as they lie in the database."""
    from django.db import connection

    from troth.kernel.wall import within

    held: dict[str, Any] = {"customer": str(customer_id), "keys": [], "records": []}
    with within(customer_id), connection.cursor() as cursor:
        for kind, statement in _KEYS.items():
            cursor.execute(statement, [customer_id])
            held["keys"] += [[kind, version, number, _text(sealed)] for version, number, sealed in cursor.fetchall()]
        cursor.execute(_RECORDS, [customer_id, record_ids])
        held["records"] = [[*map(str, row[:3]), row[3], _text(row[4])] for row in cursor.fetchall()]
    return held


def attempt(held: dict[str, Any]) -> dict[str, Any]:
    """Which records of the copy open, and how many keys were tried on each."""
    from troth.keys import cache

    customer_id = UUID(held["customer"])
    known = Known({cache.at(cache.current_epoch("default")).root().key})
    _search(customer_id, keep(customer_id, [])["keys"], known)  # what lives now, from the root down
    _search(customer_id, held["keys"], known)
    opened = [row[0] for row in held["records"] if _opens(customer_id, row, known)]
    return {"keys": len(known.path | known.people), "opened": opened}


@dataclass(slots=True)
class Known:
    """Keys by value: those that may open other keys, and people's."""

    path: set[bytes]
    people: set[bytes] = field(default_factory=set)

    def open(self, sealed: str, where: bytes, *, everything: bool) -> bytes | None:
        """What this seals, if any key opens it."""
        from troth.keys.errors import CannotOpen
        from troth.keys.sealing import unseal

        content = base64.b64decode(sealed)
        for key in (*self.path, *self.people) if everything else tuple(self.path):
            with suppress(CannotOpen):
                return unseal(key, content, where)
        return None


def _search(customer_id: UUID, rows: list[list[Any]], known: Known) -> None:
    """Open key tables with whatever is known, until nothing new comes; what is left, with people's keys too."""
    left = rows
    for everything in (False, True):
        before = -1
        while left and before != len(left):
            before = len(left)
            left = [row for row in left if not _taken(customer_id, row, known, everything=everything)]


def _taken(customer_id: UUID, row: list[Any], known: Known, *, everything: bool) -> bool:
    from troth.keys import cache
    from troth.keys.pages import SLOTS, Directory, Page

    kind, version, number, sealed = row
    where = {
        "customer": cache.customer_context(customer_id, number, version),
        "directory": cache.directory_context(customer_id, version),
        "page": cache.page_context(customer_id, number, version),
    }[kind]
    plain = known.open(sealed, where, everything=everything)
    if plain is None:
        return False
    if kind == "customer":
        known.path.add(plain)
    elif kind == "directory":
        directory = Directory.decode(plain)
        known.path |= {directory.stable, *directory.page_keys}
    else:
        page = Page(plain)
        known.people |= {key for slot in range(SLOTS) if (key := page.key(slot)) is not None}
    return True


def _opens(customer_id: UUID, row: list[Any], known: Known) -> bool:
    from troth.vault.codec import record_context

    record_id, dataset_id, subject_id, schema_version, sealed = row
    where = record_context(customer_id, UUID(dataset_id), UUID(subject_id), UUID(record_id), schema_version)
    return known.open(sealed, where, everything=True) is not None


def _text(sealed: bytes) -> str:
    return base64.b64encode(bytes(sealed)).decode()


def main(arguments: list[str]) -> None:
    """Be one of the two commands."""
    from troth.cli import platform

    platform.enter()
    done = (
        keep(UUID(arguments[1]), [UUID(each) for each in arguments[2:]])
        if arguments[0] == "keep"
        else attempt(json.load(sys.stdin))
    )
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1:])
