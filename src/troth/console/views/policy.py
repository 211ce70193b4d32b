"""The policy, to read: what is in force, what ever was and why, how versions differ, what they oblige to."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access.roles import Action
from troth.console import exports, fates, looks
from troth.console.boundary import page
from troth.console.listing import Cell, Column, Listing, instant, number, state, text
from troth.console.visit import Visit
from troth.kernel.ids import OPERATOR
from troth.policy import diffing, queries, shipped
from troth.policy.agreements import written
from troth.policy.clauses import Clause, Pack
from troth.policy.derivations import spoken
from troth.policy.diffing import ClauseChange, Difference, TermChange
from troth.policy.errors import NoSuchVersion
from troth.policy.pack import digest, load
from troth.policy.queries import Decided
from troth.policy.terms import Terms
from troth.policy.vocabulary.words import BY_NAME, VOCABULARY
from troth.promises import governing
from troth.trust import marks

PART = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One clause as its version's page shows it."""

    id: str
    words: str
    note: str
    kinds: str
    obliges: str


@lru_cache(maxsize=8)
def _shipped(name: str) -> Pack:
    return load(shipped.text(name), governing.known())


def found(pack_id: str, version: int) -> Pack:
    """A version that is kept here, or one that comes with Troth. Raises NoSuchVersion."""
    kept = queries.kept(pack_id, version)
    if kept is not None:
        return kept
    for name in shipped.NAMES:
        pack = _shipped(name)
        if (pack.id, pack.version) == (pack_id, version):
            return pack
    raise NoSuchVersion(pack=pack_id, version=version)


def address(pack_id: str, version: int, name: str = "policy_version") -> str:
    """A page of one version."""
    return reverse(f"console:{name}", kwargs={"pack_id": pack_id, "version": version})


@page("GET")
def policy(visit: Visit) -> HttpResponseBase:
    """What is in force, and every decision that ever was."""
    permit = visit.enter(OPERATOR, PART, Action.POLICY_READ)
    decided = queries.history()
    listing = _decisions(visit, decided)
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    current = queries.current()
    told = {
        "current": current,
        "title": current.pack.title.get(marks.language()) if current else "",
        "clauses": sum(1 for _ in current.pack.clauses) if current else 0,
        "whole": address(current.pack.id, current.pack.version) if current else "",
        "coming": [each for each in decided if each.state == "waiting"],
        "listing": listing.arrange(visit.request),
        "may_activate": visit.may(OPERATOR, Action.POLICY_ACTIVATE),
    }
    return visit.render("policy", told)


def _decisions(visit: Visit, decided: list[Decided]) -> Listing:
    may_read = visit.may(OPERATOR, Action.LOG_READ)
    rows = []
    for each in decided:
        mark, word = fates.decision(each.state)
        rows.append(
            [
                text(f"{each.pack} {each.version}", url=address(each.pack, each.version)),
                state(mark, word, each.state),
                instant(each.effective_at),
                text(each.reason),
                instant(each.decided_at),
                text(gettext("its entry"), url=looks.entry_address(OPERATOR, each.event_id) if may_read else ""),
                text(each.digest),
            ]
        )
    columns = [
        Column("pack", gettext("Policy")),
        Column("became", gettext("What became of it")),
        Column("effective", gettext("In force from")),
        Column("reason", gettext("Reason"), sortable=False),
        Column("decided", gettext("Decided")),
        Column("entry", gettext("In the log"), sortable=False),
        Column("digest", "SHA-256", on_page=False),
    ]
    return Listing("policy-decisions", columns, rows, caption=gettext("Every decision, the newest first"))


@page("GET")
def packs(visit: Visit) -> HttpResponseBase:
    """Every version that is kept here, and what comes with Troth."""
    permit = visit.enter(OPERATOR, PART, Action.POLICY_READ)
    current = queries.current()
    known = {(each.pack, each.version): each.published_at for each in queries.versions()}
    there = [_shipped(name) for name in shipped.NAMES]
    every = sorted({*known, *((pack.id, pack.version) for pack in there)}, key=lambda one: (one[0], -one[1]))
    rows = []
    for pack_id, version in every:
        pack = found(pack_id, version)
        in_force = current is not None and (current.pack.id, current.pack.version) == (pack_id, version)
        rows.append(
            [
                text(f"{pack_id} {version}", url=address(pack_id, version)),
                text(pack.title.get(marks.language())),
                text(pack.operator.get(marks.language())),
                number(sum(1 for _ in pack.clauses)),
                state("kept", gettext("in force"), "in_force") if in_force else text(None),
                instant(known.get((pack_id, version))),
                text(digest(pack)),
            ]
        )
    columns = [
        Column("pack", gettext("Policy")),
        Column("title", gettext("Title")),
        Column("operator", gettext("For")),
        Column("promises", gettext("Promises"), numeric=True),
        Column("now", gettext("Now")),
        Column("kept", gettext("Kept since")),
        Column("digest", "SHA-256", on_page=False),
    ]
    listing = Listing("policy-packs", columns, rows, caption=gettext("Policies"))
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    told = {"listing": listing.arrange(visit.request), "may_activate": visit.may(OPERATOR, Action.POLICY_ACTIVATE)}
    return visit.render("policy_packs", told)


@page("GET")
def version(visit: Visit, pack_id: str, version: int) -> HttpResponse:
    """One version, whole."""
    visit.enter(OPERATOR, PART, Action.POLICY_READ)
    pack = found(pack_id, version)
    language = marks.language()
    current = queries.current()
    in_force = current is not None and current.digest == digest(pack)
    told = {
        "pack": pack,
        "title": pack.title.get(language),
        "operator": pack.operator.get(language),
        "digest": digest(pack),
        "in_force": in_force,
        "kept": any((each.pack, each.version) == (pack_id, version) for each in queries.versions()),
        "sections": [
            (each.id, each.title.get(language), [_said(one) for one in each.clauses]) for each in pack.sections
        ],
        "difference_url": address(pack_id, version, "policy_difference"),
        "try_url": address(pack_id, version, "policy_try"),
        "activate_url": address(pack_id, version, "policy_activate"),
        "may_activate": visit.may(OPERATOR, Action.POLICY_ACTIVATE) and not in_force,
    }
    return visit.render("policy_version", told)


def _said(clause: Clause) -> Said:
    language = marks.language()
    return Said(
        id=clause.id,
        words=clause.words.get(language),
        note=clause.note.get(language) if clause.note else "",
        kinds=", ".join(fates.promise_kinds()[kind] for kind in clause.kinds),
        obliges="; ".join(f"{name} {_limit(limit)}" for name, limit in written(clause.obligations).items()),
    )


def _limit(limit: dict[str, str | tuple[str, ...]]) -> str:
    return " ".join(f"{name} {value if isinstance(value, str) else ', '.join(value)}" for name, value in limit.items())


@page("GET")
def difference(visit: Visit, pack_id: str, version: int) -> HttpResponseBase:
    """What changes from another version (the one in force, unless one is named) to this one."""
    permit = visit.enter(OPERATOR, PART, Action.POLICY_READ)
    pack = found(pack_id, version)
    before, named = _before(visit)
    changes = diffing.difference(before, pack, BY_NAME)
    if exports.asked(visit):
        return exports.answer(visit, permit, _changed(changes))
    others = sorted({(each.pack, each.version) for each in queries.versions()})
    told = {
        "pack": pack,
        "title": pack.title.get(marks.language()),
        "before": before,
        "version_url": address(pack_id, version),
        "others": [(f"{one}/{two}", f"{one} {two}", f"{one}/{two}" == named) for one, two in others],
        **compared(visit, changes),
    }
    return visit.render("policy_difference", told)


def _before(visit: Visit) -> tuple[Pack | None, str]:
    """The version that the address names as `pack/version`, else the one in force."""
    asked = visit.request.GET.get("from", "")
    pack_id, _, number = asked.partition("/")
    if pack_id and number.isdecimal() and len(number) < 9:  # noqa: PLR2004 - digits
        return found(pack_id, int(number)), asked
    current = queries.current()
    return (current.pack, f"{current.pack.id}/{current.pack.version}") if current else (None, "")


def compared(visit: Visit, changes: Difference) -> dict[str, object]:
    """The two tables of a difference, for a page."""
    language = marks.language()
    of_terms, of_clauses = sorted(changes.terms, key=_gravity), sorted(changes.clauses, key=_gravity)
    terms = [
        [
            text(each.title.get(language)),
            state(*fates.changed(each.what), each.what),
            text(each.before.get(language) if each.before else None),
            text(each.after.get(language) if each.after else None),
            text(", ".join(each.clauses_after or each.clauses_before)),
        ]
        for each in of_terms
    ]
    clauses = [
        [
            text(each.clause_id),
            state(*fates.changed(each.what), each.what),
            text(each.before.get(language) if each.before and each.before != each.after else None),
            text(each.after.get(language) if each.after else None),
        ]
        for each in of_clauses
    ]
    shown = Listing("terms", _columns("term", terms), terms, caption=gettext("Terms"))
    changed = Listing("clauses", _columns("clause", clauses), clauses, caption=gettext("Promises"))
    return {
        "loosens": changes.loosens,
        "terms": shown.arrange(visit.request, cut=False),
        "changed": changed.arrange(visit.request, cut=False),
        "counted": counted(changes),
    }


GRAVITY = ("removed", "loosened", "changed", "reworded", "tightened", "added")


def _gravity(change: ClauseChange | TermChange) -> int:
    """What is lost comes first."""
    return GRAVITY.index(change.what)


def _columns(kind: Literal["term", "clause"], rows: list[list[Cell]]) -> list[Column]:
    """The columns of a difference; one that holds nothing is not shown."""
    first = gettext("Term") if kind == "term" else gettext("Promise")
    found = [
        Column(kind, first, sortable=False),
        Column("change", gettext("Change"), sortable=False),
        Column("before", gettext("Before"), sortable=False, on_page=any(row[2].value is not None for row in rows)),
        Column("after", gettext("After"), sortable=False, on_page=any(row[3].value is not None for row in rows)),
    ]
    return [*found, Column("clauses", gettext("Clauses"), sortable=False)] if kind == "term" else found


def counted(changes: Difference) -> list[tuple[str, str, int]]:
    """How many terms and clauses change in which way: mark, words, number."""
    counts: dict[tuple[str, str], int] = {}
    for kind, what in [
        *(("clause", each.what) for each in changes.clauses),
        *(("term", each.what) for each in changes.terms),
    ]:
        counts[kind, what] = counts.get((kind, what), 0) + 1
    return [(fates.changed(what)[0], fates.counted_change(kind, what), count) for (kind, what), count in counts.items()]


def _changed(changes: Difference) -> Listing:
    language = marks.language()
    names = ("kind", "what", "change", "before", "after", "clauses")
    rows = [
        [
            text("clause"),
            text(each.clause_id),
            text(each.what),
            text(each.before.get(language) if each.before else None),
            text(each.after.get(language) if each.after else None),
            text(each.clause_id),
        ]
        for each in changes.clauses
    ]
    rows += [
        [
            text("term"),
            text(each.term),
            text(each.what),
            text(each.before.get(language) if each.before else None),
            text(each.after.get(language) if each.after else None),
            text(", ".join(each.clauses_after or each.clauses_before)),
        ]
        for each in changes.terms
    ]
    return Listing("policy-difference", [Column(name, name) for name in names], rows)


@page("GET")
def terms(visit: Visit) -> HttpResponseBase:
    """Everything that a policy can set a limit to, what it is now, and which clause says so."""
    permit = visit.enter(OPERATOR, PART, Action.POLICY_READ)
    listing = terms_listing(queries.terms(), names=[each.name for each in VOCABULARY])
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    return visit.render("policy_terms", {"listing": listing.arrange(visit.request)})


def terms_listing(
    obliged: Terms, *, names: list[str], name: str = "policy-terms", caption: str = "", brief: bool = False
) -> Listing:
    """Terms with their values and derivations; one that nothing obliges to has neither."""
    language = marks.language()
    rows = [
        [
            text(BY_NAME[each].title.get(language)),
            text(spoken(obliged[each], language) if each in obliged else None),
            text(obliged.explain(each, language) or None),
            text(each),
            text(" · ".join([BY_NAME[each].kind, *BY_NAME[each].takes])),
        ]
        for each in names
    ]
    columns = [
        Column("title", gettext("Term")),
        Column("value", gettext("Now")),
        Column("derivation", gettext("Who says so"), sortable=False),
        Column("term", gettext("Its name in a policy"), on_page=not brief),
        Column("takes", gettext("Takes"), sortable=False, on_page=not brief),
    ]
    return Listing(name, columns, rows, caption=caption or gettext("Terms"))
