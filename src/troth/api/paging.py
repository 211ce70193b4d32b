"""Pages of a listing that is at hand whole."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from ninja import Query

from troth.api import cursors
from troth.api.limits import PAGE, PAGE_DEFAULT

Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=PAGE)]
DEFAULT = PAGE_DEFAULT


def cut(
    rows: Sequence[Row],
    identity: Callable[[Row], UUID],
    *,
    listing: str,
    customer_id: UUID,
    cursor: str | None,
    limit: int,
) -> tuple[list[Row], str | None]:
    """The rows after the cursor, at most `limit`, and the cursor of the next page. `rows` are ordered by identity."""
    place: dict[str, Any] | None = cursors.read(listing, customer_id, cursor)
    after = UUID(place["after"]) if place else None
    left = [row for row in rows if after is None or identity(row) > after]
    page = list(left[:limit])
    more = len(left) > limit
    return page, cursors.make(listing, customer_id, {"after": str(identity(page[-1]))}) if more else None
