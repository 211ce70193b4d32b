"""Looking through sealed fields: a streamed scan that opens every record, keeps those that match, and forgets the rest.

Guarantees: memory is bounded whatever the dataset's size; each batch is read and logged in a transaction of its own,
which has committed before the batch's first record leaves; a record is given at most once. A record that is stored
or deleted meanwhile may or may not be met: a scan is no snapshot, so that it never holds back the database's cleaning.
"""

from collections.abc import Iterator
from uuid import UUID

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.actions import record as log
from troth.kernel.wall import WallBreach, standing, within
from troth.keys.rings import ring
from troth.vault import datasets, filters, opening, rows, statements
from troth.vault.codec import NIL
from troth.vault.filters import Filter
from troth.vault.limits import SCAN_BYTES, SCAN_ROWS
from troth.vault.opening import Record

_FIRST_ROWS = 200


def scan(
    permit: Permit,
    dataset_id: UUID,
    where: str | None = None,
    *,
    action: Action = Action.RECORDS_SCAN,
    operation: str = "records.scanned",
) -> Iterator[list[Record]]:
    """Batches of matching records, in the order of their making; all of them without `where`.

    Call it outside any transaction. Raises NotFound and FilterInvalid at once, not at the first batch.
    """
    permit.require(action)
    if standing() is not None:
        # Its log entries would be undone with a transaction of the caller's, after the records had left.
        raise WallBreach(why="a scan has transactions of its own")
    with within(permit.customer_id):
        schema = datasets.load(permit.customer_id, dataset_id).schema
    judged = filters.parse(where, schema) if where and where.strip() else None
    return _batches(permit, dataset_id, judged, operation)


def _batches(permit: Permit, dataset_id: UUID, where: Filter | None, operation: str) -> Iterator[list[Record]]:
    last, limit = NIL, _FIRST_ROWS
    while True:
        with within(permit.customer_id):
            found = rows.fetch(statements.PAGE, [permit.customer_id, dataset_id, last, limit])
            if not found:
                return
            matching = _opened(permit, dataset_id, where, operation, found)
        size = sum(len(row[5]) for row in found)
        last = found[-1][0]
        # As many rows next time as fill one batch's bytes at this batch's average.
        limit = max(1, min(SCAN_ROWS, SCAN_BYTES * len(found) // max(1, size)))
        del found
        if matching:
            yield matching


def _opened(
    permit: Permit, dataset_id: UUID, where: Filter | None, operation: str, found: list[tuple[object, ...]]
) -> list[Record]:
    keys = ring(permit.customer_id)
    opened = opening.open_all(permit.customer_id, keys, found)
    there = [record for record in opened if record is not None]
    matching = there if where is None else [record for record in there if where.matches(record.values)]
    detail: dict[str, str | int | list[str]] = {"examined": len(found), "withheld": len(opened) - len(there)}
    if where is not None:
        # The fields it looked at; never its text, which may name a person.
        detail["filter_fields"] = list(where.fields)
    log(
        operation,
        by=permit.actor,
        customer_id=permit.customer_id,
        ring=keys,
        entity=dataset_id,
        purpose=permit.purpose,
        reason=permit.reason,
        ids=[record.record_id for record in matching],
        detail=detail,
    )
    return matching
