"""One's own account with its API keys; and the accounts of a customer or of the operator."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from troth.access import actions, queries
from troth.access.queries import KeyView
from troth.access.roles import Action
from troth.console import forms, saying, words
from troth.console.boundary import page
from troth.console.views.customers import once
from troth.console.visit import Visit
from troth.kernel.clock import SYSTEM
from troth.kernel.errors import Conflict, Invalid
from troth.kernel.ids import OPERATOR

STATES = {
    "active": ("kept", noop("active")),
    "invited": ("none", noop("invited, has not come yet")),
    "deactivated": ("except", noop("ended")),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line beside a page."""

    label: str
    value: str = ""
    time: datetime | None = None
    code: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One API key in the list."""

    id: str
    name: str
    mark: str
    state: str
    created: datetime
    seen: datetime | None
    expires: datetime
    revoke_url: str


@page("GET")
def account(visit: Visit) -> HttpResponse:
    """Who one is here, and one's keys."""
    permit = visit.permit(visit.actor.customer_id, Action.API_KEYS_MANAGE)
    if not visit.staff:
        visit.enter(visit.actor.customer_id, "", Action.CUSTOMER_SHOW)
    own = [_key(key) for key in queries.api_keys(permit) if key.account_id == visit.actor.account_id]
    where = visit.customer.name if visit.customer else gettext("the operator")
    told = {
        "sentence": gettext("You are %(role)s at %(company)s.")
        % {"role": words.role(visit.actor.role), "company": where},
        "keys": own,
        "may_make": True,
        "facts": [
            Fact(gettext("Role"), words.role(visit.actor.role)),
            Fact(gettext("Id"), str(visit.actor.account_id), code=True),
        ],
    }
    return visit.render("account", told)


def _key(key: KeyView) -> Key:
    ended = key.expires_at <= SYSTEM.now()
    if key.revoked_at is not None:
        mark, word = "except", gettext("Revoked")
    elif ended:
        mark, word = "stale", gettext("Ended")
    else:
        mark, word = "kept", gettext("In use")
    alive = key.revoked_at is None and not ended
    revoke = reverse("console:api_key_revoke", kwargs={"key_id": key.key_id}) if alive else ""
    return Key(key.key_id.hex, key.name, mark, word, key.created_at, key.seen_at, key.expires_at, revoke)


@page("GET", "POST")
def api_key_new(visit: Visit) -> HttpResponse:
    """Make a key; it is shown once."""
    permit = visit.permit(visit.actor.customer_id, Action.API_KEYS_MANAGE)
    if not visit.staff:
        visit.enter(visit.actor.customer_id, "", Action.CUSTOMER_SHOW)
    form = forms.NewApiKey(visit.request.POST or None)
    if visit.request.method == "POST" and form.is_valid():
        try:
            made = actions.add_api_key(
                permit, name=form.cleaned_data["name"], lives=timedelta(days=form.cleaned_data["days"])
            )
        except Invalid as error:
            form.add_error("name" if "name" in error.explain() else "days", words.sentence(error))
        else:
            told = {
                "title": gettext("Your new API key"),
                "sentence": gettext("Whoever has it can do what you can. Keep it where programs keep their secrets."),
                "secret": made.text,
                "until": gettext("It ends on %(time)s.") % {"time": saying.utc(made.expires_at)},
                "onward": reverse("console:account"),
                "onward_label": gettext("To your account"),
            }
            return visit.render("link_once", told)
    return visit.render("api_key_new", {"form": form}, 200 if visit.request.method == "GET" else 422)


@page("POST")
def api_key_revoke(visit: Visit, key_id: UUID) -> HttpResponse:
    """End one of one's own keys at once."""
    permit = visit.permit(visit.actor.customer_id, Action.API_KEYS_MANAGE)
    actions.revoke_api_key(permit, key_id)
    return visit.onward("account", notice="api_key.revoked")


@page("GET", "POST")
def people(visit: Visit, customer_id: UUID) -> HttpResponse:
    """The accounts of one customer."""
    visit.enter(customer_id, "people", Action.ACCOUNTS_LIST)
    return _people(visit, customer_id, gettext("Accounts"))


@page("GET", "POST")
def staff(visit: Visit) -> HttpResponse:
    """The operator's own accounts."""
    visit.enter(OPERATOR, "staff", Action.ACCOUNTS_LIST)
    return _people(visit, OPERATOR, gettext("Staff"))


def _people(visit: Visit, customer_id: UUID, title: str) -> HttpResponse:
    may_manage = visit.may(customer_id, Action.ACCOUNTS_MANAGE)
    side = "operator" if customer_id == OPERATOR else "customer"
    form = forms.Invite(visit.request.POST or None, side=side) if may_manage else None  # type: ignore[arg-type]  # the two sides
    if visit.request.method == "POST":
        permit = visit.permit(customer_id, Action.ACCOUNTS_MANAGE)
        if form is not None and form.is_valid():
            try:
                invitation = actions.invite(permit, role=form.cleaned_data["role"], mail=form.cleaned_data["mail"])
            except (Invalid, Conflict) as error:
                form.add_error("mail", words.sentence(error))
            else:
                return once(
                    visit,
                    gettext("Send this link to that person"),
                    invitation.token,
                    invitation.expires_at,
                    visit.request.path,
                )
    found = queries.accounts(visit.permit(customer_id, Action.ACCOUNTS_LIST))
    listed = [_person(visit, customer_id, one, may_manage) for one in found]
    status = 422 if visit.request.method == "POST" else 200
    return visit.render("people", {"title": title, "people": listed, "form": form}, status)


def _person(visit: Visit, customer_id: UUID, one: queries.AccountView, may_manage: bool) -> dict[str, object]:
    mark, word = STATES[one.state]
    route = {"customer_id": customer_id, "account_id": one.account_id}
    alive = may_manage and one.state != "deactivated"
    return {
        "id": one.account_id,
        "mail": one.mail,
        "mark": mark,
        "state": gettext(word),
        "role": words.role(one.role),
        "since": one.created_at,
        "link_url": reverse("console:account_link", kwargs=route) if alive else "",
        "end_url": reverse("console:account_end", kwargs=route) if alive else "",
    }


@page("POST")
def account_link(visit: Visit, customer_id: UUID, account_id: UUID) -> HttpResponse:
    """A fresh link for someone who lost theirs, or their password."""
    permit = visit.enter(customer_id, "people", Action.ACCOUNTS_MANAGE)
    invitation = actions.reinvite(permit, account_id)
    return once(
        visit, gettext("Send this link to that person"), invitation.token, invitation.expires_at, _back(customer_id)
    )


@page("POST")
def account_end(visit: Visit, customer_id: UUID, account_id: UUID) -> HttpResponse:
    """End an account, its sessions and its keys."""
    permit = visit.enter(customer_id, "people", Action.ACCOUNTS_MANAGE)
    actions.deactivate(permit, account_id)
    if customer_id == OPERATOR:
        return visit.onward("staff", notice="account.ended")
    return visit.onward("people", notice="account.ended", customer_id=customer_id)


def _back(customer_id: UUID) -> str:
    if customer_id == OPERATOR:
        return reverse("console:staff")
    return reverse("console:people", kwargs={"customer_id": customer_id})
