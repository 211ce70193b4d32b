"""API keys of one's own account, the customer's other keys for its administrators, and the state of the key tree."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from troth.access import actions, gate, queries
from troth.access.queries import KeyView
from troth.access.roles import Action
from troth.api import paging, replays
from troth.api.answers import answered, as_request
from troth.api.description import Strict
from troth.api.requests import allow

router = Router(tags=["API keys"])


class KeyOut(Schema):
    key_id: UUID
    account_id: UUID
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None


class KeyPage(Schema):
    api_keys: list[KeyOut]
    next: str | None


class NewKey(Strict):
    name: str
    days: Annotated[int, Field(ge=1, le=366)] | None = None


class KeyMade(Schema):
    key_id: UUID
    expires_at: datetime
    key: str | None


@router.get("/customers/{uuid:customer_id}/api-keys", response=KeyPage, summary="List API keys")
def list_keys(
    request: HttpRequest, customer_id: UUID, cursor: str | None = None, limit: paging.Limit = paging.DEFAULT
) -> KeyPage:
    asked = as_request(request)
    everyone = gate.may(asked.actor, customer_id, Action.API_KEYS_REVOKE)
    permit = allow(asked, customer_id, Action.API_KEYS_REVOKE if everyone else Action.API_KEYS_MANAGE)
    page, following = paging.cut(
        queries.api_keys(permit),
        lambda one: one.key_id,
        listing="api-keys",
        customer_id=customer_id,
        cursor=cursor,
        limit=limit,
    )
    return KeyPage(api_keys=[_out(one) for one in page], next=following)


@router.post("/customers/{uuid:customer_id}/api-keys", response={201: KeyMade}, summary="Make an API key of your own")
def add_key(request: HttpRequest, customer_id: UUID, new: NewKey) -> HttpResponse:
    """The key is in the first answer alone; a replay gives its id without it."""
    asked = as_request(request)
    permit = allow(asked, customer_id, Action.API_KEYS_MANAGE)
    shown: list[str] = []

    def work() -> HttpResponse:
        made = actions.add_api_key(permit, name=new.name, lives=timedelta(days=new.days) if new.days else None)
        shown.append(made.text)
        return answered(KeyMade(key_id=made.key_id, expires_at=made.expires_at, key=None), 201)

    response = replays.once(asked, customer_id, work)
    if not shown:
        return response
    # The secret joins the answer only after the answer was kept.
    return answered(KeyMade.model_validate_json(response.content).model_copy(update={"key": shown[0]}), 201)


@router.delete(
    "/customers/{uuid:customer_id}/api-keys/{uuid:key_id}", response={204: None}, summary="Revoke an API key"
)
def revoke_key(request: HttpRequest, customer_id: UUID, key_id: UUID) -> HttpResponse:
    asked = as_request(request)
    anyone = gate.may(asked.actor, customer_id, Action.API_KEYS_REVOKE)
    permit = allow(asked, customer_id, Action.API_KEYS_REVOKE if anyone else Action.API_KEYS_MANAGE)
    actions.revoke_api_key(permit, key_id)
    return HttpResponse(status=204)


def _out(key: KeyView) -> KeyOut:
    return KeyOut(
        key_id=key.key_id,
        account_id=key.account_id,
        name=key.name,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        seen_at=key.seen_at,
    )
