"""The promise board: what is broken or about to be, why, what to do next, and one click to look again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast, get_args
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from troth.access.roles import Action
from troth.console import exports, fates, looks, officers
from troth.console.boundary import page
from troth.console.listing import Column, Listing, instant, state, text
from troth.console.views import attestations, exceptions
from troth.console.views.accounts import Fact
from troth.console.visit import Visit
from troth.kernel.clock import SYSTEM
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR
from troth.promises import actions, queries
from troth.promises.attesting import queries as attesting
from troth.promises.errors import UnknownControl
from troth.promises.statement import BoardRow, ControlLine, Line, Statement
from troth.trust import marks, pages
from troth_judge.judges import ATTESTED
from troth_judge.verdict import State
from troth_judge.words import Language

URGENT: tuple[State, ...] = ("broken", "stale", "at_risk", "unverified", "excepted")
"""What somebody must act on, if no other state is asked for."""
NOT_BUILT = "not_built_yet"
AWAITED = 120.0
"""Seconds for which a page waits for evidence that was asked for; the worker takes one look at a time."""
ASKED = "asked_at"


def language() -> Language:
    """The page's language, as the promises know it."""
    return "fr" if (translation.get_language() or "").startswith("fr") else "en"


@page("GET")
def board(visit: Visit) -> HttpResponseBase:
    """Every promise that needs somebody, the most urgent first."""
    permit = visit.enter(OPERATOR, "board", Action.PROMISES_READ)
    found = queries.statement(language=language())
    wanted, section, kind = _filters(visit)
    rows = [
        row
        for row in queries.board(states=wanted, section=section, language=language())
        if kind is None or kind in row.kinds
    ]
    listing = _listing(visit, rows)
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    told = {
        "statement": found,
        "sentence": _sentence(found),
        "counted": pages.counted(found),
        "listing": listing.arrange(visit.request),
        "states": [(one, marks.MARKS[one], marks.word(one), one in wanted) for one in get_args(State)],
        "sections": [(each.id, f"{each.id} · {each.title}", each.id == section) for each in found.sections],
        "kinds": [(name, word, name == kind) for name, word in fates.promise_kinds().items()],
    }
    return visit.render("promises", told)


def _filters(visit: Visit) -> tuple[tuple[State, ...], str | None, str | None]:
    """What the address asks for; an unknown word asks for nothing."""
    asked = tuple(one for one in get_args(State) if one in visit.request.GET.getlist("state"))
    kind = visit.request.GET.get("kind")
    return asked or URGENT, visit.request.GET.get("section") or None, kind if kind in fates.promise_kinds() else None


def _sentence(found: Statement) -> str:
    """How it stands, without flattering: what nobody has proven is said in the same breath."""
    if found.pack is None:
        return gettext("No policy is in force yet: nothing is promised, and nothing can be kept.")
    kept = ngettext(
        "%(kept)s of %(all)s provable promise is kept.",
        "%(kept)s of %(all)s provable promises are kept.",
        found.figure.provable,
    ) % {"kept": found.figure.kept, "all": found.figure.provable}
    bad = found.counts.get("broken", 0) + found.counts.get("stale", 0)
    said = ngettext(
        "%(count)s is broken or was not checked in time.", "%(count)s are broken or were not checked in time.", bad
    )
    open_ = ngettext("%(count)s is not proven.", "%(count)s are not proven.", found.figure.unproven) % {
        "count": found.figure.unproven
    }
    return " ".join([kept, *([said % {"count": bad}] if bad else []), open_])


def _listing(visit: Visit, rows: list[BoardRow]) -> Listing:
    assigned = {each.topic: each.owner for each in attesting.due()}
    names = officers.named(visit, assigned.values())
    owners = {topic: names[owner] for topic, owner in assigned.items() if owner is not None}
    cells = [
        [
            text(row.clause_id, url=reverse("console:promise", kwargs={"clause_id": row.clause_id})),
            state(marks.MARKS[row.state], marks.word(row.state), row.state),
            text(row.words),
            text(row.sentence),
            text(_advice(row), url=_act(row)),
            text(_owner(row, owners)),
            instant(row.since),
            instant(row.due_at),
        ]
        for row in rows
    ]
    columns = [
        Column("clause", gettext("Promise")),
        Column("state", gettext("State")),
        Column("words", gettext("Words"), sortable=False),
        Column("why", gettext("Why"), sortable=False),
        Column("next", gettext("What to do"), sortable=False),
        Column("owner", gettext("Whose")),
        Column("since", gettext("Since")),
        Column("due", gettext("Next look due")),
    ]
    return Listing("promises", columns, cells, caption=gettext("Promises, the most urgent first"))


def _advice(row: BoardRow) -> str:
    if _topics(row):
        return gettext("Attest or review it")
    if row.advice:
        return row.advice
    if all(one.code == NOT_BUILT for one in row.controls) and row.controls:
        return gettext("Nothing: its capability is still to come.")
    return "" if row.state in {"kept", "declared"} else gettext("Open it and look at its controls.")


def _act(row: BoardRow) -> str:
    """Where one does it: for a topic that people attest its own page, else the promise's."""
    return next((attestations.address(topic) for topic in _topics(row)), "")


def _topics(row: BoardRow) -> list[str]:
    """What people must attest or review before it can be kept."""
    return [one.id.removeprefix(ATTESTED) for one in row.controls if one.kind == "attested" and one.state != "kept"]


def _owner(row: BoardRow, owners: Mapping[str, str]) -> str:
    """Who acts on it: whoever answers for its topic, or all officers; for what is built, those who run the platform."""
    topics = _topics(row)
    if topics:
        return ", ".join(dict.fromkeys(owners.get(topic, gettext("officers")) for topic in topics))
    if row.controls and all(one.kind == "planned" or one.state == "kept" for one in row.controls):
        return gettext("Troth")
    return gettext("operations")


@page("GET")
def promise(visit: Visit, clause_id: str) -> HttpResponse:
    """One promise, with everything that its state rests on."""
    visit.enter(OPERATOR, "board", Action.PROMISES_READ)
    found = queries.statement(language=language())
    line = _line(found, clause_id)
    return visit.render("promise", {**_told(visit, found, line), "live_url": _live(visit, line)})


@page("GET")
def promise_live(visit: Visit, clause_id: str) -> HttpResponse:
    """The part of the page that changes while a look is awaited."""
    visit.enter(OPERATOR, "board", Action.PROMISES_READ)
    found = queries.statement(language=language())
    line = _line(found, clause_id)
    live = _live(visit, line)
    answer = visit.render("_promise_state", {**_told(visit, found, line), "live_url": live})
    if not live:
        # The whole page anew: its evidence and history have grown too.
        answer["HX-Refresh"] = "true"
    return answer


@page("POST")
def promise_check(visit: Visit, clause_id: str) -> HttpResponse:
    """Have every control of this promise looked at now."""
    visit.enter(OPERATOR, "board", Action.PROMISES_CHECK)
    line = _line(queries.statement(language=language()), clause_id)
    asked = 0
    for control in line.controls:
        if control.kind != "planned":
            actions.ask_check(control.id, by=visit.actor)
            asked += 1
    if asked:
        visit.session[ASKED] = {clause_id: SYSTEM.now().timestamp()}
    notice = "promise.check_asked" if asked else "promise.nothing_to_check"
    return visit.onward("promise", notice=notice, clause_id=clause_id)


@page("GET")
def control(visit: Visit, control_id: str) -> HttpResponse:
    """One control: what it sees, how often, what would make it lie, and its evidence."""
    visit.enter(OPERATOR, "board", Action.PROMISES_READ)
    try:
        found = queries.control(control_id, language=language())
    except UnknownControl:
        raise NotFound(what="control") from None
    told = {
        "control": found,
        "mark": marks.MARKS[found.line.state],
        "word": marks.word(found.line.state),
        "evidence": _evidence(visit, control_id),
        "clauses": [(one, reverse("console:promise", kwargs={"clause_id": one})) for one in found.clauses],
    }
    return visit.render("control", told)


def _evidence(visit: Visit, control_id: str) -> Listing:
    before = visit.request.GET.get("before", "")
    found = queries.evidence(
        control_id, before=int(before) if before.isdecimal() else None, limit=50, language=language()
    )
    rows = [
        [
            instant(row.seen_at),
            state(marks.MARKS[row.state], marks.word(row.state), row.state),
            text(row.sentence),
            text(row.facts_json if row.error is None else row.error),
            text(
                row.leaf_index,
                url=looks.entry_address(OPERATOR, row.event_id) if visit.may(OPERATOR, Action.LOG_READ) else "",
            ),
        ]
        for row in found.rows
    ]
    columns = [
        Column("seen", gettext("Seen"), sortable=False),
        Column("state", gettext("Judged"), sortable=False),
        Column("says", gettext("What it says"), sortable=False),
        Column("facts", gettext("Facts"), on_page=False),
        Column("entry", gettext("Place in the log"), sortable=False),
    ]
    listing = Listing("evidence", columns, rows, caption=gettext("Evidence, the newest first")).arrange(
        visit.request, cut=False
    )
    if found.older_than is not None:
        listing.following = f"?before={found.older_than}"
    return listing


def _line(found: Statement, clause_id: str) -> Line:
    line = found.line(clause_id)
    if line is None:
        raise NotFound(what="promise")
    return line


def _told(visit: Visit, found: Statement, line: Line) -> dict[str, object]:
    return {
        "statement": found,
        "one": pages.promise(line, found, ""),
        "now": found.evaluated_at,
        "section": next(each for each in found.sections if each.id == line.section_id),
        "controls": [_control(one) for one in line.controls],
        "misses": [
            (marks.MARKS[each.state], marks.word(each.state), each)
            for each in sorted(line.misses, key=lambda one: one.since, reverse=True)
        ],
        "facts": _facts(line),
        "exceptions": exceptions.of_clause(visit, line.clause_id),
        "may_ask": visit.may(OPERATOR, Action.EXCEPTIONS_ASK),
        "may_check": visit.may(OPERATOR, Action.PROMISES_CHECK) and any(c.kind != "planned" for c in line.controls),
    }


def _control(one: ControlLine) -> dict[str, object]:
    return {
        "line": one,
        "mark": marks.MARKS[one.state],
        "word": marks.word(one.state),
        "url": reverse("console:control", kwargs={"control_id": one.id}),
        "act": attestations.address(one.id.removeprefix(ATTESTED)) if one.kind == "attested" else "",
        "act_says": gettext("Attestations of it") if one.state == "kept" else gettext("Attest or review it"),
    }


def _facts(line: Line) -> list[Fact]:
    found = [Fact(gettext("Since"), time=line.since), Fact(gettext("Last look"), time=line.seen_at)]
    found += [Fact(gettext("Next look due"), time=line.next_at)]
    found += [Fact(gettext("Kind"), ", ".join(fates.promise_kinds()[kind] for kind in line.kinds))]
    return [fact for fact in found if fact.value or fact.time]


def _live(visit: Visit, line: Line) -> str:
    """The address to ask again as long as a look that was asked for has not come back; empty afterwards."""
    asked = cast("dict[str, float]", visit.session.get(ASKED) or {}).get(line.clause_id)
    if asked is None or SYSTEM.now().timestamp() - asked > AWAITED:
        return ""
    looked = [one for one in line.controls if one.kind != "planned"]
    if looked and all(_after(one.seen_at, asked) for one in looked):
        return ""
    return reverse("console:promise_live", kwargs={"clause_id": line.clause_id})


def _after(seen: datetime | None, asked: float) -> bool:
    return seen is not None and seen.timestamp() >= asked


@page("GET")
def own_promises(visit: Visit, customer_id: UUID) -> HttpResponse:
    """The policy as it is for one customer: its own terms, its own evidence."""
    visit.enter(customer_id, "own_promises", Action.PROMISES_READ)
    found = queries.statement(customer_id, language=language())
    if not visit.staff:
        found = _for_customers(found)
    told = {"statement": found, "sentence": _sentence(found), "now": found.evaluated_at}
    return visit.render("own_promises", told)


def _for_customers(found: Statement) -> Statement:
    """Without what is said to our own staff alone."""
    sections = (
        replace(each, clauses=tuple(line for line in each.clauses if set(line.audience) & {"public", "customers"}))
        for each in found.sections
    )
    return replace(found, sections=tuple(each for each in sections if each.clauses))
