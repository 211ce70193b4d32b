"""Webhooks: who is told when a promise changes, what became of each call, and a way to try one."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access import webhooks as domain
from troth.access.roles import Action
from troth.console import exports, fates, forms_of_policy, words
from troth.console.boundary import page
from troth.console.forms import Typed
from troth.console.listing import Cell, Column, Listing, code, instant, number, state, text
from troth.console.visit import Visit
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR
from troth.messages import reasons
from troth.messages.errors import BadAddress, TooManyEndpoints
from troth.messages.queries import DeliveryView, EndpointView

PART = "webhooks"
SHOWN = 200


def address(name: str, customer_id: UUID, **kwargs: UUID) -> str:
    """A page of the operator's own webhooks, or of a customer's."""
    if customer_id == OPERATOR:
        return reverse(f"console:{name}", kwargs=kwargs)
    return reverse(f"console:own_{name}", kwargs={"customer_id": customer_id, **kwargs})


def _onward(visit: Visit, name: str, customer_id: UUID, notice: str, **kwargs: UUID) -> HttpResponse:
    if customer_id == OPERATOR:
        return visit.onward(name, notice=notice, **kwargs)
    return visit.onward(f"own_{name}", notice=notice, customer_id=customer_id, **kwargs)


def _part(customer_id: UUID) -> str:
    return PART if customer_id == OPERATOR else f"own_{PART}"


@page("GET", "POST")
def webhooks(visit: Visit, customer_id: UUID = OPERATOR) -> HttpResponseBase:
    """Where calls go, and adding one."""
    permit = visit.enter(customer_id, _part(customer_id), Action.WEBHOOKS_MANAGE)
    asked = visit.request.method == "GET"
    form = forms_of_policy.NewWebhook(None if asked else visit.request.POST)
    if not asked and form.is_valid():
        try:
            made = domain.add(permit, form.cleaned_data["url"])
        except (BadAddress, TooManyEndpoints) as error:
            form.add_error("url", f"{words.sentence(error)} {words.next_step(error)}")
        else:
            return _once(visit, made.secret, address("webhook", customer_id, endpoint_id=made.endpoint_id))
    listing = _listing(customer_id, domain.listed(permit))
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    told = {
        "listing": listing.arrange(visit.request),
        "form": form,
        "everything_url": address("webhook_deliveries", customer_id),
        "own": customer_id == OPERATOR,
    }
    return visit.render("webhooks", told, 422 if form.errors else 200)


def _once(visit: Visit, secret: str, onward: str) -> HttpResponse:
    told = {
        "title": gettext("The signing secret"),
        "sentence": gettext("Whoever receives our calls checks each signature with it. Keep it like a password."),
        "secret": secret,
        "until": "",
        "onward": onward,
        "onward_label": gettext("Go on, and send a test"),
        "sealed": True,
    }
    return visit.render("link_once", told)


def _listing(customer_id: UUID, found: list[EndpointView]) -> Listing:
    rows = [
        [
            text(each.host, url=address("webhook", customer_id, endpoint_id=each.endpoint_id)),
            state(*fates.webhook_state(each.state), each.state),
            instant(each.last_delivered_at),
            number(each.waiting),
            instant(each.added_at),
            code(each.endpoint_id),
        ]
        for each in found
    ]
    columns = [
        Column("host", gettext("Host")),
        Column("now", gettext("Now")),
        Column("delivered", gettext("Last arrived")),
        Column("waiting", gettext("Waiting"), numeric=True),
        Column("added", gettext("Added")),
        Column("id", gettext("Id"), sortable=False),
    ]
    return Listing("webhooks", columns, rows, caption=gettext("Webhooks"))


@page("GET")
def webhook(visit: Visit, endpoint_id: UUID, customer_id: UUID = OPERATOR) -> HttpResponseBase:
    """One webhook, and what became of its calls."""
    permit = visit.enter(customer_id, _part(customer_id), Action.WEBHOOKS_MANAGE)
    found = next((each for each in domain.listed(permit) if each.endpoint_id == endpoint_id), None)
    if found is None:
        raise NotFound(what="webhook")
    listing = _deliveries(domain.deliveries(permit, endpoint_id=endpoint_id, limit=SHOWN))
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    mark, word = fates.webhook_state(found.state)
    told = {
        "found": found,
        "mark": mark,
        "word": word,
        "listing": listing.arrange(visit.request),
        "all_url": address("webhooks", customer_id),
        "test_url": address("webhook_test", customer_id, endpoint_id=endpoint_id),
        "remove_url": address("webhook_remove", customer_id, endpoint_id=endpoint_id),
    }
    return visit.render("webhook", told)


@page("GET")
def deliveries(visit: Visit, customer_id: UUID = OPERATOR) -> HttpResponseBase:
    """Everything that was told, by webhook and by mail, and what became of it."""
    permit = visit.enter(customer_id, _part(customer_id), Action.WEBHOOKS_MANAGE)
    listing = _deliveries(domain.deliveries(permit, limit=SHOWN))
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    told = {"listing": listing.arrange(visit.request), "all_url": address("webhooks", customer_id)}
    return visit.render("deliveries", told)


def _deliveries(found: list[DeliveryView]) -> Listing:
    columns = [
        Column("queued", gettext("Queued")),
        Column("event", gettext("Event")),
        Column("channel", gettext("By")),
        Column("fate", gettext("What became of it")),
        Column("attempts", gettext("Tries"), numeric=True),
        Column("reason", gettext("Why"), sortable=False),
        Column("next", gettext("Next try")),
        Column("receiver", gettext("Receiver"), on_page=False),
        Column("message", gettext("Message"), on_page=False),
    ]
    rows = [_delivery(each) for each in found]
    return Listing("deliveries", columns, rows, caption=gettext("What was told, the newest first"))


def _delivery(each: DeliveryView) -> list[Cell]:
    why = "" if each.reason is None else gettext(reasons.sentence(each.reason))
    return [
        instant(each.queued_at),
        text(each.event),
        text(fates.channel(each.channel)),
        state(*fates.delivery_fate(each.state), each.state),
        number(each.attempts),
        text((f"{why} ({each.status})" if each.status else why) or None),
        instant(each.next_attempt_at),
        code(each.receiver_id),
        code(each.message_id),
    ]


@page("POST")
def try_out(visit: Visit, endpoint_id: UUID, customer_id: UUID = OPERATOR) -> HttpResponse:
    """Send a test there, and nowhere else."""
    permit = visit.enter(customer_id, _part(customer_id), Action.WEBHOOKS_MANAGE)
    domain.try_out(permit, endpoint_id)
    return _onward(visit, "webhook", customer_id, "webhook.tested", endpoint_id=endpoint_id)


@page("GET", "POST")
def remove(visit: Visit, endpoint_id: UUID, customer_id: UUID = OPERATOR) -> HttpResponse:
    """End a webhook."""
    permit = visit.enter(customer_id, _part(customer_id), Action.WEBHOOKS_MANAGE)
    found = next((each for each in domain.listed(permit) if each.endpoint_id == endpoint_id), None)
    if found is None:
        raise NotFound(what="webhook")
    asked = visit.request.method == "GET"
    form = Typed(
        None if asked else visit.request.POST,
        label=gettext("Type its host: %(host)s") % {"host": found.host},
        expected=found.host,
    )
    if not asked and form.is_valid():
        domain.remove(permit, endpoint_id)
        return _onward(visit, "webhooks", customer_id, "webhook.removed")
    told = {"found": found, "form": form, "back": address("webhook", customer_id, endpoint_id=endpoint_id)}
    return visit.render("webhook_remove", told, 422 if form.errors else 200)
