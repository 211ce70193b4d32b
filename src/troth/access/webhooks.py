"""Webhooks, for whoever holds a permit: the outbox stands below the gate and can't ask it."""

from uuid import UUID

from django.conf import settings

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.kernel.clock import SYSTEM, Clock
from troth.messages import actions, queries
from troth.messages.actions import NewEndpoint
from troth.messages.queries import DeliveryView, EndpointView


def add(permit: Permit, url: str, *, clock: Clock = SYSTEM) -> NewEndpoint:
    """Register a webhook of the permit's customer. Raises BadAddress, TooManyEndpoints."""
    permit.require(Action.WEBHOOKS_MANAGE)
    allowed = settings.TROTH_WEBHOOK_NETWORKS
    return actions.add_endpoint(permit.customer_id, url, by=permit.actor, allowed=allowed, clock=clock)


def remove(permit: Permit, endpoint_id: UUID, *, clock: Clock = SYSTEM) -> None:
    """End a webhook. Raises NotFound."""
    permit.require(Action.WEBHOOKS_MANAGE)
    actions.remove_endpoint(permit.customer_id, endpoint_id, by=permit.actor, clock=clock)


def try_out(permit: Permit, endpoint_id: UUID, *, clock: Clock = SYSTEM) -> UUID:
    """Queue a call for one webhook alone; returns the message's id. Raises NotFound."""
    permit.require(Action.WEBHOOKS_MANAGE)
    return actions.try_endpoint(permit.customer_id, endpoint_id, by=permit.actor, clock=clock)


def listed(permit: Permit) -> list[EndpointView]:
    """The customer's webhooks."""
    permit.require(Action.WEBHOOKS_MANAGE)
    return queries.endpoints(permit.customer_id)


def deliveries(
    permit: Permit, *, endpoint_id: UUID | None = None, state: str | None = None, limit: int = 100
) -> list[DeliveryView]:
    """What became of the customer's messages, newest first."""
    permit.require(Action.WEBHOOKS_MANAGE)
    return queries.deliveries(permit.customer_id, endpoint_id=endpoint_id, state=state, limit=limit)
