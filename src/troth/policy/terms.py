"""What a policy and a customer's agreement oblige to, resolved: every term by intersection, with its derivation.

Guarantees (properties in tests/policy/test_terms.py): another obligation never loosens anything; a Collision names
exactly the sources that can't hold together. A number of a policy stands in its pack and nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Literal

from troth.policy import derivations
from troth.policy.constraints import (
    EMPTY,
    Choice,
    Constraint,
    Empty,
    Flag,
    Interval,
    Kind,
    Operator,
    Term,
    Value,
    Words,
    meet,
    tightens,
)
from troth.policy.errors import Collision
from troth.policy.obligations import Obligation, Resolved, Said, Source

__all__ = [
    "EMPTY",
    "Choice",
    "Collision",
    "Constraint",
    "Empty",
    "Flag",
    "Interval",
    "Kind",
    "Obligation",
    "Operator",
    "Resolved",
    "Said",
    "Source",
    "Term",
    "Terms",
    "Value",
    "Words",
    "clashes",
    "colliding",
    "meet",
    "resolve",
    "tightens",
]


class Terms(Mapping[str, Resolved]):
    """Every term that anything obliges to, resolved. A term that nothing names is not in it."""

    def __init__(self, resolved: Mapping[str, Resolved] | None = None) -> None:
        self._resolved = dict(sorted((resolved or {}).items()))

    def __getitem__(self, name: str) -> Resolved:
        return self._resolved[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._resolved)

    def __len__(self) -> int:
        return len(self._resolved)

    def __repr__(self) -> str:
        return f"Terms({', '.join(self._resolved)})"

    def duration(self, name: str) -> timedelta | None:
        """The value of a duration; None if nothing obliges to one."""
        found = self.get(name)
        return found.value if found is not None and isinstance(found.value, timedelta) else None

    def count(self, name: str, operator: Literal["at_least", "at_most"]) -> int | None:
        """One bound of a count; None if nothing sets it."""
        found = self.get(name)
        bound = found.bound(operator) if found is not None else None
        return bound if isinstance(bound, int) else None

    def flag(self, name: str) -> bool | None:
        """What a flag must be; None if nothing says."""
        found = self.get(name)
        return found.constraint.wanted if found is not None and isinstance(found.constraint, Flag) else None

    def plain(self) -> dict[str, Value]:
        """Each term's value, and both bounds of a term with two as `name.at_least` and `name.at_most`: for a judge."""
        values: dict[str, Value] = {}
        for name, resolved in self._resolved.items():
            values[name] = resolved.value
            for operator in ("at_least", "at_most", "one_of", "all_of"):
                bound = resolved.bound(operator)
                if bound is not None:
                    values[f"{name}.{operator}"] = bound
        return values

    def explain(self, name: str, language: str = "en") -> str:
        """The derivation for a person; empty for a term that nothing names."""
        found = self.get(name)
        return "" if found is None else derivations.sentence(found, language)


def resolve(obligations: Iterable[Obligation], vocabulary: Mapping[str, Term]) -> Terms:
    """Intersect them, term by term. Raises Collision for the first term, by name, that nothing can satisfy."""
    resolved: dict[str, Resolved] = {}
    for name, given in _by_term(obligations, vocabulary):
        whole = _all(given)
        if isinstance(whole, Empty):
            raise Collision(term=name, sources=tuple(each.source for each in colliding(given)))
        resolved[name] = Resolved(vocabulary[name], whole, _derivation(given, whole))
    return Terms(resolved)


def clashes(obligations: Iterable[Obligation], vocabulary: Mapping[str, Term]) -> list[tuple[str, list[Obligation]]]:
    """Every term that nothing can satisfy, with the obligations that collide; none if `resolve` would succeed."""
    return [
        (name, colliding(given)) for name, given in _by_term(obligations, vocabulary) if isinstance(_all(given), Empty)
    ]


def _by_term(
    obligations: Iterable[Obligation], vocabulary: Mapping[str, Term]
) -> Iterator[tuple[str, list[Obligation]]]:
    found: dict[str, list[Obligation]] = {}
    for each in obligations:
        # An old version may name a term that is no longer known; `pack.load` refuses it in a new one.
        if each.term in vocabulary:
            found.setdefault(each.term, []).append(each)
    return iter(sorted(found.items()))


def _all(obligations: Iterable[Obligation]) -> Constraint | Empty:
    whole: Constraint | Empty | None = None
    for each in obligations:
        whole = meet(each.constraint, each.constraint if whole is None else whole)
    if whole is None:
        raise ValueError("nothing obliges to anything")
    return whole


def _derivation(given: list[Obligation], whole: Constraint) -> tuple[Said, ...]:
    """Whoever says what the whole says binds, though another says the same."""
    return tuple(Said(each, _shares_a_bound(each.constraint, whole)) for each in given)


def _shares_a_bound(each: Constraint, whole: Constraint) -> bool:
    if isinstance(each, Interval) and isinstance(whole, Interval):
        low = each.at_least is not None and each.at_least == whole.at_least
        return low or (each.at_most is not None and each.at_most == whole.at_most)
    if isinstance(each, Choice) and isinstance(whole, Choice):
        # Every demand adds itself; of the allowances those bind that are not wider than need be.
        return bool(each.all_of) or (each.one_of is not None and each.one_of == whole.one_of)
    return True


def colliding(given: list[Obligation]) -> list[Obligation]:
    """Those that take part in a collision: all that another excludes, else a smallest group without anything common."""
    ends = {
        index
        for index, one in enumerate(given)
        if any(isinstance(meet(one.constraint, other.constraint), Empty) for other in given)
    }
    rest = [each for index, each in enumerate(given) if index not in ends]
    group = _smallest(rest) if rest and isinstance(_all(rest), Empty) else []
    return [each for index, each in enumerate(given) if index in ends or each in group]


def _smallest(given: list[Obligation]) -> list[Obligation]:
    """Leave out whatever can be left out while the rest still collides."""
    kept = list(given)
    for each in given:
        without = [other for other in kept if other is not each]
        if without and isinstance(_all(without), Empty):
            kept = without
    return kept
