"""Cursors: opaque, signed, good for one listing of one customer only."""

from typing import Any
from uuid import UUID

from django.core import signing

from troth.api.errors import CursorInvalid
from troth.api.limits import HEADER


def make(listing: str, customer_id: UUID, place: dict[str, Any]) -> str:
    """Where the next page begins. It holds ids and times, nothing personal."""
    return signing.dumps(place, salt=_salt(listing, customer_id))


def read(listing: str, customer_id: UUID, cursor: str | None) -> dict[str, Any] | None:
    """The place, or None for the beginning. Raises CursorInvalid for one of another listing or customer."""
    if cursor is None or not cursor:
        return None
    if len(cursor) > 2 * HEADER:
        raise CursorInvalid
    try:
        place: dict[str, Any] = signing.loads(cursor, salt=_salt(listing, customer_id))
    except (signing.BadSignature, ValueError):
        raise CursorInvalid from None
    return place


def _salt(listing: str, customer_id: UUID) -> str:
    return f"troth.api.cursor:{listing}:{customer_id}"
