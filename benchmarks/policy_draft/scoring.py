"""The measures, in one place; `docs/policy-draft.md` defends them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from benchmarks.policy_draft.labels import Place
from troth.policy.constraints import Choice, Constraint

OVERLAP = 0.5
"""A unit is found where it and a labelled place share at least this much of their characters (white space aside)."""


@dataclass(slots=True)
class Score:
    """Hits among what was proposed and among what was wanted."""

    hits: int = 0
    proposed: int = 0
    wanted: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.hits / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, other: "Score") -> None:
        self.hits += other.hits
        self.proposed += other.proposed
        self.wanted += other.wanted
        self.missed += other.missed


def matches(text: str, units: list[Place], places: list[Place]) -> dict[Place, Place]:
    """One to one, the best overlap first: for each matched unit its place."""
    pairs = []
    for unit in units:
        for place in places:
            if unit[0] < place[1] and place[0] < unit[1]:
                shared = overlap(text, unit, place)
                if shared >= OVERLAP:
                    pairs.append((shared, unit, place))
    found: dict[Place, Place] = {}
    for _, unit, place in sorted(pairs, key=lambda each: (-each[0], each[1], each[2])):
        if unit not in found and place not in found.values():
            found[unit] = place
    return found


def overlap(text: str, one: Place, other: Place) -> float:
    """Shared characters of all characters of both, white space aside."""
    size = _size(text, max(one[0], other[0]), min(one[1], other[1]))
    whole = _size(text, *one) + _size(text, *other) - size
    return size / whole if whole else 0.0


def _size(text: str, start: int, end: int) -> int:
    return sum(1 for sign in text[start:end] if not sign.isspace())


def terms(clause: str, proposed: Mapping[str, Constraint], wanted: Mapping[str, Constraint]) -> Score:
    """Exact: the right term with the right limit, both bounds, every member."""
    score = Score(proposed=len(proposed), wanted=len(wanted))
    for name in sorted({*proposed, *wanted}):
        if name in proposed and name in wanted and same(proposed[name], wanted[name]):
            score.hits += 1
        else:
            score.missed.append(f"{clause} {name}: {proposed.get(name)} for {wanted.get(name)}")
    return score


def values(proposed: Mapping[str, Constraint], wanted: Mapping[str, Constraint]) -> Score:
    """The limit alone, whatever term it was given to: what the reading of numbers, countries and lists is worth."""
    left = list(wanted.values())
    hits = 0
    for each in proposed.values():
        at = next((index for index, other in enumerate(left) if same(each, other)), None)
        if at is not None:
            del left[at]
            hits += 1
    return Score(hits, len(proposed), len(wanted))


def same(one: Constraint, other: Constraint) -> bool:
    """The same limit; one country that is allowed is the same as one that is demanded."""
    if isinstance(one, Choice) and isinstance(other, Choice):
        return _plain(one) == _plain(other)
    return one == other


def _plain(choice: Choice) -> Choice:
    if choice.one_of is not None and len(choice.one_of) == 1 and not choice.all_of:
        return Choice(choice.one_of, choice.one_of)
    return choice


def ranked(clause: str, proposed: Iterable[str], wanted: Iterable[str], *, most: int) -> Score:
    """Whether one of the clause's controls is among the first `most`."""
    first, right = list(proposed)[:most], set(wanted)
    hit = bool(right & set(first))
    return Score(int(hit), 1, 1, [] if hit else [f"{clause}: {', '.join(first)} for {', '.join(sorted(right))}"])
