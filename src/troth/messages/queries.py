"""Reading the outbox: where webhooks go, and what became of each message."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.kernel import wall
from troth.messages import kinds
from troth.messages.models import Delivery, Endpoint, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """One webhook, without its path or secret. `state` is `active`, or `gone` once it answered that it has gone."""

    endpoint_id: UUID
    host: str
    state: str
    added_at: datetime
    last_delivered_at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One message to one receiver. `reason` is a code; `about` is the payload, in which nothing is personal."""

    message_id: UUID
    event: str
    channel: str
    receiver_id: UUID
    state: str
    attempts: int
    reason: str | None
    status: int | None
    queued_at: datetime
    attempted_at: datetime | None
    next_attempt_at: datetime | None
    ended_at: datetime | None
    about: dict[str, kinds.Value]


def endpoints(customer_id: UUID) -> list[EndpointView]:
    """The webhooks that were not removed, oldest first. The caller asked the gate."""
    with wall.within(customer_id):
        found = Endpoint.objects.filter(customer_id=customer_id, removed_at=None).order_by("endpoint_id")
        return [_endpoint(one) for one in found]


def deliveries(
    customer_id: UUID, *, endpoint_id: UUID | None = None, state: str | None = None, limit: int = 100
) -> list[DeliveryView]:
    """The newest deliveries first, of one webhook or of all channels. The caller asked the gate."""
    with wall.within(customer_id):
        found = Delivery.objects.filter(customer_id=customer_id)
        if endpoint_id is not None:
            found = found.filter(channel="webhook", receiver_id=endpoint_id)
        if state is not None:
            found = found.filter(state=state)
        rows = list(found.order_by("-message_id", "channel", "receiver_id")[:limit])
        of = Message.objects.filter(customer_id=customer_id, message_id__in={row.message_id for row in rows})
        messages = {message.message_id: message for message in of}
        return [_delivery(row, messages[row.message_id]) for row in rows]


def undeliverable(customer_id: UUID) -> dict[str, int]:
    """How many deliveries wait, by the reason for which they do: for whoever must set something right."""
    counts: dict[str, int] = {}
    with wall.within(customer_id):
        waiting = Delivery.objects.filter(customer_id=customer_id, state="waiting", reason__isnull=False)
        for reason in waiting.values_list("reason", flat=True):
            counts[str(reason)] = counts.get(str(reason), 0) + 1
    return counts


def _endpoint(one: Endpoint) -> EndpointView:
    own = Delivery.objects.filter(customer_id=one.customer_id, channel="webhook", receiver_id=one.endpoint_id)
    last = own.filter(state="delivered").order_by("-ended_at").first()
    return EndpointView(
        endpoint_id=one.endpoint_id,
        host=one.host,
        state="active" if one.gone_at is None else "gone",
        added_at=one.added_at,
        last_delivered_at=last.ended_at if last else None,
        waiting=own.filter(state="waiting").count(),
    )


def _delivery(row: Delivery, message: Message) -> DeliveryView:
    return DeliveryView(
        message_id=row.message_id,
        event=kinds.by_name(message.kind).event,
        channel=row.channel,
        receiver_id=row.receiver_id,
        state=row.state,
        attempts=row.attempts,
        reason=row.reason,
        status=row.status,
        queued_at=message.queued_at,
        attempted_at=row.attempted_at,
        next_attempt_at=row.next_attempt_at,
        ended_at=row.ended_at,
        about=dict(message.payload),
    )
