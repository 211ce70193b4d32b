"""The request as endpoints see it, and how they ask the gate on its behalf."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from troth.access import gate
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.api.errors import HeaderInvalid
from troth.api.limits import HEADER
from troth.kernel.actor import Actor


class ApiRequest(HttpRequest):
    """What the entrance has found out: who acts, under which id, with which body."""

    actor: Actor
    request_id: UUID
    operation: str
    customer_id: UUID | None
    raw: bytes
    document: Any


def allow(request: ApiRequest, customer_id: UUID, action: Action, *also: Action) -> Permit:
    """Ask the gate, with the purpose and reason that the request's headers give."""
    request.operation = action.value
    request.customer_id = customer_id
    return gate.permit(
        request.actor,
        customer_id,
        action,
        *also,
        purpose=header(request, "Troth-Purpose"),
        reason=header(request, "Troth-Reason", at_most=2 * HEADER),
    )


def header(request: HttpRequest, name: str, at_most: int = HEADER) -> str | None:
    """One header's text, or None. Raises HeaderInvalid for control characters, broken UTF-8 or an overlong one."""
    value: str | None = request.META.get("HTTP_" + name.upper().replace("-", "_"))
    if value is None:
        return None
    try:
        # WSGI hands headers over as latin-1; people write reasons in UTF-8.
        text = value.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        raise HeaderInvalid(name=name, why="it is not UTF-8") from None
    if len(text) > at_most:
        raise HeaderInvalid(name=name, why=f"it is longer than {at_most} characters")
    if not text.isprintable():
        raise HeaderInvalid(name=name, why="it holds control characters")
    return text or None
