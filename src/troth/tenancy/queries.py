"""Reading customers: one's own under the wall; all of them through the door `staff_directory`."""

from collections.abc import Sequence
from uuid import UUID

from troth.kernel import wall
from troth.kernel.errors import NotFound
from troth.tenancy.errors import CustomerClosed
from troth.tenancy.models import Customer, Kind, State

DIRECTORY = "staff_directory"


def customers(*, canaries: bool = False, using: str = "default") -> list[Customer]:
    """Every customer but the operator, in the order of their making; with `canaries`, the platform's own ones too.

    The caller has asked the gate for `customers.list` at the operator first: nothing below can ask it.
    """
    kinds = (Kind.CUSTOMER, Kind.CANARY) if canaries else (Kind.CUSTOMER,)
    return _listed(kinds, using)


def canaries(*, using: str = "default") -> list[Customer]:
    """The canaries, in the order of their making, also those that a probe erased."""
    return _listed((Kind.CANARY,), using)


def is_canary(customer_id: UUID, *, using: str = "default") -> bool:
    """True for a canary, asked within its own wall."""
    return Customer.objects.using(using).filter(customer_id=customer_id, kind=Kind.CANARY).exists()


def _listed(kinds: Sequence[Kind], using: str) -> list[Customer]:
    with wall.door(DIRECTORY, using=using):
        return list(Customer.objects.using(using).filter(kind__in=kinds).order_by("customer_id"))


def get(customer_id: UUID, *, using: str = "default") -> Customer:
    """One customer, seen from inside its own wall. Raises NotFound."""
    with wall.within(customer_id, using=using):
        found = Customer.objects.using(using).filter(customer_id=customer_id).first()
    if found is None:
        raise NotFound(what="customer")
    return found


def hold_open(customer_id: UUID, *, using: str = "default") -> Customer:
    """Share-lock the customer for this transaction and make sure that new data may come in (lock first, then judge).

    Call it within the customer. Raises CustomerClosed; an erasure waits for this transaction's end.
    """
    found = (
        Customer.objects.using(using)
        .raw("SELECT * FROM tenancy_customer WHERE customer_id = %s FOR SHARE", [customer_id])
        .iterator()
    )
    customer = next(iter(found), None)
    if customer is None:
        raise NotFound(what="customer")
    if customer.state != State.ACTIVE:
        raise CustomerClosed(state=customer.state)
    return customer
