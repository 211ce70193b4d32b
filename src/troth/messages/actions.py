"""Every write to the outbox and to the endpoints.

Guarantees: a message is queued in the transaction of what it tells of: a crash loses none, a rollback sends none. It
stands inside its customer's wall, and leaves from there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from troth.audit.actions import record
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import NotFound
from troth.kernel.ids import new_id
from troth.keys.actions import lease
from troth.keys.sealing import seal
from troth.messages import addresses, kinds, signing
from troth.messages.errors import TooManyEndpoints
from troth.messages.jobs import enqueue
from troth.messages.kinds import Audience, Payload
from troth.messages.models import Delivery, Endpoint, Message
from troth.messages.sending import sealing_context
from troth.messages.terms import DEFAULT, MessageTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """A fresh endpoint. `secret` is shown this once."""

    endpoint_id: UUID
    host: str
    secret: str

    def __repr__(self) -> str:
        return f"NewEndpoint({self.endpoint_id})"


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
    held = kinds.checked(found, payload)
    audience = kinds.audience(found, held) if to is None else to
    now = clock.now()
    message = Message.objects.create(
        customer_id=customer_id,
        message_id=new_id(),
        kind=found.name,
        payload=held,
        webhooks=audience.webhooks,
        roles=list(audience.roles),
        accounts=list(audience.accounts),
        queued_at=now,
        expires_at=now + terms.expires,
    )
    enqueue(message.message_id)
    return message.message_id


def add_endpoint(
    customer_id: UUID,
    url: str,
    *,
    by: Actor,
    allowed: Iterable[addresses.Network] = (),
    clock: Clock = SYSTEM,
    terms: MessageTerms = DEFAULT,
) -> NewEndpoint:
    """Register where webhooks go. The caller asked the gate (`access.webhooks` does).

    Raises:
        BadAddress: we would not call it.
        TooManyEndpoints: there are as many as the terms allow.
    """
    target = addresses.parse(url)
    addresses.resolve(target, allowed)
    endpoint_id, secret = new_id(), signing.new_secret()
    with wall.within(customer_id):
        # Lock first, then count: two at once must not pass the limit together.
        there = list(Endpoint.objects.select_for_update().filter(customer_id=customer_id, removed_at=None))
        if len(there) >= terms.endpoints_at_most:
            raise TooManyEndpoints(limit=terms.endpoints_at_most)
        (slot,) = lease(customer_id, 1)
        Endpoint.objects.create(
            customer_id=customer_id,
            endpoint_id=endpoint_id,
            host=target.host,
            page=slot.page,
            slot=slot.slot,
            url=seal(slot.key, url.encode(), sealing_context("url", customer_id, endpoint_id)),
            secret=seal(slot.key, secret, sealing_context("secret", customer_id, endpoint_id)),
            added_at=clock.now(),
        )
        record("webhook.add", by=by, customer_id=customer_id, entity=endpoint_id)
    return NewEndpoint(endpoint_id=endpoint_id, host=target.host, secret=signing.shown(secret))


def remove_endpoint(customer_id: UUID, endpoint_id: UUID, *, by: Actor, clock: Clock = SYSTEM) -> None:
    """End an endpoint: what waits for it is withdrawn, and its address and secret are gone from its row."""
    with wall.within(customer_id):
        endpoint = _endpoint(customer_id, endpoint_id)
        now = clock.now()
        endpoint.removed_at, endpoint.url, endpoint.secret = now, b"", b""
        endpoint.save(update_fields=["removed_at", "url", "secret"])
        Delivery.objects.filter(
            customer_id=customer_id, channel="webhook", receiver_id=endpoint_id, state="waiting"
        ).update(state="withdrawn", reason="receiver_gone", next_attempt_at=None, ended_at=now)
        record("webhook.remove", by=by, customer_id=customer_id, entity=endpoint_id)


def try_endpoint(customer_id: UUID, endpoint_id: UUID, *, by: Actor, clock: Clock = SYSTEM) -> UUID:
    """Queue a message for this endpoint alone; return its id."""
    with wall.within(customer_id):
        _endpoint(customer_id, endpoint_id)
        now = clock.now()
        asked = {"asked_at": now.isoformat()}
        message_id = queue("webhook_test", customer_id=customer_id, payload=asked, clock=clock)
        Message.objects.filter(customer_id=customer_id, message_id=message_id).update(endpoint_id=endpoint_id)
        record("webhook.test", by=by, customer_id=customer_id, entity=endpoint_id)
    return message_id


def _endpoint(customer_id: UUID, endpoint_id: UUID) -> Endpoint:
    found = (
        Endpoint.objects.select_for_update()
        .filter(customer_id=customer_id, endpoint_id=endpoint_id, removed_at=None)
        .first()
    )
    if found is None:
        raise NotFound(what="webhook")
    return found
