"""Policies of our own in two languages, with what each sentence promises: written before the rules met them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from troth.policy import durations
from troth.policy.constraints import Choice, Constraint, Flag, Interval
from troth.policy.drafting import places, reading
from troth.policy.drafting.document import Document

FOLDER = Path(__file__).with_name("texts")
NAMES = ("sixth.en.md", "sixth.fr.txt", "seventh.en.txt", "seventh.fr.md", "eighth.en.md", "eighth.fr.txt")


@dataclass(frozen=True)
class Wanted:
    """One promise: its position, the controls that prove it, its terms."""

    start: int
    end: int
    controls: tuple[str, ...]
    terms: dict[str, Constraint]


def document(name: str) -> Document:
    return reading.read(FOLDER / name)


def wanted(name: str) -> list[Wanted]:
    text = document(name).text
    told = json.loads((FOLDER / "sixth.json").read_text(encoding="utf-8"))[name]
    found = []
    for first, last, controls, terms in told:
        start = text.index(first)
        assert text.count(first) == 1, first
        end = text.index(last, start) + len(last)
        found.append(Wanted(start, end, tuple(controls), {key: _constraint(value) for key, value in terms.items()}))
    return found


def _constraint(told: dict[str, Any]) -> Constraint:
    if "is" in told:
        return Flag(bool(told["is"]))
    if "one_of" in told or "all_of" in told:
        one_of = places.UNION if told.get("one_of") == "EU" else told.get("one_of")
        return Choice(frozenset(told.get("all_of", ())), None if one_of is None else frozenset(one_of))
    return Interval(_bound(told.get("at_least"), "at_least"), _bound(told.get("at_most"), "at_most"))


def _bound(value: str | int | None, side: durations.Side) -> timedelta | int | None:
    return durations.parse(value, side) if isinstance(value, str) else value
