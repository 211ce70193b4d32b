"""A policy pack as values: sections of clauses, their words, the controls that prove them, the terms they oblige to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from troth.policy.constraints import Constraint, Words
from troth.policy.obligations import Obligation

ClauseKind = Literal["enforced", "probed", "attested", "declared"]
Audience = Literal["public", "customers", "staff"]

KINDS: Final[tuple[ClauseKind, ...]] = ("enforced", "probed", "attested", "declared")
AUDIENCES: Final[tuple[Audience, ...]] = ("public", "customers", "staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One promise. `exceeds` is said where the platform does better than what the policy declares."""

    id: str
    kinds: tuple[ClauseKind, ...]
    audience: tuple[Audience, ...]
    words: Words
    note: Words | None = None
    controls: tuple[str, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    exceeds: Words | None = None

    @property
    def terms(self) -> dict[str, Constraint]:
        """What the clause obliges to, by the name of the term."""
        return {each.term: each.constraint for each in self.obligations}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of the policy, with its clauses in their order."""

    id: str
    title: Words
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One version of one policy."""

    id: str
    version: int
    title: Words
    operator: Words
    sections: tuple[Section, ...]

    @property
    def clauses(self) -> Iterator[Clause]:
        """Every clause, in the order of the policy."""
        return (clause for section in self.sections for clause in section.clauses)

    @property
    def obligations(self) -> Iterator[Obligation]:
        """Everything that the pack obliges to."""
        return (each for clause in self.clauses for each in clause.obligations)

    def clause(self, clause_id: str) -> Clause | None:
        """The clause with this id."""
        return next((each for each in self.clauses if each.id == clause_id), None)

    def controls(self) -> frozenset[str]:
        """The id of every control that a clause names."""
        return frozenset(control for clause in self.clauses for control in clause.controls)
