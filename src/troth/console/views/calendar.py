"""What falls due in the next ninety days, week by week: what people must do before it is too late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from troth.access.roles import Action
from troth.console import exports, fates
from troth.console.boundary import page
from troth.console.listing import Column, Listing, instant, state, text
from troth.console.views.attestations import address
from troth.console.visit import Visit
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import OPERATOR
from troth.policy import queries as policy
from troth.promises import queries
from troth.promises.attesting import queries as attesting
from troth.promises.statement import ControlLine, Statement
from troth.trust import marks
from troth_judge.state import GRACE

AHEAD = timedelta(days=90)
RARELY = timedelta(days=1)
"""A control that looks at least so often is named only when its look is late: it renews itself many times a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that falls due. What never was done, or is late, is due now."""

    at: datetime | None
    kind: str
    word: str
    title: str
    url: str
    says: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Some of it, under a heading."""

    title: str
    due: tuple[Due, ...]


@page("GET")
def calendar(visit: Visit) -> HttpResponseBase:
    """The next ninety days."""
    permit = visit.enter(OPERATOR, "board", Action.PROMISES_READ)
    now = SYSTEM.now()
    until = now + AHEAD
    found = queries.statement(language=marks.language())
    due = [*_attestations(until), *_exceptions(now, until), *_looks(found, now, until), *_activations(now, until)]
    due.sort(key=lambda one: (one.at is not None and one.at > now, one.at or now, one.title))
    if exports.asked(visit):
        return exports.answer(visit, permit, _listing(due))
    looks = [one for line in found.lines() for one in line.controls if _looks_often(one)]
    told = {
        "weeks": list(_weeks(due, now)),
        "count": len(due),
        "looking": len({one.id for one in looks}),
        "until": until,
        "export_query": "?",
    }
    return visit.render("calendar", told)


def _attestations(until: datetime) -> Iterator[Due]:
    for each in attesting.due(until, language=marks.language()):
        waits = each.waiting is not None
        yield Due(
            at=each.due_at,
            kind="attestation",
            word=gettext("attestation"),
            title=each.title,
            url=address(each.topic),
            says=gettext("It waits for somebody else to review it.") if waits else each.sentence,
            mark=marks.MARKS[each.state],
        )


def _exceptions(now: datetime, until: datetime) -> Iterator[Due]:
    for one in queries.exceptions_asked():
        fate = one.state(now)
        if fate in {"asked", "approved"} and one.until <= until:
            yield Due(
                at=one.until,
                kind="exception",
                word=gettext("exception ends"),
                title=one.clause,
                url=reverse("console:promise", kwargs={"clause_id": one.clause}) + "#exceptions",
                says=one.reason if fate == "approved" else gettext("Nobody has decided about it yet."),
                mark=fates.exception_fate(fate)[0],
            )


def _looks(found: Statement, now: datetime, until: datetime) -> Iterator[Due]:
    """Evidence that goes stale unless somebody looks; each control once, though many promises rest on it."""
    seen: dict[str, ControlLine] = {one.id: one for line in found.lines() for one in line.controls}
    for one in seen.values():
        if one.kind in {"planned", "attested"}:
            continue
        stale = one.seen_at + one.every * (1 + GRACE) if one.seen_at else None
        late = one.state == "stale" or stale is None or stale <= now
        if late or (stale is not None and one.every > RARELY and stale <= until):
            yield Due(
                at=stale,
                kind="evidence",
                word=gettext("evidence goes stale"),
                title=one.title,
                url=reverse("console:control", kwargs={"control_id": one.id}),
                says=one.sentence,
                mark=marks.MARKS[one.state],
            )


def _looks_often(one: ControlLine) -> bool:
    return one.kind not in {"planned", "attested"} and one.every <= RARELY


def _activations(now: datetime, until: datetime) -> Iterator[Due]:
    for each in policy.history():
        if each.state == "waiting" and now < each.effective_at <= until:
            yield Due(
                at=each.effective_at,
                kind="policy",
                word=gettext("policy comes into force"),
                title=f"{each.pack} {each.version}",
                url="",
                says=each.reason,
                mark="decl",
            )


def _weeks(due: list[Due], now: datetime) -> Iterator[Week]:
    """What is late or was never done, then week by week, Monday to Sunday in UTC; empty weeks are left out."""
    late = tuple(one for one in due if one.at is None or one.at <= now)
    if late:
        yield Week(title=gettext("Now"), due=late)
    monday = _monday(now)
    while monday <= now + AHEAD:
        after = monday + timedelta(days=7)
        within = tuple(one for one in due if one.at is not None and one.at > now and monday <= one.at < after)
        if within:
            title = gettext("Week of %(day)s") % {"day": date_format(monday, "j F Y")}
            yield Week(title=title, due=within)
        monday = after


def _monday(now: datetime) -> datetime:
    there = now.astimezone(UTC)
    return there.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=there.weekday())


def _listing(due: list[Due]) -> Listing:
    columns = [Column("due", "due"), Column("kind", "kind"), Column("what", "what"), Column("why", "why")]
    rows = [[instant(one.at), state(one.mark, one.word, one.kind), text(one.title), text(one.says)] for one in due]
    return Listing("calendar", columns, rows)
