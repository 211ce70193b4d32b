"""Who looked at something, and what happened last: the log in a page's words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit import queries
from troth.audit.queries import Entry
from troth.console import looking, saying, words
from troth.console.visit import Visit
from troth.kernel.ids import OPERATOR

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Look:
    """One entry, briefly."""

    time: datetime
    words: str
    who: str
    why: str
    url: str


def allowed(visit: Visit, customer_id: UUID) -> Permit | None:
    """The permit to read this log, if it can be had without asking anything first."""
    if not visit.may(customer_id, Action.LOG_READ):
        return None
    unsaid = looking.asked_for(visit.actor, customer_id, [Action.LOG_READ])
    if unsaid and looking.said(visit.session, customer_id) is None:
        return None
    return visit.permit(customer_id, Action.LOG_READ)


def at(visit: Visit, customer_id: UUID, entity: UUID) -> list[Look] | None:
    """The newest looks at one thing; None for who may not read the log."""
    if allowed(visit, customer_id) is None:
        return None
    return [look(customer_id, entry) for entry in queries.entries(customer_id, entity=entity, limit=SHOWN).entries]


def recent(visit: Visit, customer_id: UUID) -> list[Look] | None:
    """What happened last at a customer."""
    if allowed(visit, customer_id) is None:
        return None
    return [look(customer_id, entry) for entry in queries.entries(customer_id, limit=SHOWN).entries]


def address(visit: Visit, customer_id: UUID, entity: UUID) -> str:
    """The log, narrowed to one thing."""
    if not visit.may(customer_id, Action.LOG_READ):
        return ""
    return f"{reverse('console:log', kwargs={'customer_id': customer_id})}?entity={entity}"


def entry_address(customer_id: UUID, event_id: UUID) -> str:
    """An entry's own page."""
    if customer_id == OPERATOR:
        return reverse("console:operator_log_entry", kwargs={"event_id": event_id})
    return reverse("console:log_entry", kwargs={"customer_id": customer_id, "event_id": event_id})


def look(customer_id: UUID, entry: Entry) -> Look:
    """An entry in a line."""
    return Look(
        time=entry.time,
        words=summary(entry),
        who=who(entry),
        why=why(entry),
        url=entry_address(customer_id, entry.event_id),
    )


def summary(entry: Entry) -> str:
    """What happened, with its count and outcome where they say something."""
    told = words.operation(entry.operation)
    count = entry.leaf.get("count")
    if isinstance(count, int) and count > 1:
        told = f"{told} ({saying.figure(count)})"
    if entry.leaf.get("outcome") not in {None, "done"}:
        told = f"{told}: {words.outcome(str(entry.leaf['outcome']))}"
    return told


def who(entry: Entry) -> str:
    """Who did it: the role and side in the clear; the account's id where it still opens."""
    actor = entry.leaf.get("actor")
    actor = actor if isinstance(actor, dict) else {}
    role, kind = str(actor.get("role", "")), str(actor.get("kind", ""))
    told = words.role(role) if kind in {"account", "api_key"} else words.kind(kind)
    if actor.get("home") == str(OPERATOR) and kind in {"account", "api_key"}:
        told = gettext("%(role)s of the operator") % {"role": told}
    account = entry.opened.get("account")
    return f"{told} …{account[-6:]}" if account and kind in {"account", "api_key"} else told


def why(entry: Entry) -> str:
    """Purpose and reason, where one was said and still opens."""
    purpose = entry.leaf.get("purpose")
    told = [words.purpose(str(purpose))] if purpose else []
    if reason := entry.opened.get("reason"):
        told.append(reason)
    return " · ".join(told)
