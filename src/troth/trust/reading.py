"""What public pages read, and nothing else: the platform's own statement, without what is not meant for everybody.

Guarantees: no function here takes a customer; a clause, control or observation that the public statement does not rest
on is not found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from troth.audit import queries as log
from troth.audit.proofs import Inclusion
from troth.kernel.ids import OPERATOR
from troth.policy import pack as packs
from troth.policy import queries as policy
from troth.promises import catalogue, policies, queries
from troth.promises import withdrawn as gone
from troth.promises.errors import UnknownControl
from troth.promises.statement import Change, ControlPage, Statement
from troth.promises.withdrawn import Withdrawn
from troth.trust import pages
from troth.trust.shelf import Shelf
from troth_judge.facts import encode_terms
from troth_judge.verdict import State
from troth_judge.words import Language

CHANGES, READ = 100, 500
OBSERVED = "promise.observed"
_statements: Shelf[Statement] = Shelf(at_most=4)


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a statement rests on besides evidence: the pack's text, the decision, the terms of each control.

    A text in which a clause is not for everybody is not handed out.
    """

    text: str | None = None
    event_id: UUID | None = None
    terms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """A policy that is or was in force."""

    title: str
    version: int
    since: datetime


def statement(language: Language) -> Statement:
    """Every promise that is made to everybody, as it stands now.

    Made anew after every change, and at the instant from which time alone could change a state: within the minute, so
    that distances in time are right as well.
    """
    version, now = queries.version(), datetime.now(UTC)

    def fresh(kept: Statement) -> bool:
        return kept.version == version and kept.evaluated_at <= now < (kept.valid_until or now)

    def made() -> Statement:
        return pages.for_public(queries.statement(None, language=language))

    return _statements.get(language, fresh, made)


def stamp(found: Statement) -> tuple[int, datetime]:
    """What an answer that is made of this statement may be kept under."""
    return found.version, found.evaluated_at


def control(control_id: str, language: Language) -> ControlPage | None:
    """A control on which a public promise rests."""
    cited = {one.id for line in statement(language).lines() for one in line.controls}
    if control_id not in cited:
        return None
    try:
        return queries.control(control_id, language=language)
    except UnknownControl:
        return None


def withdrawn(language: Language) -> tuple[Withdrawn, ...]:
    """Every promise that was made to everybody and is made no longer."""
    found = gone.withdrawn(language=language)
    return tuple(one for one in found if pages.PUBLIC in one.audience)


def changes(language: Language) -> tuple[Change, ...]:
    """The newest changes of public promises, the newest first."""
    public = {line.clause_id for line in statement(language).lines()}
    public |= {one.clause_id for one in withdrawn(language)}
    told = _after_one_another(reversed(queries.newest_changes(language=language, limit=READ)))
    return tuple(one for one in reversed(told) if one.clause_id in public)[:CHANGES]


def changes_of(clause_id: str, language: Language) -> tuple[Change, ...]:
    """Every change of one public promise, the newest first."""
    found: list[Change] = []
    after = 0
    while some := queries.changes(after, limit=READ, language=language):
        found += [one for one in some if one.clause_id == clause_id]
        after = some[-1].number
    return tuple(reversed(_after_one_another(found)))


def _after_one_another(found: Iterable[Change]) -> list[Change]:
    """Changes, the oldest first, each with the state of its promise before it."""
    before: dict[str, State | None] = {}
    told = []
    for one in found:
        told.append(replace(one, before=one.before or before.get(one.clause_id)))
        before[one.clause_id] = one.state
    return told


def versions(language: Language) -> tuple[Version, ...]:
    """Every version of the policy that was ever in force, the newest first."""
    return tuple(
        Version(kept.title.get(language), one.version, one.effective_at)
        for one in policy.history()
        if one.state in {"in_force", "past"} and (kept := policy.kept(one.pack, one.version))
    )


def foundation() -> Foundation:
    """What the statement of now rests on."""
    found = policy.current()
    if found is None:
        return Foundation()
    decided = next((one for one in policy.history() if one.activation_id == found.activation_id), None)
    ruling = policies.in_force()
    open_to_all = all(pages.PUBLIC in clause.audience for clause in found.pack.clauses)
    return Foundation(
        text=packs.canonical(found.pack).decode() if open_to_all else None,
        event_id=decided.event_id if decided else None,
        terms={one.id: encode_terms(ruling.values(one)).decode() for one in catalogue.CONTROLS},
    )


def sealed(event_id: UUID) -> Inclusion | None:
    """An observation of the platform behind a public promise, with the proof of its place in the log."""
    entry = log.entry(OPERATOR, event_id)
    if entry is None or entry.operation != OBSERVED:
        return None
    cited = {one.id for line in statement("en").lines() for one in line.controls}
    return log.inclusion(OPERATOR, event_id) if entry.leaf.get("detail", {}).get("control") in cited else None
