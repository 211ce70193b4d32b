"""Taking a listing away as a file: logged like any other look."""

from collections.abc import Callable, Iterable

from django.http import HttpResponse

from troth.access.permit import Permit
from troth.audit.actions import record
from troth.console.listing import Cell, Listing, exported
from troth.console.visit import Visit
from troth.kernel import wall

OPERATION = "console.export"


def asked(visit: Visit) -> bool:
    """Does the address ask for a file?"""
    return visit.request.GET.get("as") in {"csv", "json"}


def answer(
    visit: Visit, permit: Permit, listing: Listing, every: Callable[[], Iterable[list[Cell]]] | None = None
) -> HttpResponse:
    """The file. The entry is committed before the first byte leaves; it names the listing, never its content."""
    rows = list(every()) if every else listing.rows
    listing.rows = rows
    with wall.within(permit.customer_id):
        record(
            OPERATION,
            by=permit.actor,
            customer_id=permit.customer_id,
            purpose=permit.purpose,
            reason=permit.reason,
            count=len(rows),
            detail={"listing": listing.name, "format": visit.request.GET["as"]},
        )
    return exported(visit.request, listing)
