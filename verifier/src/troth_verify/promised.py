"""What a pack's own text promises: its public clauses, and whether terms that a judge was handed keep to them.

The text is the pack's canonical JSON, whose SHA-256 stands in the log where the pack was put in force.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from troth_judge.facts import Value
from troth_judge.instants import duration
from troth_verify.envelope import an_object
from troth_verify.errors import CannotRead

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Promise:
    """A public clause as the pack has it."""

    id: str
    kinds: tuple[str, ...]
    words: Mapping[str, str]
    controls: tuple[str, ...]
    terms: Mapping[str, Mapping[str, Any]]


def promises(text: str) -> list[Promise]:
    """Return the public clauses of a pack, in its order.

    Raises:
        CannotRead: the text is no pack.
    """
    try:
        clauses = [clause for section in an_object(text, "the pack")["sections"] for clause in section["clauses"]]
        return [
            Promise(
                id=one["id"],
                kinds=tuple(one["kinds"]),
                words=dict(one["words"]),
                controls=tuple(one.get("controls", ())),
                terms={name: dict(bounds) for name, bounds in one.get("terms", {}).items()},
            )
            for one in clauses
            if PUBLIC in one["audience"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotRead("The pack's text is not one that this program knows.") from error


def as_stated(clauses: Any) -> list[Promise]:
    """Return the clauses as a statement itself has them, where the pack's text is not for everybody."""
    return [
        Promise(id=one["id"], kinds=tuple(one["kinds"]), words={}, controls=tuple(one["controls"]), terms={})
        for one in clauses
    ]


def looser(promise: Promise, terms: Mapping[str, Value]) -> Iterator[str]:
    """Yield the terms by which a control was judged more mildly than this clause has it."""
    for name, bounds in promise.terms.items():
        for bound, wanted in bounds.items():
            held = terms.get(f"{name}.{bound}", terms.get(name))
            if held is not None and not _keeps(bound, wanted, held):
                yield name


def _keeps(bound: str, wanted: Any, held: Value) -> bool:
    try:
        if bound == "is":
            return held is (wanted if isinstance(wanted, bool) else wanted == "true")
        if bound in {"one_of", "all_of"}:
            has = set(held) if isinstance(held, tuple) else {str(held)}
            return has <= set(wanted) if bound == "one_of" else has >= set(wanted)
        limit: Any = duration(wanted) if isinstance(held, timedelta) else int(wanted)
        if isinstance(held, bool | str | tuple):
            return False
        return bool(held <= limit) if bound == "at_most" else bool(held >= limit)
    except (ValueError, TypeError):
        return False
