"""The gate: may this actor do this, for this customer, for this purpose? The only maker of permits."""

import re
import unicodedata
from uuid import UUID

from troth.access import roles
from troth.access.errors import Elsewhere, NotAllowed, NotSignedIn, PurposeNeeded, ReasonNeeded
from troth.access.models import Account, AccountState
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.access.terms import terms
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.tenancy import queries as tenancy

_PURPOSE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_REASON_LENGTH = 500


def permit(
    actor: Actor,
    customer_id: UUID,
    action: Action,
    *also: Action,
    purpose: str | None = None,
    reason: str | None = None,
    clock: Clock = SYSTEM,
) -> Permit:
    """Judge, and issue the permit. Every one of the actions must be allowed.

    Raises NotSignedIn, NotAllowed, PurposeNeeded, ReasonNeeded; for another customer Elsewhere, and for one that does
    not exist NotFound: the same answer.
    """
    actions = frozenset((action, *also))
    staff_elsewhere = actor.is_staff and customer_id != OPERATOR
    _refuse_outsiders(actor, customer_id, action)
    for each in sorted(actions):
        if each not in roles.allowed("operator" if actor.is_staff else "customer", actor.role):
            raise NotAllowed(action=each.value, customer_id=customer_id)
    given_purpose = _clean_purpose(purpose, actions, action, customer_id)
    given_reason = _clean_reason(reason, action, customer_id)
    if staff_elsewhere and actor.kind != "job" and given_reason is None and actions & roles.STAFF_NEEDS_REASON:
        raise ReasonNeeded(action=action.value, customer_id=customer_id)
    if staff_elsewhere:
        tenancy.get(customer_id)
    if Action.CUSTOMER_DELETE in actions:
        _judge_deletion(actor, customer_id)
    return Permit(
        actor=actor,
        customer_id=customer_id,
        actions=actions,
        until=clock.now() + terms().permit_lives,
        purpose=given_purpose,
        reason=given_reason,
    )


def may(actor: Actor, customer_id: UUID, action: Action) -> bool:
    """Would the table allow it? For hiding what can't be used; never instead of `permit`."""
    at_home = actor.customer_id == customer_id
    if actor.kind == "nobody" or not (at_home or actor.is_staff):
        return False
    return action in roles.allowed("operator" if actor.is_staff else "customer", actor.role)


def _refuse_outsiders(actor: Actor, customer_id: UUID, action: Action) -> None:
    if actor.kind == "nobody":
        raise NotSignedIn(action=action.value, customer_id=OPERATOR)
    if actor.customer_id != customer_id and not actor.is_staff:
        raise Elsewhere(action=action.value, customer_id=actor.customer_id)


def _clean_purpose(purpose: str | None, actions: frozenset[Action], action: Action, customer_id: UUID) -> str | None:
    if purpose is None or not purpose:
        if actions & roles.NEEDS_PURPOSE:
            raise PurposeNeeded(action=action.value, customer_id=customer_id)
        return None
    if not _PURPOSE.fullmatch(purpose):
        raise PurposeNeeded(action=action.value, customer_id=customer_id)
    return purpose


def _clean_reason(reason: str | None, action: Action, customer_id: UUID) -> str | None:
    cleaned = " ".join((reason or "").split())
    if not cleaned:
        return None
    if len(cleaned) > _REASON_LENGTH or any(unicodedata.category(c)[0] == "C" for c in cleaned):
        raise ReasonNeeded(action=action.value, customer_id=customer_id)
    return cleaned


def _judge_deletion(actor: Actor, customer_id: UUID) -> None:
    """A whole customer goes on its owner's word alone; the command line must name the owner it acts for."""
    if customer_id == OPERATOR:
        raise NotAllowed(action=Action.CUSTOMER_DELETE.value, customer_id=OPERATOR)
    if actor.kind in {"account", "api_key"}:
        return
    if actor.on_behalf_of is None:
        raise NotAllowed(action=Action.CUSTOMER_DELETE.value, customer_id=customer_id)
    with wall.within(customer_id):
        owner = Account.objects.filter(
            customer_id=customer_id, account_id=actor.on_behalf_of, role="owner", state=AccountState.ACTIVE
        ).exists()
    if not owner:
        raise NotAllowed(action=Action.CUSTOMER_DELETE.value, customer_id=customer_id)
