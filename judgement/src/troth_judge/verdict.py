"""What a judge says about sealed facts.

Guarantees: a verdict can only be made by its four constructors; there is none for `stale`, `excepted` or `declared`,
which are no judge's to say (`troth_judge.state`). Its parameters are plain JSON, so that it reads the same everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args

from troth_judge.instants import duration_text, instant_text

State = Literal["kept", "at_risk", "broken", "stale", "unverified", "excepted", "declared"]
STATES: tuple[State, ...] = get_args(State)
Param = str | int | float | None | tuple[str, ...]
Said = Param | bool | timedelta | datetime | Sequence[str]
"""What a constructor takes: durations and instants become ISO 8601 texts, which a sentence writes out again."""

IDS_AT_MOST = 50
"""A verdict names at most so many ids: its sentence is for people, the count stands in the facts."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state, the stable code of the sentence that says why, and that sentence's parameters (never personal)."""

    state: State
    code: str
    params: Mapping[str, Param] = field(default_factory=lambda: MappingProxyType({}))

    def __hash__(self) -> int:
        return hash((self.state, self.code, tuple(sorted((name, str(value)) for name, value in self.params.items()))))


def kept(code: str, /, **params: Said) -> Verdict:
    """The promise holds, and the facts show it."""
    return Verdict("kept", code, plain(params))


def at_risk(code: str, /, **params: Said) -> Verdict:
    """It still holds, and will not for long unless somebody acts."""
    return Verdict("at_risk", code, plain(params))


def broken(code: str, /, **params: Said) -> Verdict:
    """It does not hold."""
    return Verdict("broken", code, plain(params))


def unverified(code: str, /, **params: Said) -> Verdict:
    """The facts can't show it: nothing was seen, the sample is empty, what should look is not there."""
    return Verdict("unverified", code, plain(params))


def plain(params: Mapping[str, Said]) -> Mapping[str, Param]:
    """Return parameters as JSON knows them, unchangeable."""
    return MappingProxyType({name: _plain(value) for name, value in params.items()})


def _plain(value: Said) -> Param:
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if value is None or isinstance(value, str | int | float):
        return value
    return tuple(str(one) for one in value[:IDS_AT_MOST])
