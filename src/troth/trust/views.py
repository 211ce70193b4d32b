"""The public pages. Each answer is made once for a language and a state of things, and given to whoever asks."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.template.loader import render_to_string
from django.utils import translation

from troth.promises.statement import ControlPage, Line, Statement
from troth.trust import badge, feed, languages, pages, reading, security, signed, words
from troth.trust.answers import TEXT, Answer, public
from troth.trust.shelf import Shelf
from troth_judge.words import Language

KEPT_AT_MOST = 1_000
"""More than all pages of the largest policy in both languages, for a few names of this host."""
WITHDRAWN_LISTED = 40
"""So many promises of earlier policies are listed; one that was ever missed always is."""
_answers: Shelf[tuple[Hashable, Answer]] = Shelf(KEPT_AT_MOST)


@dataclass(frozen=True, slots=True)
class Asked:
    """In which language, and whether the address named it: links within a page stay as its own address is."""

    language: Language
    named: bool
    host: str

    @property
    def at(self) -> str:
        """Where the page of all promises is."""
        return f"/trust/{self.language}" if self.named else "/trust"

    def around(self, path: str = "") -> dict[str, Any]:
        """What every page needs. `path` is what stands after the language in this page's address."""
        other = languages.other(self.language)
        return {
            "language": self.language,
            "other": other,
            "other_url": f"/trust/{other}{path}",
            "at": self.at,
            "host": self.host,
            "operator": settings.TROTH_OPERATOR_NAME,
            "contact": settings.TROTH_SECURITY_CONTACT,
        }


def asked(request: HttpRequest, named: str | None) -> Asked:
    """Read the language and nothing else from the request; a query string means nothing here."""
    found = languages.wanted(request, named)
    return Asked("fr" if found == "fr" else "en", named is not None, address(request))


def address(request: HttpRequest) -> str:
    """How this host is reached. A port that we don't serve on is the asker's fancy, and left out."""
    domain, port = split_domain_port(request.get_host())
    served = port and port == request.META.get("SERVER_PORT")
    return f"{request.scheme}://{domain}:{port}" if served else f"{request.scheme}://{domain}"


def _kept(key: Hashable, found: Statement, make: Callable[[], Answer]) -> Answer:
    """The answer that was made of this very statement, made now if there is none."""
    stamp = reading.stamp(found)
    return _answers.get(key, lambda kept: kept[0] == stamp, lambda: (stamp, make()))[1]


@public
def page(request: HttpRequest, language: str | None = None) -> Answer:
    """Every promise."""
    how = asked(request, language)
    found = reading.statement(how.language)
    return _kept(("page", how), found, lambda: _html("page", how, _page(how, found)))


def _page(how: Asked, statement: Statement) -> dict[str, Any]:
    if statement.pack is None:
        return {"template": "none"}
    with translation.override(how.language):
        laid = pages.lay(statement, clauses_at=f"{how.at}/clauses/")
    return {
        "laid": laid,
        "now": statement.evaluated_at,
        "misses": len(laid.register) + laid.register_more,
        "versions": reading.versions(how.language),
        **_withdrawn(how),
        "key": signed.key(),
    }


def _withdrawn(how: Asked) -> dict[str, Any]:
    """What is no longer promised: all that was ever missed, and of the rest the newest."""
    found = sorted(reading.withdrawn(how.language), key=lambda one: not one.misses)
    listed = [one for number, one in enumerate(found) if one.misses or number < WITHDRAWN_LISTED]
    return {"withdrawn": listed, "withdrawn_more": len(found) - len(listed)}


def _html(template: str, how: Asked, told: dict[str, Any], *, path: str = "", status: int = 200) -> Answer:
    with translation.override(how.language):
        name = told.pop("template", template)
        body = render_to_string(f"trust/{name}.html", {**how.around(path), **told})
    return Answer(_tight(body).encode(), language=how.language, status=status)


def _tight(body: str) -> str:
    """Without the lines that only template tags stood on."""
    return "\n".join(line for line in body.splitlines() if line.strip()) + "\n"


@public
def clause(request: HttpRequest, clause_id: str, language: str | None = None) -> Answer:
    """One promise: all of its misses and changes, and what checks it, with the evidence."""
    how = asked(request, language)
    found = reading.statement(how.language)
    line = found.line(clause_id)
    if line is None:
        return _missing(how)
    return _kept(
        ("clause", clause_id, how),
        found,
        lambda: _html("clause", how, _clause(how, found, line), path=f"/clauses/{clause_id}"),
    )


def _clause(how: Asked, statement: Statement, line: Line) -> dict[str, Any]:
    at = f"{how.at}/clauses/"
    with translation.override(how.language):
        misses = sorted(line.misses, key=lambda one: (one.until is None, one.since), reverse=True)
        controls = [found for one in line.controls if (found := reading.control(one.id, how.language))]
        return {
            "statement": statement,
            "now": statement.evaluated_at,
            "one": pages.promise(line, statement, at, {pages.anchor_of(line.clause_id, one) for one in misses}),
            "section": next(one for one in statement.sections if line in one.clauses),
            "kinds": words.kinds(line.kinds),
            "register": [pages.missed(line, one, statement, at) for one in misses],
            "changes": reading.changes_of(line.clause_id, how.language),
            "controls": controls,
            "example": _example(controls),
            "key": signed.key(),
        }


@public
def control(request: HttpRequest, control_id: str, language: str | None = None) -> Answer:
    """One control: what it sees, how often, what would make it lie, and what it saw."""
    how = asked(request, language)
    found = reading.statement(how.language)
    if not any(one.id == control_id for line in found.lines() for one in line.controls):
        return _missing(how)

    def made() -> Answer:
        shown = reading.control(control_id, how.language)
        if shown is None:
            return _missing(how)
        with translation.override(how.language):
            told = {
                "control": shown,
                "now": found.evaluated_at,
                "kind": words.control_kind(shown.kind),
                "clauses": [one for one in shown.clauses if found.line(one)],
                "example": _example([shown]),
                "key": signed.key(),
            }
        return _html("control", how, told, path=f"/controls/{control_id}")

    return _kept(("control", control_id, how), found, made)


def _example(controls: Sequence[ControlPage]) -> UUID | None:
    """An observation that has its place in the log, for the commands that the page shows."""
    rows = (row for control in controls for row in control.evidence if row.leaf_index is not None)
    return next((row.event_id for row in rows), None)


def _missing(how: Asked) -> Answer:
    return _html("missing", how, {}, status=404)


@public
def evidence(request: HttpRequest, event_id: UUID, part: str) -> Answer:
    """An observation's exact bytes, or the proof of their place, as `troth-verify entry` takes them."""
    found = reading.sealed(event_id)
    if found is None:
        return Answer(
            b"There is no such observation behind a public promise, or it is being sealed.\n", TEXT, status=404
        )
    return Answer(found.leaf + b"\n" if part == "entry" else found.text.encode(), TEXT, shared=True)


@public
def key(request: HttpRequest) -> Answer:
    """The public key under which the log and the statement are signed, as verifiers take it."""
    return Answer(f"{signed.key()}\n".encode(), TEXT, shared=True)


@public
def statement(request: HttpRequest) -> Answer:
    """The signed statement."""
    found = reading.statement(signed.LANGUAGE)

    def made() -> Answer:
        return Answer(signed.envelope(found), "application/json", shared=True)

    return _kept("statement", found, made)


@public
def changes(request: HttpRequest, language: str | None = None) -> Answer:
    """The Atom feed."""
    how = asked(request, language)
    found = reading.statement(how.language)

    def made() -> Answer:
        told = reading.changes(how.language)
        with translation.override(how.language):
            body = feed.atom(found, told, host=how.host, at=how.at, operator=settings.TROTH_OPERATOR_NAME)
        return Answer(body.encode(), "application/atom+xml; charset=utf-8", how.language, shared=True)

    return _kept(("feed", how), found, made)


@public
def badge_svg(request: HttpRequest, language: str | None = None) -> Answer:
    """The badge. It speaks the address's language, and English without one: it stands in other people's pages."""
    how = asked(request, language or "en")
    found = reading.statement(how.language)

    def made() -> Answer:
        with translation.override(how.language):
            return Answer(badge.svg(found).encode(), "image/svg+xml", how.language, shared=True)

    return _kept(("badge", how.language), found, made)


@public
def security_txt(request: HttpRequest) -> Answer:
    """Whom to tell of a weakness (RFC 9116)."""
    return security.answer(address(request))
