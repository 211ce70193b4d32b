"""Removing rows for good, for an erasure whose keys are destroyed already (`erasure.steps` calls and logs it).

Guarantees: every batch is a transaction of its own, so that an erasure can be stopped and taken up again anywhere; a
repeat finds less and less, and in the end nothing; `survivors` counts what is left in every table of the vault.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.kernel.wall import within
from troth.vault import rows
from troth.vault.errors import Busy
from troth.vault.limits import FREEZE_WAITS_MS

# Children before parents, each with the indexed columns below `customer_id` that follow the order of the heap best:
# in the order of their digests, each batch of identifiers would touch every page.
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "vault_change": ("change_id",),
    "vault_identifier": ("subject_id",),
    "vault_record": ("record_id",),
    "vault_subject": ("subject_id",),
    "vault_import": ("import_id",),
    "vault_schema": ("dataset_id", "version"),
    "vault_dataset": ("dataset_id",),
}
TABLES: Final = tuple(_KEYS)
"""Every table of the vault, for the erasure's plan."""
SUBJECT_TABLES: Final = ("vault_change", "vault_identifier", "vault_record", "vault_subject")
"""Those that hold rows about one subject."""
_AT_A_TIME: Final = 10_000


def purge_subject(permit: Permit, subject_id: UUID) -> dict[str, int]:
    """Delete all rows about one subject, in one transaction; return how many by table. Raises Busy."""
    permit.require(Action.SUBJECTS_ERASE)
    try:
        with within(permit.customer_id):
            rows.give_way(FREEZE_WAITS_MS)
            lock = b"SELECT 1 FROM vault_subject WHERE customer_id = %b AND subject_id = %b FOR UPDATE"
            rows.execute(lock, [permit.customer_id, subject_id])
            return {
                table: rows.execute(
                    f"DELETE FROM {table} WHERE customer_id = %b AND subject_id = %b".encode(),
                    [permit.customer_id, subject_id],
                ).rowcount
                for table in SUBJECT_TABLES
            }
    except rows.CONTENDED:
        raise Busy from None


def purge_customer(permit: Permit, *, batch: int = _AT_A_TIME) -> Iterator[tuple[str, int]]:
    """Delete all of a customer's rows, batch by batch; yield the table and count of each committed batch.

    For a customer that is closing: nothing new comes in, so what was passed stays empty.
    """
    permit.require(Action.SUBJECTS_ERASE)
    for table, columns in _KEYS.items():
        yield from _purge_table(permit.customer_id, table, columns, batch)


def survivors(permit: Permit, subject_id: UUID | None = None) -> dict[str, int]:
    """How many rows are left by table: of one subject, or of the whole customer."""
    permit.require(Action.SUBJECTS_ERASE)
    with within(permit.customer_id):
        if subject_id is not None:
            return {
                table: _count(table, b" AND subject_id = %b", [permit.customer_id, subject_id])
                for table in SUBJECT_TABLES
            }
        return {table: _count(table, b"", [permit.customer_id]) for table in TABLES}


def _count(table: str, also: bytes, params: list[object]) -> int:
    found = rows.fetch(f"SELECT count(*) FROM {table} WHERE customer_id = %b".encode() + also, params)
    return int(found[0][0])


def _purge_table(customer_id: UUID, table: str, columns: tuple[str, ...], batch: int) -> Iterator[tuple[str, int]]:
    # By key ranges: each batch starts where the last one ended, and so never wades through rows that are dead already.
    key = ", ".join(columns)
    after, last = b"", list[object]()
    while True:
        with within(customer_id):
            ranged = f"SELECT {key} FROM {table} WHERE customer_id = %b".encode() + after
            edge = rows.fetch(ranged + f" ORDER BY {key} OFFSET %b LIMIT 1".encode(), [customer_id, *last, batch - 1])
            up_to = f" AND ({key}) <= ({', '.join(['%b'] * len(columns))})".encode() if edge else b""
            bound = list(edge[0]) if edge else []
            deleted = rows.execute(
                f"DELETE FROM {table} WHERE customer_id = %b".encode() + after + up_to, [customer_id, *last, *bound]
            ).rowcount
        if deleted:
            yield table, deleted
        if not edge:
            return
        after, last = f" AND ({key}) > ({', '.join(['%b'] * len(columns))})".encode(), bound
