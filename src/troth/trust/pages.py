"""What a page says of a `Statement`, worked out for the template: pure, and the same for the public and for a customer.

Guarantees: no line is left out but those that are not meant for the reader (`for_public`), whose figures then go with
them; every miss is in the register or, beyond its length here, counted and linked; nothing is rounded in our favour.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext, ngettext

from troth.promises.statement import Figure, Line, Miss, Section, Statement, TermLine
from troth.trust import marks, saying
from troth.trust.strips import SEEN, Strip, strip

REGISTER_AT_MOST = 60
"""Misses in the register of the page itself; each clause's own page lists all of its misses, always."""
PUBLIC, NOT_BUILT = "public", "not_built_yet"
OWN_WORDS = 3
"""`from clause A-4b`, `de la clause A-4b`: no more spaces than these."""
GAP = 2.0
"""Between two states on the measure, in thousandths of it."""


@dataclass(frozen=True, slots=True)
class Missed:
    """One miss in a register."""

    anchor: str
    clause_id: str
    clause_url: str
    mark: str
    word: str
    miss: Miss
    lasted: str
    lasts: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, laid out."""

    line: Line
    url: str
    mark: str
    word: str
    until: datetime | None
    underlying: tuple[str, str] | None
    strip: Strip | None
    misses_said: str
    misses_url: str | None
    terms: tuple[tuple[str, str, str], ...]
    sentence: str
    evidence: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One section, laid out."""

    section: Section
    anchor: str
    said: str
    promises: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """One state in the reckoning; `at` and `length` place it on the measure, in thousandths."""

    mark: str
    word: str
    count: int
    at: float
    length: float


@dataclass(frozen=True, slots=True)
class Laid:
    """A whole statement, laid out."""

    statement: Statement
    parts: tuple[Part, ...]
    counted: tuple[Counted, ...]
    plainly: tuple[str, ...]
    register: tuple[Missed, ...]
    register_more: int
    fresh: bool


def for_public(statement: Statement) -> Statement:
    """The statement with the promises that are made to everybody, counted anew if any was left out."""
    sections = tuple(
        replace(section, clauses=tuple(line for line in section.clauses if PUBLIC in line.audience))
        for section in statement.sections
    )
    shown = replace(statement, sections=tuple(section for section in sections if section.clauses))
    if len(shown.lines()) == len(statement.lines()):
        return shown
    counts = Counter(line.state for line in shown.lines())
    declared = counts["declared"]
    figure = Figure(
        kept=counts["kept"],
        provable=counts.total() - declared,
        unproven=counts["unverified"],
        declared=declared,
    )
    return replace(shown, counts=counts, figure=figure)


def lay(statement: Statement, *, clauses_at: str) -> Laid:
    """The page. `clauses_at` is what stands before a clause's id in the address of its own page."""
    register = sorted(
        (missed(line, miss, statement, clauses_at) for line in statement.lines() for miss in line.misses),
        key=lambda one: (one.lasts, one.miss.since),
        reverse=True,
    )
    listed = {one.anchor for one in register[:REGISTER_AT_MOST]}
    return Laid(
        statement=statement,
        parts=tuple(_part(section, statement, clauses_at, listed) for section in statement.sections),
        counted=counted(statement),
        plainly=plainly(statement),
        register=tuple(register[:REGISTER_AT_MOST]),
        register_more=max(0, len(register) - REGISTER_AT_MOST),
        fresh=bool(statement.sections) and all(line.seen_at is None for line in statement.lines()),
    )


def _part(section: Section, statement: Statement, clauses_at: str, listed: Iterable[str]) -> Part:
    promises = tuple(promise(line, statement, clauses_at, listed) for line in section.clauses)
    count = len(promises)
    said = ngettext("%(count)s promise", "%(count)s promises", count) % {"count": count}
    return Part(section, f"s{section.id}", said, promises)


def promise(line: Line, statement: Statement, clauses_at: str, listed: Iterable[str] = ()) -> Promise:
    """One promise. `listed` are the misses that the register of the same page holds."""
    now, url = statement.evaluated_at, f"{clauses_at}{line.clause_id}"
    newest = max(line.misses, key=lambda miss: miss.since, default=None)
    said, at = _misses(line, newest, now), None
    if newest is not None:
        anchor = anchor_of(line.clause_id, newest)
        at = f"#{anchor}" if anchor in listed else f"{url}#{anchor}"
    checks = len(line.controls)
    evidence = gettext("Evidence") if checks == 1 else gettext("Evidence (%(count)s)") % {"count": checks}
    return Promise(
        line=line,
        url=url,
        mark=marks.MARKS[line.state],
        word=gettext("Declared, and exceeded") if line.code == "declared.exceeded" else marks.word(line.state),
        until=line.exception.until if line.exception else None,
        underlying=(marks.MARKS[line.underlying], marks.word(line.underlying)) if line.underlying else None,
        strip=None if line.state == "declared" else strip(line.history, line.state),
        misses_said=said,
        misses_url=at,
        terms=tuple(term(one, line.clause_id) for one in line.terms),
        sentence=unbuilt(line) if line.code == NOT_BUILT else line.sentence,
        evidence=evidence if line.seen_at else gettext("What would prove it"),
        overdue=line.next_at is not None and line.next_at < now,
    )


def unbuilt(line: Line) -> str:
    """What is not built, by its name, and how the checks stand that are."""
    names = "; ".join(_lower(one.title) for one in line.controls if one.code == NOT_BUILT)
    built = [one for one in line.controls if one.code != NOT_BUILT]
    told = gettext("Not built yet: %(names)s.") % {"names": names} if names else line.sentence
    if not built or any(one.state != "kept" for one in built):
        return told
    rest = ngettext("The other check holds.", "The %(count)s other checks hold.", len(built)) % {"count": len(built)}
    return f"{told} {rest}"


def _lower(title: str) -> str:
    """A title within a sentence; one that begins with an abbreviation stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] in {" ", "’"} else title


def term(line: TermLine, clause_id: str) -> tuple[str, str, str]:
    """Title, value and where it comes from: not said twice, and not where it comes from this very clause alone."""
    why = line.derivation.removeprefix(line.value).lstrip(" ,:;")
    own = why.endswith(f" {clause_id}") and ";" not in why and why.count(" ") <= OWN_WORDS
    return line.title, line.value, "" if own else why


def _misses(line: Line, newest: Miss | None, now: datetime) -> str:
    """The misses in a few words: how many ever, and the newest."""
    if newest is None:
        return (
            gettext("no miss")
            if any(state in SEEN for state in (line.state, *(day.state for day in line.history)))
            else ""
        )
    count = len(line.misses)
    if newest.until is None:
        last = gettext("for %(time)s now") % {"time": _lasted(newest, now)}
    else:
        last = f"{saying.day(newest.since, now)}, {_lasted(newest, now)}"
    if count == 1:
        return gettext("1 miss: %(last)s") % {"last": last}
    told = {"count": saying.figure(count), "last": last}
    return gettext("%(count)s misses, the last %(last)s") % told


def _lasted(miss: Miss, now: datetime) -> str:
    return saying.span((miss.until or now) - miss.since, marks.language())


def anchor_of(clause_id: str, miss: Miss) -> str:
    """The permanent name of a miss: its clause and the instant at which it began."""
    return f"miss-{clause_id}-{miss.since:%Y%m%dT%H%M%S}"


def missed(line: Line, miss: Miss, statement: Statement, clauses_at: str) -> Missed:
    """One line of a register."""
    return Missed(
        anchor=anchor_of(line.clause_id, miss),
        clause_id=line.clause_id,
        clause_url=f"{clauses_at}{line.clause_id}",
        mark=marks.MARKS[miss.state],
        word=marks.word(miss.state),
        miss=miss,
        lasted=_lasted(miss, statement.evaluated_at),
        lasts=miss.until is None,
    )


def counted(statement: Statement) -> tuple[Counted, ...]:
    """Each state that occurs, in the order of the measure: kept first, then what is not."""
    total = sum(statement.counts.values())
    found, at = [], 0.0
    for state in marks.ORDER:
        count = statement.counts.get(state, 0)
        if not count:
            continue
        length = 1000 * count / total
        drawn = max(length - GAP, GAP)
        found.append(Counted(marks.MARKS[state], marks.counted(state, count), count, round(at, 1), round(drawn, 1)))
        at += length
    return tuple(found)


def plainly(statement: Statement) -> tuple[str, ...]:
    """What the figure does not say by itself, in sentences."""
    figure, told = statement.figure, []
    missing = sum(line.state == "unverified" and line.code == NOT_BUILT for line in statement.lines())
    if figure.unproven:
        told.append(
            ngettext(
                "%(count)s is not proven by anything we could show, so we don't count it as kept.",
                "%(count)s are not proven by anything we could show, so we don't count them as kept.",
                figure.unproven,
            )
            % {"count": saying.figure(figure.unproven)}
        )
    if missing and missing == figure.unproven:
        told.append(gettext("What would prove it is not built yet."))
    elif missing:
        told.append(
            gettext("For %(count)s of these, what would prove it is not built yet.") % {"count": saying.figure(missing)}
        )
    if statement.discarded:
        told.append(
            ngettext(
                "%(count)s line of the history is left out because our log does not bear it out.",
                "%(count)s lines of the history are left out because our log does not bear them out.",
                statement.discarded,
            )
            % {"count": saying.figure(statement.discarded)}
        )
    if figure.declared:
        told.append(
            ngettext(
                "%(count)s more says how we work without promising anything; it counts neither way.",
                "%(count)s more say how we work without promising anything; they count neither way.",
                figure.declared,
            )
            % {"count": saying.figure(figure.declared)}
        )
    return tuple(told)
