"""Every write to a customer. Each one audits in its own transaction."""

from uuid import UUID

from django.db import connections

from troth.audit.actions import record
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR, new_id
from troth.keys.actions import create_customer
from troth.tenancy.errors import NameTaken, WrongState
from troth.tenancy.models import Customer, Kind, State
from troth.tenancy.queries import DIRECTORY
from troth.tenancy.rules import clean_locale, clean_name, name_key

_NAMES = "tenancy.names"
"""The advisory lock under which a name is looked for and taken: no unique index can tell one customer of another."""


def establish_operator(name: str = "Operator", *, by: Actor, clock: Clock = SYSTEM) -> Customer:
    """The operator's own row and the first entry of its log, made at the first start; later calls find it.

    Its keys are there already: the key tree's own first start makes them (`keys.first_start`).
    """
    with wall.within(OPERATOR):
        found = Customer.objects.filter(customer_id=OPERATOR).first()
        if found is not None:
            return found
        return _create(OPERATOR, Kind.OPERATOR, clean_name(name), "en", by=by, clock=clock)


def add_customer(
    name: str, *, by: Actor, locale: str = "en", customer_id: UUID | None = None, clock: Clock = SYSTEM
) -> Customer:
    """A new customer with its keys and the first entry of its log. Raises NameTaken."""
    cleaned, spoken = clean_name(name), clean_locale(locale)
    chosen = customer_id or new_id()
    with wall.door(DIRECTORY):
        _take_name(cleaned)
        wall.step_through(chosen)
        return _create(chosen, Kind.CUSTOMER, cleaned, spoken, by=by, clock=clock)


def add_canary(name: str, *, by: Actor, clock: Clock = SYSTEM) -> Customer:
    """A canary: made like any customer, with keys and a log of its own, and counted nowhere.

    Its name may be anybody's: nobody chooses a canary by its name.
    """
    chosen = new_id()
    with wall.within(chosen):
        return _create(chosen, Kind.CANARY, clean_name(name), "en", by=by, clock=clock)


def rename(customer_id: UUID, name: str, *, by: Actor) -> Customer:
    """Give the customer another name. Raises NameTaken, NotFound."""
    cleaned = clean_name(name)
    with wall.door(DIRECTORY):
        _take_name(cleaned, except_for=customer_id)
        wall.step_through(customer_id)
        customer = _locked(customer_id)
        customer.name, customer.name_key = cleaned, name_key(cleaned)
        customer.save(update_fields=["name", "name_key"])
        record("customer.rename", by=by, customer_id=customer_id, entity=customer_id)
        return customer


def close(customer_id: UUID, *, by: Actor, clock: Clock = SYSTEM) -> Customer:
    """active → closing: from here on nothing new comes in. Waits for writers that hold the customer open."""
    return _move(customer_id, State.ACTIVE, State.CLOSING, by=by, clock=clock)


def reopen(customer_id: UUID, *, by: Actor, clock: Clock = SYSTEM) -> Customer:
    """closing → active: the erasure was cancelled within its grace."""
    return _move(customer_id, State.CLOSING, State.ACTIVE, by=by, clock=clock)


def mark_erased(customer_id: UUID, *, by: Actor, clock: Clock = SYSTEM) -> Customer:
    """closing → erased: only this row stays, without the name.

    It writes no audit entry: the customer's own log has been closed and handed over; the erasure enters its end in the
    operator's.
    """
    return _move(customer_id, State.CLOSING, State.ERASED, by=by, clock=clock)


def _create(customer_id: UUID, kind: Kind, name: str, locale: str, *, by: Actor, clock: Clock) -> Customer:
    if kind is not Kind.OPERATOR:
        create_customer(customer_id)
    customer = Customer.objects.create(
        customer_id=customer_id,
        kind=kind,
        name=name,
        name_key=name_key(name),
        locale=locale,
        created_at=clock.now(),
    )
    record("customer.add", by=by, customer_id=customer_id, entity=customer_id)
    return customer


def _take_name(name: str, except_for: UUID | None = None) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [_NAMES])
        cursor.execute(
            "select 1 from tenancy_customer where kind = 'customer' and state = 'active' "
            "and name_key = %s and customer_id is distinct from %s",
            [name_key(name), except_for],
        )
        if cursor.fetchone() is not None:
            raise NameTaken


def _locked(customer_id: UUID) -> Customer:
    customer = Customer.objects.select_for_update().filter(customer_id=customer_id).first()
    if customer is None:
        raise NotFound(what="customer")
    return customer


def _move(customer_id: UUID, origin: State, wanted: State, *, by: Actor, clock: Clock) -> Customer:
    with wall.within(customer_id):
        customer = _locked(customer_id)
        if customer.state != origin or customer.kind == Kind.OPERATOR:
            raise WrongState(state=customer.state, wanted=wanted.value)
        customer.state = wanted
        customer.closed_at = None if wanted is State.ACTIVE else (customer.closed_at or clock.now())
        if wanted is State.ERASED:
            customer.name = customer.name_key = ""
        customer.save(update_fields=["state", "closed_at", "name", "name_key"])
        if wanted is not State.ERASED:
            record(f"customer.{wanted.value}", by=by, customer_id=customer_id, entity=customer_id)
        return customer
