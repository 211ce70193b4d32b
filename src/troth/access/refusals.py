"""What a boundary does with a refusal, the same on every way in: it goes into the log of the customer concerned."""

from uuid import UUID

from troth.access.errors import Elsewhere, NotAllowed
from troth.audit.actions import refused
from troth.kernel.actor import Actor
from troth.kernel.errors import TrothError


def log(error: TrothError, *, by: Actor, operation: str, customer_id: UUID | None = None) -> None:
    """Log one refused or failed operation, after its transaction was rolled back.

    The gate's own refusals know their action and whose log they belong in: someone who reached for another customer
    finds the attempt in the log of their own. Anything else is told under `operation`, in the log of `customer_id` if
    the actor belongs there, else in the actor's own.
    """
    if isinstance(error, (NotAllowed, Elsewhere)):
        log_at(error, by=by, operation=error.action, customer_id=error.customer_id)
        return
    at_home = by.kind != "nobody" and (by.is_staff or customer_id == by.customer_id)
    log_at(error, by=by, operation=operation, customer_id=customer_id if at_home and customer_id else by.customer_id)


def log_at(error: TrothError, *, by: Actor, operation: str, customer_id: UUID) -> None:
    """Log it in this customer's log (or the operator's, if that customer or its keys are gone)."""
    refused(operation, by=by, customer_id=customer_id, error=error)
