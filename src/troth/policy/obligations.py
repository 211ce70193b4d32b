"""Who obliges to what, and what a term has come to when all have spoken."""

from dataclasses import dataclass, field
from typing import Literal

from troth.policy.constraints import Choice, Constraint, Interval, Term, Value


@dataclass(frozen=True, slots=True)
class Source:
    """Where an obligation comes from: a clause's id, or a customer's agreement by its reference."""

    kind: Literal["clause", "agreement"]
    reference: str

    def __str__(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class Obligation:
    """One source wants one term to be so. `written` is the constraint as its author wrote it."""

    term: str
    constraint: Constraint
    source: Source
    written: tuple[tuple[str, str | tuple[str, ...]], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Said:
    """One step of a derivation. `binds` if the resolved constraint would be another without any such step."""

    obligation: Obligation
    binds: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a term has come to, and from where. `value` is the one that the term's reader wants."""

    term: Term
    constraint: Constraint
    derivation: tuple[Said, ...]

    @property
    def value(self) -> Value:
        """The bound or the set that the first fitting operator of the term names."""
        for operator in (*self.term.takes, "at_most", "at_least", "one_of", "all_of"):
            found = self.bound(operator)
            if found is not None:
                return found
        raise ValueError(f"{self.term.name} sets no limit")

    def bound(self, operator: str) -> Value | None:
        """One bound of the constraint; None where it sets none. Sets come in alphabetical order."""
        constraint = self.constraint
        if isinstance(constraint, Interval):
            return {"at_least": constraint.at_least, "at_most": constraint.at_most}.get(operator)
        if isinstance(constraint, Choice):
            chosen = {"one_of": constraint.one_of, "all_of": constraint.all_of or None}.get(operator)
            return None if chosen is None else tuple(sorted(chosen))
        return constraint.wanted if operator == "is" else None

    @property
    def binding(self) -> tuple[Obligation, ...]:
        """The obligations that make it as tight as it is."""
        return tuple(said.obligation for said in self.derivation if said.binds)
