"""Customers: the list and adding one (staff), and the overview of each."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access import actions, gate
from troth.access.roles import Action
from troth.console import exports, forms, saying, words
from troth.console.boundary import page
from troth.console.listing import Column, Listing, code, instant, state, text
from troth.console.views import overview
from troth.console.visit import Visit
from troth.kernel.errors import Invalid, TrothError
from troth.kernel.ids import OPERATOR
from troth.tenancy import actions as tenancy_actions
from troth.tenancy import queries as tenancy
from troth.tenancy.errors import NameTaken


@page("GET")
def customers(visit: Visit) -> HttpResponseBase:
    """Every customer, for staff."""
    permit = visit.permit(OPERATOR, Action.CUSTOMERS_LIST)
    visit.part = "customers"
    rows = []
    for customer in tenancy.customers():
        mark, word = words.customer_state(customer.state)
        url = reverse("console:customer", kwargs={"customer_id": customer.customer_id})
        name = customer.name or gettext("A customer that is erased")
        rows.append(
            [
                text(name, url),
                state(mark, word, customer.state),
                instant(customer.created_at),
                code(customer.customer_id),
            ]
        )
    columns = [
        Column("name", gettext("Name")),
        Column("state", gettext("State")),
        Column("since", gettext("Here since")),
        Column("id", gettext("Id"), sortable=False),
    ]
    listing = Listing("customers", columns, rows, caption=gettext("Customers"))
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    told = {"listing": listing.arrange(visit.request), "may_add": visit.may(OPERATOR, Action.CUSTOMERS_ADD)}
    return visit.render("customers", told)


@page("GET", "POST")
def customer_new(visit: Visit) -> HttpResponse:
    """Add one, with its owner's link."""
    permit = visit.permit(OPERATOR, Action.CUSTOMERS_ADD)
    visit.part = "customers"
    form = forms.NewCustomer(visit.request.POST or None)
    if visit.request.method == "GET" or not form.is_valid():
        return visit.render("customer_new", {"form": form}, 200 if visit.request.method == "GET" else 422)
    name, owner = form.cleaned_data["name"], form.cleaned_data["owner"]
    try:
        customer = tenancy_actions.add_customer(name, by=permit.actor)
    except (NameTaken, Invalid) as error:
        form.add_error("name", words.sentence(error))
        return visit.render("customer_new", {"form": form}, 422)
    if not owner:
        return visit.onward("customer", customer_id=customer.customer_id)
    try:
        inviting = gate.permit(visit.actor, customer.customer_id, Action.ACCOUNTS_MANAGE)
        invitation = actions.invite(inviting, role="owner", mail=owner)
    except TrothError as error:
        # The customer stands; its owner can be invited from its pages.
        form.add_error("owner", words.sentence(error))
        return visit.render("customer_new", {"form": form}, 422)
    return once(
        visit,
        gettext("Send this link to the owner"),
        invitation.token,
        invitation.expires_at,
        reverse("console:customer", kwargs={"customer_id": customer.customer_id}),
    )


def once(visit: Visit, title: str, token: str, until: datetime, onward: str) -> HttpResponse:
    """An enrolment link, shown this once."""
    link = visit.request.build_absolute_uri(reverse("console:enrol", kwargs={"token": token}))
    told = {
        "title": title,
        "sentence": gettext("Whoever opens it first makes the account. Send it by a way that only that person reads."),
        "secret": link,
        "until": gettext("It ends on %(time)s.") % {"time": saying.utc(until)},
        "onward": onward,
        "onward_label": gettext("Go on"),
    }
    return visit.render("link_once", told)


@page("GET")
def customer(visit: Visit, customer_id: UUID) -> HttpResponse:
    """One customer at a glance."""
    visit.enter(customer_id, "customer", Action.CUSTOMER_SHOW)
    return visit.render("customer", overview.of(visit, customer_id))
