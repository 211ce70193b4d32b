"""One limit of a policy: an interval, a pair of sets or a flag; and how two of them meet.

Guarantees (properties in tests/policy/test_terms.py): `meet` is commutative, associative and idempotent, and what it
returns is never looser than either side.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Kind = Literal["duration", "count", "countries", "choices", "flag"]
Operator = Literal["at_least", "at_most", "one_of", "all_of", "is"]
Value = timedelta | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The same sentence in both languages that Troth speaks."""

    en: str
    fr: str

    def get(self, language: str) -> str:
        """The words in this language; English for one that we don't speak."""
        return self.fr if language.startswith("fr") else self.en


_TAKES: Final[Mapping[Kind, tuple[Operator, ...]]] = {
    "duration": ("at_most",),
    "count": ("at_least", "at_most"),
    "countries": ("one_of", "all_of"),
    "choices": ("one_of", "all_of"),
    "flag": ("is",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that a policy can set a limit to; `name` is permanent and begins with its domain.

    `takes` are the operators that make sense here, the one that its reader wants first (a duration's is `at_most`
    unless said otherwise). `choices` are the words that a term of choices knows. `unit` is empty where the kind says
    it all, else the thing that is counted.
    """

    name: str
    kind: Kind
    title: Words
    unit: Words = Words("", "")
    takes: tuple[Operator, ...] = ()
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a term that no constraint could fit."""
        possible = _possible(self.kind)
        if not self.takes:
            object.__setattr__(self, "takes", _TAKES[self.kind])
        if "." not in self.name or not set(self.takes) <= set(possible):
            raise ValueError(f"{self.name}: a {self.kind} takes {', '.join(possible)}, and its name is domain.thing")
        if (self.kind == "choices") != bool(self.choices):
            raise ValueError(f"{self.name}: choices are named for a term of choices, and for no other")

    @property
    def domain(self) -> str:
        """The part of the platform that reads it."""
        return self.name.partition(".")[0]


def _possible(kind: Kind) -> tuple[Operator, ...]:
    if kind in {"duration", "count"}:
        return ("at_least", "at_most")
    return ("one_of", "all_of") if kind in {"countries", "choices"} else ("is",)


@dataclass(frozen=True, slots=True)
class Interval:
    """`at_least` ≤ x ≤ `at_most`, of durations or of counts; None is no bound."""

    at_least: timedelta | int | None = None
    at_most: timedelta | int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """`all_of` ⊆ x ⊆ `one_of`; `one_of` None is anything."""

    all_of: frozenset[str] = frozenset()
    one_of: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """x is this."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing can satisfy it."""


EMPTY: Final = Empty()
Constraint = Interval | Choice | Flag


def meet(a: Constraint | Empty, b: Constraint | Empty) -> Constraint | Empty:
    """What satisfies both. Raises TypeError for constraints of different kinds: they are about different things."""
    if isinstance(a, Empty) or isinstance(b, Empty):
        return EMPTY
    if isinstance(a, Interval) and isinstance(b, Interval):
        return _meet_intervals(a, b)
    if isinstance(a, Choice) and isinstance(b, Choice):
        return _meet_choices(a, b)
    if isinstance(a, Flag) and isinstance(b, Flag):
        return a if a == b else EMPTY
    raise TypeError("constraints of different kinds never meet")


def _meet_intervals(a: Interval, b: Interval) -> Interval | Empty:
    lows = [each for each in (a.at_least, b.at_least) if each is not None]
    highs = [each for each in (a.at_most, b.at_most) if each is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:  # type: ignore[operator]  # one kind on both sides
        return EMPTY
    return Interval(low, high)


def _meet_choices(a: Choice, b: Choice) -> Choice | Empty:
    wanted = a.all_of | b.all_of
    allowed = b.one_of if a.one_of is None else a.one_of if b.one_of is None else a.one_of & b.one_of
    if allowed is not None and (not allowed or not wanted <= allowed):
        return EMPTY
    return Choice(wanted, allowed)


def tightens(new: Constraint, old: Constraint) -> bool:
    """True if whatever satisfies `new` satisfies `old` too."""
    return meet(new, old) == new
