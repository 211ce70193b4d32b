"""Why someone looks at a customer's data: said once, kept in the session for a while, sent along with every look.

Guarantees: nobody is shown a person's data without having said a purpose, nor the operator's staff without a reason;
what was said holds for one customer and for the terms' time only. The reason is sealed under the operator's key, whose
staff alone give one, so the sessions' table tells nobody why anyone looked.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from troth.access import roles
from troth.access.roles import Action
from troth.console.terms import DEFAULT
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM
from troth.kernel.errors import TrothError
from troth.kernel.ids import OPERATOR
from troth.keys.rings import ring
from troth.keys.sealing import context, seal, unseal

SLOT = "looking"
KEY_NAME = "console-looking"


class LookingNeeded(Exception):
    """Nobody has said yet why they look at this customer's data; the boundary asks, then comes back."""

    def __init__(self, customer_id: UUID) -> None:
        self.customer_id = customer_id
        super().__init__("why are you looking?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What was said."""

    purpose: str
    reason: str | None
    until: datetime

    @property
    def left(self) -> float:
        """How many seconds it still holds."""
        return max(0.0, (self.until - SYSTEM.now()).total_seconds())


def lasts(actor: Actor) -> timedelta:
    """How long what this actor says will hold."""
    return DEFAULT.staff_looks_for if actor.is_staff else DEFAULT.own_looks_for


def asked_for(actor: Actor, customer_id: UUID, actions: Iterable[Action]) -> bool:
    """Must this actor have said why, before any of these actions?"""
    elsewhere = actor.is_staff and actor.customer_id != customer_id
    wanted = roles.NEEDS_PURPOSE | roles.STAFF_NEEDS_REASON if elsewhere else roles.NEEDS_PURPOSE
    return bool(wanted.intersection(actions))


def said(session: SessionBase, customer_id: UUID) -> Looking | None:
    """What still holds for this customer, or None."""
    kept = session.get(SLOT)
    if not kept or kept.get("customer") != str(customer_id):
        return None
    until = datetime.fromisoformat(kept["until"])
    if until <= SYSTEM.now():
        return None
    reason = None
    if kept["reason"]:
        try:
            reason = unseal(_key(), b64decode(kept["reason"]), _context(customer_id)).decode()
        except TrothError:
            return None
    return Looking(purpose=kept["purpose"], reason=reason, until=until)


def say(session: SessionBase, actor: Actor, customer_id: UUID, *, purpose: str, reason: str | None) -> None:
    """Keep it in the session. Saying it for one customer ends what was said for another."""
    sealed = seal(_key(), reason.encode(), _context(customer_id)) if reason else b""
    session[SLOT] = {
        "customer": str(customer_id),
        "purpose": purpose,
        "reason": b64encode(sealed).decode(),
        "until": (SYSTEM.now() + lasts(actor)).isoformat(),
    }


def stop(session: SessionBase) -> None:
    """Look no more."""
    session.pop(SLOT, None)


def _key() -> bytes:
    # Not the customer's: its log must stay readable, for a reason, after its keys are destroyed.
    with wall.within(OPERATOR):
        return ring(OPERATOR).stable(KEY_NAME)


def _context(customer_id: UUID) -> bytes:
    return context(KEY_NAME, customer_id)
