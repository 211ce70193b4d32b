"""What changes from one version of a policy to another: its clauses, and what it obliges to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from troth.policy import derivations
from troth.policy.clauses import Clause, Pack
from troth.policy.constraints import Constraint, Term, Words, tightens
from troth.policy.obligations import Resolved
from troth.policy.terms import Terms, resolve

ClauseChanged = Literal["added", "removed", "reworded", "changed"]
TermChanged = Literal["added", "removed", "tightened", "loosened", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """One clause. `reworded`: its words alone; `changed`: what proves it, obliges or reads it too (`fields`)."""

    clause_id: str
    what: ClauseChanged
    fields: tuple[str, ...] = ()
    before: Words | None = None
    after: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """One term, with what it was and what it becomes, as people say it, and the clauses that say so.

    `changed`: tighter on one side and looser on the other.
    """

    term: str
    title: Words
    what: TermChanged
    before: Words | None = None
    after: Words | None = None
    clauses_before: tuple[str, ...] = ()
    clauses_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that changes, in the order of the policy; terms by name."""

    clauses: tuple[ClauseChange, ...]
    terms: tuple[TermChange, ...]

    @property
    def loosens(self) -> bool:
        """True if less is promised afterwards: a clause or a limit goes, or a limit gives way."""
        return any(each.what == "removed" for each in self.clauses) or any(
            each.what in {"removed", "loosened", "changed"} for each in self.terms
        )


def difference(old: Pack | None, new: Pack, vocabulary: Mapping[str, Term]) -> Difference:
    """From `old` (nothing, if None) to `new`. Raises Collision if one of them contradicts itself."""
    before = {each.id: each for each in old.clauses} if old else {}
    after = {each.id: each for each in new.clauses}
    clauses = [_clause(before.get(name), each) for name, each in after.items()]
    gone = [
        ClauseChange(clause_id=name, what="removed", before=each.words)
        for name, each in before.items()
        if name not in after
    ]
    terms_before = resolve(old.obligations if old else (), vocabulary)
    terms_after = resolve(new.obligations, vocabulary)
    names = sorted({*terms_before, *terms_after})
    terms = [_term(vocabulary[name], name, terms_before, terms_after) for name in names]
    return Difference(
        clauses=(*(each for each in clauses if each), *gone), terms=tuple(each for each in terms if each is not None)
    )


def _clause(before: Clause | None, after: Clause) -> ClauseChange | None:
    if before is None:
        return ClauseChange(clause_id=after.id, what="added", after=after.words)
    parts = ("kinds", "audience", "words", "note", "controls", "terms", "exceeds")
    fields = tuple(part for part in parts if getattr(before, part) != getattr(after, part))
    if not fields:
        return None
    spoken = set(fields) <= {"words", "note", "exceeds"}
    return ClauseChange(
        clause_id=after.id,
        what="reworded" if spoken else "changed",
        fields=fields,
        before=before.words,
        after=after.words,
    )


def _term(term: Term, name: str, before: Terms, after: Terms) -> TermChange | None:
    old, new = before.get(name), after.get(name)
    what = _what(old.constraint if old else None, new.constraint if new else None)
    if what is None:
        return None
    return TermChange(
        term=name,
        title=term.title,
        what=what,
        before=_said(old),
        after=_said(new),
        clauses_before=_sources(old),
        clauses_after=_sources(new),
    )


def _what(old: Constraint | None, new: Constraint | None) -> TermChanged | None:
    if old == new:
        return None
    if old is None or new is None:
        return "added" if old is None else "removed"
    if type(old) is not type(new):
        return "changed"
    if tightens(new, old):
        return "tightened"
    return "loosened" if tightens(old, new) else "changed"


def _said(resolved: Resolved | None) -> Words | None:
    if resolved is None:
        return None
    return Words(derivations.spoken(resolved, "en"), derivations.spoken(resolved, "fr"))


def _sources(resolved: Resolved | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.source.reference for each in resolved.binding)) if resolved else ()
