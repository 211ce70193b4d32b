"""Who sends this request: the API key in its Authorization header, and what happens when there is none that opens."""

from django.http import HttpRequest

from troth.access import api_keys, attempts
from troth.access.errors import NotSignedIn, TooManyTries
from troth.access.terms import terms
from troth.api.limits import FAILED_KEYS_PER_ADDRESS
from troth.api.requests import ApiRequest
from troth.kernel.actor import Actor, nobody
from troth.kernel.errors import TrothError
from troth.kernel.ids import OPERATOR


def source_address(request: HttpRequest) -> str | None:
    """The peer's address. Headers that claim another are not believed."""
    return request.META.get("REMOTE_ADDR") or None


def authenticate(request: ApiRequest, route: str) -> Actor:
    """The actor behind the Authorization header. Raises NotSignedIn; TooManyTries when an address goes on guessing."""
    address = source_address(request)
    text = bearer(request)
    actor = (
        api_keys.authenticate(text, route=route, source_address=address, request_id=request.request_id)
        if text
        else None
    )
    if actor is None:
        raise refuse_key(request, route)
    return actor


def bearer(request: HttpRequest) -> str | None:
    """The token of `Authorization: Bearer …`, or None."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def refuse_key(request: ApiRequest, route: str) -> TrothError:
    """Count a request without a valid key; the error to raise. Beyond the limit nothing is logged: it would flood."""
    request.actor = nobody(route, source_address=request.actor.source_address, request_id=request.request_id)
    counter = attempts.keyed("api_key", (request.actor.source_address or "").encode())
    try:
        attempts.take(counter, at_most=FAILED_KEYS_PER_ADDRESS, window=terms().sign_in.window)
    except TooManyTries as error:
        return error
    return NotSignedIn(action="api.request", customer_id=OPERATOR)
