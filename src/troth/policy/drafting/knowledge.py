"""What a draft is made from: the controls and terms that this platform has, and the packs that people wrote before.

Everything is handed over by the caller, since controls live in a layer above: their titles, what they see or ask, and
the terms they read. No policy's own sentences are here; packs are in our wording.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from troth.policy.clauses import Pack
from troth.policy.constraints import Constraint, Term


@dataclass(frozen=True, slots=True)
class ControlWords:
    """A control as words: `titles` in each language, `details` what else it says of itself."""

    id: str
    titles: tuple[str, ...]
    details: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    kind: str = "planned"


@dataclass(frozen=True, slots=True)
class Example:
    """A clause that somebody bound to controls and terms."""

    clause: str
    words: tuple[str, ...]
    controls: tuple[str, ...]
    terms: Mapping[str, Constraint] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that is known beforehand."""

    controls: tuple[ControlWords, ...]
    terms: Mapping[str, Term]
    examples: tuple[Example, ...] = ()


def gather(controls: Iterable[ControlWords], terms: Mapping[str, Term], packs: Iterable[Pack]) -> Knowledge:
    """Put it together; controls that only a pack knows are known by their id."""
    told = {each.id: each for each in controls}
    examples = tuple(
        Example(clause.id, (clause.words.en, clause.words.fr), clause.controls, clause.terms)
        for pack in packs
        for clause in pack.clauses
    )
    for name in sorted({control for each in examples for control in each.controls} - set(told)):
        told[name] = ControlWords(name, ())
    return Knowledge(tuple(told[name] for name in sorted(told)), dict(sorted(terms.items())), examples)
