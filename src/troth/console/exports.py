"""Taking a listing away as a file: logged like any other look."""

from collections.abc import Callable, Iterable
from typing import Unpack

from django.http import HttpResponse

from troth.access.permit import Permit
from troth.audit.actions import record
from troth.audit.entry import Told
from troth.console.listing import Cell, Listing, exported
from troth.console.visit import Visit
from troth.kernel import wall
from troth.keys.errors import CustomerKeysGone

OPERATION = "console.export"


def note(permit: Permit, operation: str, **told: Unpack[Told]) -> None:
    """One entry of the log in a transaction of its own; of a customer whose keys are destroyed too."""
    known: Told = {"purpose": permit.purpose, "reason": permit.reason, **told}
    with wall.within(permit.customer_id):
        try:
            record(operation, by=permit.actor, customer_id=permit.customer_id, **known)
        except CustomerKeysGone:
            record(operation, by=permit.actor, customer_id=permit.customer_id, keyless=True, **known)


def asked(visit: Visit) -> bool:
    """Does the address ask for a file?"""
    return visit.request.GET.get("as") in {"csv", "json"}


def answer(
    visit: Visit, permit: Permit, listing: Listing, every: Callable[[], Iterable[list[Cell]]] | None = None
) -> HttpResponse:
    """The file. The entry is committed before the first byte leaves; it names the listing, never its content."""
    rows = list(every()) if every else listing.rows
    listing.rows = rows
    note(permit, OPERATION, count=len(rows), detail={"listing": listing.name, "format": visit.request.GET["as"]})
    return exported(visit.request, listing)
