"""Idempotency keys: a write that is sent twice happens once, and answers the same both times.

Guarantees: the mark of a key commits with the write it stands for, so neither exists without the other; a second sender
waits for the first; the same key with another request is refused. Requests are compared by a keyed digest, because a
body is personal; what was answered holds ids and counts alone.
"""

import hmac
from collections.abc import Callable
from uuid import UUID

from django.db import connections
from django.http import HttpResponse

from troth.api.errors import HeaderInvalid, KeyReused
from troth.api.limits import REPLAY_LIVES
from troth.api.models import Replay
from troth.api.requests import ApiRequest, header
from troth.kernel import wall
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import OPERATOR, new_id
from troth.keys.rings import ring

HEADER_NAME = "Idempotency-Key"
_CLAIM = """
INSERT INTO api_replay (customer_id, key_digest, request_digest, chosen_id, created_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (customer_id, key_digest) DO NOTHING
"""


def once(request: ApiRequest, customer_id: UUID, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work and remember its answer, in one transaction; or give the answer that it had.

    Without the header it is just done. An error undoes the mark too: the request may be sent again.
    """
    key = _key(request)
    if key is None:
        return work()
    with wall.within(customer_id):
        row, fresh = _claim(request, customer_id, key)
        if not fresh:
            return _again(row)
        response = work()
        _remember(row, response)
        return response


def once_for_new_customer(request: ApiRequest, work: Callable[[UUID], HttpResponse]) -> HttpResponse:
    """The same for a write that makes a customer, whose transaction belongs to that customer.

    The customer's id is chosen with the mark, before the work: whoever comes again, even after a crash in between,
    works with the same id. `work` answers the customer that has this id, and makes it where there is none.
    """
    key = _key(request)
    if key is None:
        return work(new_id())
    with wall.within(OPERATOR):
        row, _ = _claim(request, OPERATOR, key)
    if row.status is not None:
        return _again(row)
    response = work(row.chosen_id)
    with wall.within(OPERATOR):
        _remember(row, response)
    return response


def _key(request: ApiRequest) -> str | None:
    key = header(request, HEADER_NAME)
    if key is not None and not key.isascii():
        raise HeaderInvalid(name=HEADER_NAME, why="it must be printable ASCII")
    return key


def _claim(request: ApiRequest, customer_id: UUID, key: str) -> tuple[Replay, bool]:
    secret = ring(customer_id).stable("idempotency")
    who = str(request.actor.account_id).encode()
    key_digest = hmac.digest(secret, b"key\x00" + who + b"\x00" + key.encode(), "sha256")
    asked = f"{request.method}\x00{request.path}\x00".encode() + request.raw
    request_digest = hmac.digest(secret, b"request\x00" + asked, "sha256")
    now = SYSTEM.now()
    Replay.objects.filter(customer_id=customer_id, expires_at__lt=now).delete()
    with connections["default"].cursor() as cursor:
        cursor.execute(_CLAIM, [customer_id, key_digest, request_digest, new_id(), now, now + REPLAY_LIVES])
        fresh = cursor.rowcount == 1
    row = Replay.objects.get(customer_id=customer_id, key_digest=key_digest)
    if not hmac.compare_digest(bytes(row.request_digest), request_digest):
        raise KeyReused
    return row, fresh


def _remember(row: Replay, response: HttpResponse) -> None:
    Replay.objects.filter(customer_id=row.customer_id, key_digest=row.key_digest).update(
        status=response.status_code, answer=response.content
    )


def _again(row: Replay) -> HttpResponse:
    response = HttpResponse(bytes(row.answer or b""), status=row.status or 200, content_type="application/json")
    response["Idempotency-Replayed"] = "true"
    return response
