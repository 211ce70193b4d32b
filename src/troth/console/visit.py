"""One request to the console: who asks, in which language, what they may do, and how a page is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from troth.access import gate
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.access.sessions import SessionStore
from troth.console import looking, words
from troth.console.looking import Looking, LookingNeeded
from troth.kernel.actor import Actor
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR
from troth.tenancy import queries as tenancy
from troth.tenancy.models import Customer

NOTICE = "notice"
OF_BOTH = {"account_link", "account_end"}
"""Pages of a customer that serve the operator too."""


@dataclass(frozen=True, slots=True)
class Place:
    """One part of the house in the head of a page."""

    url: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class CustomerHead:
    """The customer whose pages these are."""

    id: UUID
    name: str
    url: str
    mark: str
    word: str
    since: object
    state: str


@dataclass(frozen=True, slots=True)
class LookingHead:
    """Why one looks, said on every page as long as it holds."""

    reason: str
    purpose: str
    left: float
    stop_url: str


@dataclass(slots=True)
class Visit:
    """Handed to every view in place of the bare request."""

    request: HttpRequest
    actor: Actor
    customer: Customer | None = None
    part: str = ""
    _looking: Looking | None = field(default=None, repr=False)

    @property
    def session(self) -> SessionStore:
        """The session, whose data is kept only for someone who has signed in."""
        return cast("SessionStore", self.request.session)

    @property
    def signed_in(self) -> bool:
        return self.actor.kind != "nobody"

    @property
    def staff(self) -> bool:
        return self.signed_in and self.actor.customer_id == OPERATOR

    def may(self, customer_id: UUID, action: Action) -> bool:
        """Would the gate let this through? For what a page offers; the action asks the gate itself."""
        return gate.may(self.actor, customer_id, action)

    def permit(self, customer_id: UUID, action: Action, *also: Action) -> Permit:
        """The gate's word for this request. Raises what the gate raises, and LookingNeeded before a first look."""
        if looking.asked_for(self.actor, customer_id, (action, *also)):
            if not all(self.may(customer_id, one) for one in (action, *also)):
                gate.permit(self.actor, customer_id, action, *also, purpose="asking")
            self._looking = looking.said(self.session, customer_id)
            if self._looking is None:
                raise LookingNeeded(customer_id)
            return gate.permit(
                self.actor, customer_id, action, *also, purpose=self._looking.purpose, reason=self._looking.reason
            )
        return gate.permit(self.actor, customer_id, action, *also)

    def enter(self, customer_id: UUID, part: str, action: Action, *also: Action) -> Permit:
        """`permit`, and from now on the page is one of this customer's. The same refusal for none as for another's."""
        permit = self.permit(customer_id, action, *also)
        found = self.request.resolver_match
        if customer_id == OPERATOR and found and "customer_id" in found.kwargs and found.url_name not in OF_BOTH:
            # The operator is a customer in the key tree and the log; its pages are others, without data.
            raise NotFound(what="customer")
        if customer_id != OPERATOR:
            self.customer = tenancy.get(customer_id)
        self.part = part
        return permit

    def render(self, template: str, told: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
        """The page."""
        return render(self.request, f"console/{template}.html", {"page": self._page(), **(told or {})}, status=status)

    def onward(self, name: str, *, notice: str | None = None, **kwargs: object) -> HttpResponse:
        """On to another page after something was done (303), where the notice is said once."""
        if notice is not None:
            self.session[NOTICE] = notice
        return HttpResponseRedirect(reverse(f"console:{name}", kwargs=kwargs), status=303)

    def _page(self) -> dict[str, Any]:
        return {
            "signed_in": self.signed_in,
            "staff": self.staff,
            "customer": self._customer_head(),
            "places": self._places(),
            "looking": self._looking_head(),
            "notice": words.notice(self.session.pop(NOTICE, None)) if self.signed_in else None,
            "path": self.request.get_full_path() if self.request.method == "GET" else "/",
        }

    def _customer_head(self) -> CustomerHead | None:
        if self.customer is None:
            return None
        mark, word = words.customer_state(self.customer.state)
        return CustomerHead(
            id=self.customer.customer_id,
            name=self.customer.name or gettext("A customer that is erased"),
            url=reverse("console:customer", kwargs={"customer_id": self.customer.customer_id}),
            mark=mark,
            word=word,
            since=self.customer.created_at,
            state=self.customer.state,
        )

    def _looking_head(self) -> LookingHead | None:
        if self.customer is None or not self.signed_in:
            return None
        held = self._looking or looking.said(self.session, self.customer.customer_id)
        if held is None or held.reason is None:
            return None
        stop = reverse("console:stop_looking", kwargs={"customer_id": self.customer.customer_id})
        return LookingHead(reason=held.reason, purpose=words.purpose(held.purpose), left=held.left, stop_url=stop)

    def _places(self) -> list[Place]:
        if not self.signed_in:
            return []
        if self.customer is not None:
            customer_id = self.customer.customer_id
            return self._listed(customer_id, words.customer_places(), {"customer_id": customer_id})
        return self._listed(OPERATOR, words.operator_places(), {}) if self.staff else []

    def _listed(
        self, at: UUID, places: Mapping[str, tuple[str, Action | None]], route: Mapping[str, UUID]
    ) -> list[Place]:
        return [
            Place(reverse(f"console:{name}", kwargs=dict(route)), label, name == self.part)
            for name, (label, action) in places.items()
            if action is None or self.may(at, action)
        ]
