"""Who brings this API key? Looked up in the database for every request, so that a revoked key is dead at once."""

import time
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connections

from troth.access import tokens
from troth.access.doors import by_id
from troth.access.terms import terms
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock

LOOK_UP: Final = (
    b"SELECT k.customer_id, k.account_id, k.secret_digest, k.created_at, k.expires_at, k.revoked_at, a.role, a.state"
    b" FROM access_api_key k JOIN access_account a USING (customer_id, account_id) WHERE k.key_id = %b"
)
"""Run behind the door `key_lookup`; `judge` reads its row. A caller with a pipeline of its own runs it itself."""

_NOBODYS: Final = bytes(32)
_seen: dict[UUID, float] = {}


def judge(
    row: tuple[Any, ...] | None,
    key_id: UUID,
    secret: str,
    *,
    route: str,
    source_address: str | None,
    request_id: UUID,
    clock: Clock = SYSTEM,
) -> Actor | None:
    """The actor whose key this is, or None: unknown, wrong, revoked and expired can't be told apart."""
    right = tokens.same(secret, row[2] if row else _NOBODYS)
    if row is None or not right:
        return None
    customer_id, account_id, _, created_at, expires_at, revoked_at, role, state = row
    # A key that was made under a longer life lives as long as the terms in force allow, and no longer.
    until: datetime = min(expires_at, created_at + terms(customer_id).key.lives_at_most)
    if revoked_at is not None or until <= clock.now() or state != "active":
        return None
    return Actor(
        kind="api_key",
        route=route,
        role=role,
        customer_id=customer_id,
        account_id=account_id,
        key_id=key_id,
        source_address=source_address,
        request_id=request_id,
    )


def authenticate(text: str, *, route: str, source_address: str | None, request_id: UUID) -> Actor | None:
    """Look the key up in a transaction of its own."""
    parsed = tokens.parse_api_key(text)
    if parsed is None:
        return None
    key_id, secret = parsed
    with by_id("key_lookup", key_id), connections["default"].cursor() as cursor:
        cursor.execute(LOOK_UP.replace(b"%b", b"%s").decode(), [key_id])
        row = cursor.fetchone()
    actor = judge(row, key_id, secret, route=route, source_address=source_address, request_id=request_id)
    if actor is not None:
        saw(actor)
    return actor


def saw(actor: Actor) -> None:
    """Note the key's last use, at most once a minute and process. Call it outside any transaction."""
    if actor.key_id is None:
        return
    now = time.monotonic()
    if now - _seen.get(actor.key_id, float("-inf")) < terms().key.seen_every.total_seconds():
        return
    _seen[actor.key_id] = now
    with wall.within(actor.customer_id), connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE access_api_key SET seen_at = %s WHERE customer_id = %s AND key_id = %s",
            [SYSTEM.now(), actor.customer_id, actor.key_id],
        )
