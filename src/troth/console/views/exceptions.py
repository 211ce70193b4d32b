"""Exceptions: a promise that may be missed, for a published reason, until a published end; two people decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access.roles import Action
from troth.console import exports, fates, forms_of_promises, officers, words
from troth.console.boundary import page
from troth.console.listing import Column, Listing, code, instant, state, text
from troth.console.visit import Visit
from troth.kernel.clock import SYSTEM
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR
from troth.promises import actions, queries
from troth.promises.errors import BadException
from troth.promises.exceptions import Known
from troth.trust import marks

PART = "board"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One exception on a promise's page, with what this visitor may do about it."""

    id: UUID
    mark: str
    word: str
    reason: str
    asked_by: str
    asked_at: datetime
    until: datetime
    decided_by: str
    borne_out: bool
    may_decide: bool
    own: bool
    may_withdraw: bool


@page("GET")
def exceptions(visit: Visit) -> HttpResponseBase:
    """Every exception that was ever asked for from the policy in force."""
    permit = visit.enter(OPERATOR, PART, Action.PROMISES_READ)
    found = queries.exceptions_asked()
    now = SYSTEM.now()
    names = _names(visit, found)
    rows = []
    for one in found:
        mark, word = fates.exception_fate(one.state(now))
        rows.append(
            [
                text(one.clause, url=reverse("console:promise", kwargs={"clause_id": one.clause}) + "#exceptions"),
                state(mark, word, one.state(now)),
                text(one.reason),
                text(names[one.asked_by]),
                instant(one.asked_at),
                text(_decider(one, names) or None),
                instant(one.until),
                code(one.exception_id),
            ]
        )
    columns = [
        Column("clause", gettext("Promise")),
        Column("fate", gettext("What became of it")),
        Column("reason", gettext("Reason"), sortable=False),
        Column("asked_by", gettext("Asked by")),
        Column("asked", gettext("Asked")),
        Column("decided_by", gettext("Decided by")),
        Column("until", gettext("Ends")),
        Column("id", gettext("Id"), on_page=False),
    ]
    listing = Listing("exceptions", columns, rows, caption=gettext("Exceptions, the newest first"))
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    return visit.render("exceptions", {"listing": listing.arrange(visit.request)})


def _names(visit: Visit, found: list[Known]) -> Mapping[UUID, str]:
    return officers.named(
        visit, [*(one.asked_by for one in found), *(step.by_account for one in found for step in one.steps.values())]
    )


def _decider(one: Known, names: Mapping[UUID, str]) -> str:
    step = one.steps.get("withdrawn") or one.steps.get("refused") or one.steps.get("approved")
    return names[step.by_account] if step else ""


def of_clause(visit: Visit, clause_id: str) -> list[Shown]:
    """The exceptions of one promise, for its page."""
    found = [one for one in queries.exceptions_asked() if one.clause == clause_id]
    names, now = _names(visit, found), SYSTEM.now()
    return [_shown(visit, one, names, now) for one in found]


def _shown(visit: Visit, one: Known, names: Mapping[UUID, str], now: datetime) -> Shown:
    fate = one.state(now)
    mark, word = fates.exception_fate(fate)
    own = one.asked_by == visit.actor.account_id
    decides = fate == "asked" and visit.may(OPERATOR, Action.EXCEPTIONS_APPROVE)
    return Shown(
        id=one.exception_id,
        mark=mark,
        word=word,
        reason=one.reason,
        asked_by=names[one.asked_by],
        asked_at=one.asked_at,
        until=one.until,
        decided_by=_decider(one, names),
        borne_out=one.sealed,
        may_decide=decides and not own,
        own=decides and own,
        may_withdraw=fate in {"asked", "approved"} and visit.may(OPERATOR, Action.EXCEPTIONS_ASK),
    )


@page("GET", "POST")
def ask(visit: Visit, clause_id: str) -> HttpResponse:
    """Ask that a promise may be missed until a day."""
    visit.enter(OPERATOR, PART, Action.EXCEPTIONS_ASK)
    line = queries.statement(language=marks.language()).line(clause_id)
    if line is None:
        raise NotFound(what="promise")
    asked = visit.request.method == "GET"
    form = forms_of_promises.AskException(None if asked else visit.request.POST)
    told = {"form": form, "line": line, "mark": marks.MARKS[line.state], "word": marks.word(line.state)}
    if asked or not form.is_valid():
        return visit.render("exception_ask", told, 200 if asked else 422)
    try:
        actions.ask_exception(clause_id, reason=form.cleaned_data["reason"], until=form.end(), by=visit.actor)
    except BadException as error:
        field = "reason" if "reason" in str(error.data.get("why", "")) else "until"
        form.add_error(field, words.sentence(error))
        return visit.render("exception_ask", told, 422)
    return visit.onward("promise", notice="exception.asked", clause_id=clause_id)


@page("POST")
def approve(visit: Visit, exception_id: UUID) -> HttpResponse:
    """Let what somebody else asked for count from now on."""
    visit.enter(OPERATOR, PART, Action.EXCEPTIONS_APPROVE)
    return _decided(visit, exception_id, actions.approve_exception, "exception.approved")


@page("POST")
def refuse(visit: Visit, exception_id: UUID) -> HttpResponse:
    """Decide that it never counts."""
    visit.enter(OPERATOR, PART, Action.EXCEPTIONS_APPROVE)
    return _decided(visit, exception_id, actions.refuse_exception, "exception.refused")


@page("POST")
def withdraw(visit: Visit, exception_id: UUID) -> HttpResponse:
    """End it before its time."""
    visit.enter(OPERATOR, PART, Action.EXCEPTIONS_ASK)
    return _decided(visit, exception_id, actions.withdraw_exception, "exception.withdrawn")


def _decided(visit: Visit, exception_id: UUID, decision: Callable[..., object], notice: str) -> HttpResponse:
    decision(exception_id, by=visit.actor)
    clause = next(one.clause for one in queries.exceptions_asked() if one.exception_id == exception_id)
    return visit.onward("promise", notice=notice, clause_id=clause)
