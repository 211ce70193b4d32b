"""What public pages read, and nothing else: the platform's own statement, without what is not meant for everybody.

Guarantees: no function here takes a customer; a clause, control or observation that the public statement does not rest
on is not found.
"""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from troth.promises.statement import Change, ControlPage, Statement
from troth.trust import pages
from troth.trust.shelf import Shelf
from troth_judge.words import Language

CHANGES = 100
_statements: Shelf[Statement] = Shelf(at_most=4)


def _queries() -> Any:
    return import_module("troth.promises.queries")


def stamp() -> tuple[int, datetime]:
    """What a kept answer was made of: the version of the promises, and the minute."""
    return int(_queries().version()), datetime.now(UTC).replace(second=0, microsecond=0)


def statement(language: Language) -> Statement:
    """Every promise that is made to everybody, as it stands now."""

    def made() -> Statement:
        return pages.for_public(_queries().statement(None, language=language))

    return _statements.get(language, stamp(), made)


def control(control_id: str, language: Language) -> ControlPage | None:
    """A control on which a public promise rests."""
    cited = {one.id for line in statement(language).lines() for one in line.controls}
    found: ControlPage | None = _queries().control(control_id, language=language) if control_id in cited else None
    return found


def changes(language: Language, clause_id: str | None = None) -> tuple[Change, ...]:
    """Changes of public promises, the newest first: of one clause all, of all the newest hundred."""
    public = {line.clause_id for line in statement(language).lines()}
    found: tuple[Change, ...] = tuple(_queries().changes(language=language))
    told = [one for one in found if one.clause_id in public and clause_id in {None, one.clause_id}]
    told.sort(key=lambda one: (one.since, one.number), reverse=True)
    return tuple(told if clause_id else told[:CHANGES])
