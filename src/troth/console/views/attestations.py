"""Attestations: what people answer for, where no program can look; given by one, reviewed by another."""

from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.console import exports, fates, forms_of_promises, officers, saying, words
from troth.console.boundary import page
from troth.console.listing import Cell, Column, Listing, code, instant, number, state, text
from troth.console.views.accounts import Fact
from troth.console.visit import Visit
from troth.kernel.errors import Invalid, NotFound
from troth.kernel.ids import OPERATOR
from troth.promises.attesting import actions, queries, topics
from troth.promises.attesting.queries import Due, Opened, Told
from troth.promises.attesting.rules import Handed
from troth.promises.attesting.terms import DEFAULT
from troth.trust import marks

PART = "board"
NOTICES = {"accept": "attestation.accepted", "refuse": "attestation.refused"}


@page("GET")
def attestations(visit: Visit) -> HttpResponseBase:
    """What the policy in force asks people to attest, the most urgent first."""
    permit = visit.enter(OPERATOR, PART, Action.PROMISES_READ)
    found = queries.due(language=marks.language())
    listing = _listing(visit, found)
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    told = {
        "listing": listing.arrange(visit.request),
        "waiting": sum(each.waiting is not None for each in found),
        "open": sum(each.state != "kept" for each in found),
        "count": len(found),
    }
    return visit.render("attestations", told)


def _listing(visit: Visit, found: list[Due]) -> Listing:
    names = officers.named(visit, (each.owner for each in found))
    rows = [
        [
            text(each.title, url=address(each.topic)),
            state(marks.MARKS[each.state], marks.word(each.state), each.state),
            text(each.sentence),
            text(_next(each), url=_next_address(each)),
            text(names[each.owner] if each.owner else gettext("all officers")),
            instant(each.due_at),
            text(each.topic),
        ]
        for each in found
    ]
    columns = [
        Column("title", gettext("Topic")),
        Column("state", gettext("State")),
        Column("why", gettext("Why"), sortable=False),
        Column("next", gettext("What to do"), sortable=False),
        Column("owner", gettext("Whose")),
        Column("due", gettext("Due")),
        Column("topic", gettext("Id"), on_page=False),
    ]
    return Listing("attestations", columns, rows, caption=gettext("Attestations, the most urgent first"))


def address(topic: str) -> str:
    """The page of a topic."""
    return reverse("console:attestation_topic", kwargs={"topic": topic})


def _next(each: Due) -> str:
    if each.waiting is not None:
        return gettext("Review it")
    return "" if each.state == "kept" else gettext("Attest it")


def _next_address(each: Due) -> str:
    if each.waiting is not None:
        return reverse("console:attestation", kwargs={"attestation_id": each.waiting})
    return "" if each.state == "kept" else reverse("console:attestation_give", kwargs={"topic": each.topic})


@page("GET")
def topic(visit: Visit, topic: str) -> HttpResponseBase:
    """One topic: what it asks, who answers for it, and every attestation ever given."""
    permit = visit.enter(OPERATOR, PART, Action.PROMISES_READ)
    found = topics.topic(topic)
    history = queries.history(permit, topic)
    listing = _history(visit, history)
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    due = _due(topic)
    may_give = visit.may(OPERATOR, Action.ATTESTATIONS_GIVE)
    told = {
        "topic": found.id,
        "title": found.title.get(marks.language()),
        "asks": found.asks.get(marks.language()),
        "due": due,
        "mark": marks.MARKS[due.state] if due else "",
        "word": marks.word(due.state) if due else "",
        "waiting": reverse("console:attestation", kwargs={"attestation_id": due.waiting})
        if due and due.waiting
        else "",
        "facts": _facts(visit, due),
        "listing": listing.arrange(visit.request),
        "may_give": may_give,
        "form": _owner_form(visit, due) if may_give else None,
    }
    return visit.render("attestation_topic", told)


def _due(wanted: str) -> Due | None:
    """How a topic stands; None for one that the policy in force does not ask for."""
    return next((each for each in queries.due(language=marks.language()) if each.topic == wanted), None)


def _facts(visit: Visit, due: Due | None) -> list[Fact]:
    if due is None:
        return []
    owner = officers.named(visit, [due.owner])[due.owner] if due.owner else gettext("all officers")
    if due.owner and not due.owner_active:
        owner = gettext("%(who)s, whose account has ended") % {"who": owner}
    return [
        Fact(gettext("Whose"), owner),
        Fact(gettext("Due"), gettext("now"), time=due.due_at),
    ]


def _owner_form(visit: Visit, due: Due | None) -> forms_of_promises.Assign:
    owner = due.owner if due else None
    return forms_of_promises.Assign(
        initial={"owner": str(owner) if owner else ""}, people=officers.to_choose_from(visit, owner)
    )


def _history(visit: Visit, found: list[Told]) -> Listing:
    names = officers.named(visit, [*(one.given_by for one in found), *(one.reviewed_by for one in found)])
    may_open = visit.may(OPERATOR, Action.EVIDENCE_EXPORT)
    rows = [[*_given(one, may_open), *_became(one, names)] for one in found]
    columns = [
        Column("given", gettext("Given")),
        Column("fate", gettext("What became of it")),
        Column("by", gettext("By")),
        Column("reviewed_by", gettext("Reviewed by")),
        Column("valid_until", gettext("Valid until")),
        Column("document_bytes", gettext("Document, bytes"), numeric=True),
        Column("document_sha256", gettext("SHA-256 of the document"), on_page=False),
        Column("statement_sha256", gettext("SHA-256 of the statement"), on_page=False),
        Column("id", gettext("Id"), on_page=False),
    ]
    return Listing("attestation-history", columns, rows, caption=gettext("Every attestation, the newest first"))


def _given(one: Told, may_open: bool) -> list[Cell]:
    url = reverse("console:attestation", kwargs={"attestation_id": one.attestation_id}) if may_open else ""
    mark, word = fates.attestation_fate(one.state)
    return [Cell("instant", one.given_at, url=url), state(mark, word, one.state)]


def _became(one: Told, names: Mapping[UUID, str]) -> list[Cell]:
    return [
        text(names[one.given_by]),
        text(names[one.reviewed_by] if one.reviewed_by else None),
        instant(one.valid_until),
        number(one.document_bytes),
        text(one.document_sha256),
        text(one.statement_sha256),
        code(one.attestation_id),
    ]


@page("POST")
def owner(visit: Visit, topic: str) -> HttpResponse:
    """Have somebody answer for a topic, or all officers together."""
    permit = visit.enter(OPERATOR, PART, Action.ATTESTATIONS_GIVE)
    topics.topic(topic)
    form = forms_of_promises.Assign(visit.request.POST, people=officers.to_choose_from(visit, None))
    if not form.is_valid():
        raise Invalid(what="The owner", why="choose one of those that are offered")
    wanted = form.cleaned_data["owner"]
    actions.assign(permit, topic, UUID(wanted) if wanted else None)
    return visit.onward("attestation_topic", notice="attestation.assigned", topic=topic)


@page("GET", "POST")
def give(visit: Visit, topic: str) -> HttpResponse:
    """Give one's word."""
    permit = visit.enter(OPERATOR, PART, Action.ATTESTATIONS_GIVE)
    found = topics.topic(topic)
    asked = visit.request.method == "GET"
    form = forms_of_promises.Attest(None if asked else visit.request.POST, None if asked else visit.request.FILES)
    told = {
        "form": form,
        "topic": topic,
        "title": found.title.get(marks.language()),
        "asks": found.asks.get(marks.language()),
        "largest": saying.figure(DEFAULT.document_at_most // 1_048_576),
    }
    if asked or not form.is_valid():
        return visit.render("attestation_give", told, 200 if asked else 422)
    try:
        given = actions.give(
            permit,
            topic,
            statement=form.cleaned_data["statement"] or None,
            document=_handed(form.cleaned_data["document"]),
        )
    except Invalid as error:
        form.add_error(
            "document" if "document" in str(error.data.get("what", "")) else "statement", words.sentence(error)
        )
        return visit.render("attestation_give", told, 422)
    return visit.onward("attestation", notice="attestation.given", attestation_id=given)


def _handed(file: UploadedFile | None) -> Handed | None:
    if file is None:
        return None
    # One byte more than may be is enough to refuse it.
    return Handed(file.name or "", file.read(DEFAULT.document_at_most + 1))


@page("GET", "POST")
def attestation(visit: Visit, attestation_id: UUID) -> HttpResponse:
    """One attestation, opened (the look is logged); reviewed by another, or taken back."""
    if visit.request.method == "POST":
        step = visit.request.POST.get("step", "")
        return _withdrawn(visit, attestation_id) if step == "withdraw" else _reviewed(visit, attestation_id, step)
    return _shown(visit, visit.enter(OPERATOR, PART, Action.EVIDENCE_EXPORT), attestation_id)


def _shown(
    visit: Visit,
    permit: Permit,
    attestation_id: UUID,
    *,
    reviewing: forms_of_promises.Reason | None = None,
    withdrawing: forms_of_promises.Reason | None = None,
) -> HttpResponse:
    found = queries.opened(permit, attestation_id)
    told = found.told
    names = officers.named(visit, [told.given_by, told.reviewed_by])
    mark, word = fates.attestation_fate(told.state)
    own = told.given_by == visit.actor.account_id
    may_review = told.state == "waiting" and visit.may(OPERATOR, Action.ATTESTATIONS_REVIEW)
    may_withdraw = told.state != "withdrawn" and visit.may(OPERATOR, Action.ATTESTATIONS_GIVE)
    refused = bool((reviewing and reviewing.errors) or (withdrawing and withdrawing.errors))
    page_told = {
        "found": found,
        "title": topics.titled(told.topic).get(marks.language()),
        "asks": topics.topic(told.topic).asks.get(marks.language()),
        "mark": mark,
        "word": word,
        "own": own,
        "facts": _opened_facts(found, names),
        "salt": found.salt.hex(),
        "reviewing": (reviewing or _reviewing(None)) if may_review and not own else None,
        "waits": may_review and own,
        "withdrawing": (withdrawing or _withdrawing(None)) if may_withdraw else None,
    }
    return visit.render("attestation", page_told, 422 if refused else 200)


def _opened_facts(found: Opened, names: Mapping[UUID, str]) -> list[Fact]:
    told = found.told
    facts = [
        Fact(gettext("Given by"), f"{names[told.given_by]} · {words.role(told.given_role)}"),
        Fact(gettext("Given"), time=told.given_at),
        Fact(gettext("Reviewed by"), names[told.reviewed_by] if told.reviewed_by else ""),
        Fact(gettext("Reviewed"), time=told.reviewed_at),
        Fact(gettext("Reason of the review"), found.review_reason or ""),
        Fact(gettext("Withdrawn"), time=told.withdrawn_at),
        Fact(gettext("Reason of the withdrawal"), found.withdrawal_reason or ""),
        Fact(gettext("Valid until"), time=told.valid_until),
    ]
    return [fact for fact in facts if fact.value or fact.time]


def _reviewing(given: QueryDict | None) -> forms_of_promises.Reason:
    refuses = given is not None and given.get("step") == "refuse"
    return forms_of_promises.Reason(
        given, needed=refuses, prefix="review", help_text=gettext("Needed to refuse it; said to whoever gave it.")
    )


def _withdrawing(given: QueryDict | None) -> forms_of_promises.Reason:
    return forms_of_promises.Reason(
        given, needed=True, prefix="withdrawal", help_text=gettext("It stays in the history, with the attestation.")
    )


def _reviewed(visit: Visit, attestation_id: UUID, step: str) -> HttpResponse:
    """Accept what somebody else attested, or refuse it with a reason."""
    permit = visit.enter(OPERATOR, PART, Action.ATTESTATIONS_REVIEW)
    if step not in NOTICES:
        raise NotFound(what="page")
    form = _reviewing(visit.request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"] or None
            actions.review(permit, attestation_id, accepted=step == "accept", reason=reason)
            return visit.onward("attestation", notice=NOTICES[step], attestation_id=attestation_id)
        except Invalid as error:
            form.add_error("reason", words.sentence(error))
    return _shown(visit, visit.permit(OPERATOR, Action.EVIDENCE_EXPORT), attestation_id, reviewing=form)


def _withdrawn(visit: Visit, attestation_id: UUID) -> HttpResponse:
    """Take it back: it stays in the history, and counts no more."""
    permit = visit.enter(OPERATOR, PART, Action.ATTESTATIONS_GIVE)
    form = _withdrawing(visit.request.POST)
    if form.is_valid():
        try:
            actions.withdraw(permit, attestation_id, reason=form.cleaned_data["reason"])
            return visit.onward("attestation", notice="attestation.withdrawn", attestation_id=attestation_id)
        except Invalid as error:
            form.add_error("reason", words.sentence(error))
    return _shown(visit, visit.permit(OPERATOR, Action.EVIDENCE_EXPORT), attestation_id, withdrawing=form)


@page("GET")
def document(visit: Visit, attestation_id: UUID) -> HttpResponse:
    """What was handed in, as it was. Always taken away, never shown: it may hold anything."""
    permit = visit.enter(OPERATOR, PART, Action.EVIDENCE_EXPORT)
    found = queries.document(permit, attestation_id)
    answer = HttpResponse(found.content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return answer
