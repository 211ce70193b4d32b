"""The public pages. Each answer is made once for a language and a state of things, and given to whoever asks."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from troth.promises.statement import Statement
from troth.trust import languages, pages, reading, security
from troth.trust.answers import Answer, public
from troth.trust.shelf import Shelf
from troth_judge.words import Language

KEPT_AT_MOST = 1_000
"""More than all pages of the largest policy in both languages, for a few names of this host."""
_answers: Shelf[Answer] = Shelf(KEPT_AT_MOST)


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
    return Asked("fr" if found == "fr" else "en", named is not None, f"{request.scheme}://{request.get_host()}")


@public
def page(request: HttpRequest, language: str | None = None) -> Answer:
    """Every promise."""
    how = asked(request, language)

    def made() -> Answer:
        return _html("page", how, _page(how, reading.statement(how.language)))

    return _answers.get(("page", how), reading.stamp(), made)


def _page(how: Asked, statement: Statement) -> dict[str, Any]:
    if statement.pack is None:
        return {"template": "none"}
    laid = pages.lay(statement, clauses_at=f"{how.at}/clauses/")
    return {
        "laid": laid,
        "now": statement.evaluated_at,
        "misses": len(laid.register) + laid.register_more,
    }


def _html(template: str, how: Asked, told: dict[str, Any], *, path: str = "", status: int = 200) -> Answer:
    with translation.override(how.language):
        name = told.pop("template", template)
        body = render_to_string(f"trust/{name}.html", {**how.around(path), **told})
    return Answer(_tight(body).encode(), language=how.language, status=status)


def _tight(body: str) -> str:
    """Without the lines that only template tags stood on."""
    return "\n".join(line for line in body.splitlines() if line.strip()) + "\n"


@public
def security_txt(request: HttpRequest) -> Answer:
    """Whom to tell of a weakness (RFC 9116)."""
    return security.answer(request)
