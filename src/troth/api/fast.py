"""Reading one record: the path that must be quick. The key's look-up, the gate, the look and its log entry are one
transaction of three round trips; what it may do is what the slow way may do, by the same functions."""

from uuid import UUID

from django.db import OperationalError
from django.http import HttpResponse

from troth.access import api_keys, tokens
from troth.access.roles import Action
from troth.api import shapes
from troth.api.answers import json
from troth.api.authentication import bearer, refuse_key, source_address
from troth.api.requests import ApiRequest, allow
from troth.kernel import crossing
from troth.vault import crossing_reads, queries
from troth.vault.opening import Record


def read(request: ApiRequest, route: str, customer_id: UUID, record_id: UUID) -> HttpResponse:
    """One record."""
    try:
        record = _read(request, route, customer_id, record_id)
    except OperationalError:
        # A connection that died while it waited. At worst the look is in the log twice; it is never shown unlogged.
        record = _read(request, route, customer_id, record_id)
    api_keys.saw(request.actor)
    response = json(shapes.record_out(record))
    response["ETag"] = f'"{record.version}"'
    return response


def _read(request: ApiRequest, route: str, customer_id: UUID, record_id: UUID) -> Record:
    parsed = tokens.parse_api_key(bearer(request) or "")
    if parsed is None:
        raise refuse_key(request, route)
    key_id, secret = parsed
    with crossing.through("key_lookup", key_id) as walk:
        (found,) = walk.ask((api_keys.LOOK_UP, (key_id,)))
        actor = api_keys.judge(
            found[0] if found else None,
            key_id,
            secret,
            route=route,
            source_address=source_address(request),
            request_id=request.request_id,
        )
        if actor is not None and not actor.is_staff:
            request.actor = actor
            return crossing_reads.get(allow(request, customer_id, Action.RECORDS_READ), record_id, walk)
    if actor is None:
        raise refuse_key(request, route)
    # For staff the gate looks at the customer too: the common way, in transactions of their own.
    request.actor = actor
    return queries.get(allow(request, customer_id, Action.RECORDS_READ), record_id)
