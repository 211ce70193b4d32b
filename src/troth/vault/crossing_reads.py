"""Reading one record along a crossing: what `queries.get` does, in the transaction that looked the reader's key up."""

from uuid import UUID

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.actions import statement
from troth.audit.entry import SubjectRef
from troth.kernel.crossing import Crossing
from troth.kernel.errors import NotFound
from troth.keys import EPOCH_SQL
from troth.keys.rings import ring
from troth.vault import opening, statements
from troth.vault.errors import Erased
from troth.vault.opening import Record

_EPOCH = EPOCH_SQL.encode()


def get(permit: Permit, record_id: UUID, walk: Crossing) -> Record:
    """One record, read and logged, committed. Raises NotFound, Erased, as `queries.get`."""
    permit.require(Action.RECORDS_READ)
    customer_id = permit.customer_id
    walk.enter(customer_id)
    epoch, found = walk.ask((_EPOCH, ()), (statements.RECORD, (customer_id, record_id)))
    if not found:
        raise NotFound(what="record")
    keys = ring(customer_id, epoch=epoch[0][0] or 0)
    ((row, key),) = opening.keyed(keys, found)
    if key is None:
        raise Erased
    record = opening.open_one(customer_id, key, row)
    walk.commit(
        statement(
            "record.read",
            by=permit.actor,
            customer_id=customer_id,
            ring=keys,
            entity=record_id,
            purpose=permit.purpose,
            reason=permit.reason,
            subject=SubjectRef(row.subject_id, key),
        )
    )
    return record
