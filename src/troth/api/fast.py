"""Reading one record: the path that must be quick. The key's look-up, the gate, the look and its log entry are one
transaction; what it may do is what the slow way may do, by the same functions."""

from uuid import UUID

from django.http import HttpResponse

from troth.access.roles import Action
from troth.api import shapes
from troth.api.answers import json
from troth.api.requests import ApiRequest, allow
from troth.vault import queries


def read(request: ApiRequest, route: str, customer_id: UUID, record_id: UUID) -> HttpResponse:
    """One record."""
    from troth.api.entrance import authenticate  # noqa: PLC0415 - the entrance imports the addresses

    request.actor = authenticate(request, route)
    permit = allow(request, customer_id, Action.RECORDS_READ)
    record = queries.get(permit, record_id)
    response = json(shapes.record_out(record))
    response["ETag"] = f'"{record.version}"'
    return response
