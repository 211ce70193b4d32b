"""Customers, and who one is."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from troth.access.roles import Action
from troth.api import paging, replays
from troth.api.answers import as_request, created
from troth.api.description import Strict
from troth.api.requests import allow
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR
from troth.tenancy import actions, queries
from troth.tenancy.errors import NameTaken
from troth.tenancy.models import Customer

router = Router(tags=["customers"])


class CustomerOut(Schema):
    customer_id: UUID
    name: str
    state: str
    locale: str
    created_at: datetime
    closed_at: datetime | None


class CustomerPage(Schema):
    customers: list[CustomerOut]
    next: str | None


class NewCustomer(Strict):
    name: str
    locale: Literal["en", "fr"] = "en"


class Renamed(Strict):
    name: str


class ActorOut(Schema):
    customer_id: UUID
    account_id: UUID | None
    key_id: UUID | None
    role: str
    staff: bool


@router.get("/actor", response=ActorOut, summary="Who this key acts as")
def actor(request: HttpRequest) -> ActorOut:
    found = as_request(request).actor
    return ActorOut(
        customer_id=found.customer_id,
        account_id=found.account_id,
        key_id=found.key_id,
        role=found.role,
        staff=found.is_staff,
    )


@router.get("/customers", response=CustomerPage, summary="List customers (staff)")
def list_customers(
    request: HttpRequest, cursor: str | None = None, limit: paging.Limit = paging.DEFAULT
) -> CustomerPage:
    allow(as_request(request), OPERATOR, Action.CUSTOMERS_LIST)
    page, following = paging.cut(
        queries.customers(),
        lambda one: one.customer_id,
        listing="customers",
        customer_id=OPERATOR,
        cursor=cursor,
        limit=limit,
    )
    return CustomerPage(customers=[_out(one) for one in page], next=following)


@router.post("/customers", response={201: CustomerOut}, summary="Add a customer (staff)")
def add_customer(request: HttpRequest, new: NewCustomer) -> HttpResponse:
    asked = as_request(request)
    permit = allow(asked, OPERATOR, Action.CUSTOMERS_ADD)

    def work(chosen: UUID) -> HttpResponse:
        try:
            return created(_out(queries.get(chosen)))
        except NotFound:
            pass
        try:
            made = actions.add_customer(new.name, by=permit.actor, locale=new.locale, customer_id=chosen)
        except NameTaken:
            # The same request on its second way may have met itself.
            return created(_out(_or_else(chosen, NameTaken())))
        return created(_out(made))

    return replays.once_for_new_customer(asked, work)


@router.get("/customers/{uuid:customer_id}", response=CustomerOut, summary="Show a customer")
def show_customer(request: HttpRequest, customer_id: UUID) -> CustomerOut:
    allow(as_request(request), customer_id, Action.CUSTOMER_SHOW)
    return _out(queries.get(customer_id))


@router.patch("/customers/{uuid:customer_id}", response=CustomerOut, summary="Rename a customer (staff)")
def rename_customer(request: HttpRequest, customer_id: UUID, renamed: Renamed) -> CustomerOut:
    permit = allow(as_request(request), customer_id, Action.CUSTOMER_RENAME)
    return _out(actions.rename(customer_id, renamed.name, by=permit.actor))


def _or_else(customer_id: UUID, error: NameTaken) -> Customer:
    try:
        return queries.get(customer_id)
    except NotFound:
        raise error from None


def _out(customer: Customer) -> CustomerOut:
    return CustomerOut(
        customer_id=customer.customer_id,
        name=customer.name,
        state=customer.state,
        locale=customer.locale,
        created_at=customer.created_at,
        closed_at=customer.closed_at,
    )
