"""Every write to the outbox and to the endpoints.

Guarantees: a message is queued in the transaction of what it tells of: a crash loses none, a rollback sends none. It
stands inside its customer's wall, and leaves from there.
"""

from uuid import UUID

from troth.kernel import wall
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import new_id
from troth.messages import kinds
from troth.messages.jobs import enqueue
from troth.messages.kinds import Audience, Payload
from troth.messages.models import Message
from troth.messages.terms import DEFAULT, MessageTerms


def queue(
    kind: str,
    *,
    customer_id: UUID,
    payload: Payload,
    to: Audience | None = None,
    clock: Clock = SYSTEM,
    terms: MessageTerms = DEFAULT,
) -> UUID:
    """Queue a message in the caller's transaction, inside `within(customer_id)`; return its id.

    `to` replaces the kind's own audience. The caller's own entry in the log tells what happened; each delivery gets
    one when it ends.

    Raises:
        WallBreach: the transaction stands elsewhere.
        BadPayload: the kind does not allow this payload.
    """
    if wall.standing() != customer_id:
        raise wall.WallBreach(why="a message is queued inside its customer's transaction only")
    found = kinds.by_name(kind)
    audience = found.audience if to is None else to
    now = clock.now()
    message = Message.objects.create(
        customer_id=customer_id,
        message_id=new_id(),
        kind=found.name,
        payload=kinds.checked(found, payload),
        webhooks=audience.webhooks,
        roles=list(audience.roles),
        accounts=list(audience.accounts),
        queued_at=now,
        expires_at=now + terms.expires,
    )
    enqueue(message.message_id)
    return message.message_id
