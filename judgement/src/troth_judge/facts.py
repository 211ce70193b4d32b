"""Facts and terms as the bytes that are sealed in the log, and back.

Guarantees: canonical JSON (UTF-8, sorted keys, no white space, durations ISO 8601, instants RFC 3339 in UTC), so that
the same facts are the same bytes everywhere; what is decoded is exactly what was encoded, or an error, never a guess.
`docs/formats/evidence.md` describes the bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from math import isfinite
from types import NoneType, UnionType
from typing import Any, ClassVar, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

from troth_judge.instants import duration, duration_text, instant, instant_text

Value = timedelta | int | bool | str | tuple[str, ...]
"""What a term obliges to, as a judge reads it: `terms["erasure.production_within"]` is a timedelta, a count an int, a
flag a bool, a set a sorted tuple. An end of an interval or a bound of a set has a name of its own besides:
`passwords.length.at_most`, `residency.countries.one_of`. A term that nobody obliges to is not there."""

_TAGS: Mapping[type, str] = {timedelta: "duration", bool: "flag", int: "count", str: "text", tuple: "set"}


class Facts(Protocol):
    """A frozen dataclass of int, float, str, bool, None, timedelta, datetime and tuples of these; never personal."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


F = TypeVar("F", bound=Facts)


class FactsInvalid(ValueError):
    """These bytes are no such facts, or these facts can't be written."""


def encode(facts: Facts) -> bytes:
    """Return the canonical bytes of these facts.

    Raises:
        FactsInvalid: a field holds something that can't be written exactly.
    """
    return _dump({one.name: _plain(getattr(facts, one.name), one.name) for one in fields(facts)})


def decode(cls: type[F], raw: bytes) -> F:
    """Return the facts in these bytes, which must be canonical.

    Raises:
        FactsInvalid: they are no such facts: a field is missing, unknown, or of another type.
    """
    found = _load(raw)
    if not is_dataclass(cls):
        raise FactsInvalid(f"{cls.__name__} is no dataclass")
    hints = get_type_hints(cls)
    known = {one.name for one in fields(cls)}
    needed = {one.name for one in fields(cls) if one.default is MISSING and one.default_factory is MISSING}
    if not needed <= set(found) <= known:
        wrong = sorted((needed - set(found)) | (set(found) - known))
        raise FactsInvalid(f"these facts miss or add: {', '.join(wrong)[:200]}")
    return cls(**{name: _typed(hints[name], value, name) for name, value in found.items()})


def encode_terms(terms: Mapping[str, Value]) -> bytes:
    """Return the canonical bytes of the terms that a judge was handed: each value with its kind."""
    return _dump({name: {_TAGS[type(value)]: _plain(value, name)} for name, value in terms.items()})


def decode_terms(raw: bytes) -> dict[str, Value]:
    """Return the terms in these bytes.

    Raises:
        FactsInvalid: they are none.
    """
    return {name: _term(name, tagged) for name, tagged in _load(raw).items()}


def _term(name: str, tagged: object) -> Value:
    if not isinstance(tagged, dict) or len(tagged) != 1:
        raise FactsInvalid(f"{name} is no term")
    ((tag, value),) = tagged.items()
    wanted: Any = {"duration": timedelta, "flag": bool, "count": int, "text": str, "set": tuple[str, ...]}.get(tag)
    if wanted is None:
        raise FactsInvalid(f"{name} is of no known kind")
    typed: Value = _typed(wanted, value, name)
    return typed


def _dump(value: Mapping[str, object]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise FactsInvalid("a text is no Unicode") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FactsInvalid("a name stands twice")
    return found


def _load(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise FactsInvalid("these bytes are no JSON") from error
    if not isinstance(found, dict):
        raise FactsInvalid("these bytes are no object")
    # Two spellings of the same facts would be two leaves: only the one that `encode` writes is read.
    try:
        canonical = _dump(found)
    except ValueError as error:
        raise FactsInvalid("a number is not finite") from error
    if canonical != raw:
        raise FactsInvalid("these bytes are not canonical")
    return found


def _plain(value: object, name: str) -> object:
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, float) and not isfinite(value):
        raise FactsInvalid(f"{name} is no finite number")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return [_plain(one, name) for one in value]
    raise FactsInvalid(f"{name} holds a {type(value).__name__}, which can't be written")


def _typed(hint: Any, value: object, name: str) -> Any:
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        return _either(get_args(hint), value, name)
    if origin is tuple:
        return _tuple(get_args(hint), value, name)
    if hint in {None, NoneType}:
        good: object = value is None
    elif hint in {timedelta, datetime}:
        return _instant(hint, value, name)
    elif hint is float:
        good = isinstance(value, int | float) and not isinstance(value, bool)
    elif hint is int:
        good = isinstance(value, int) and not isinstance(value, bool)
    else:
        good = hint in {bool, str} and isinstance(value, hint)
    if not good:
        raise FactsInvalid(f"{name} is not of its type")
    return value


def _instant(hint: type, value: object, name: str) -> timedelta | datetime:
    if not isinstance(value, str):
        raise FactsInvalid(f"{name} is not of its type")
    try:
        return duration(value) if hint is timedelta else instant(value)
    except (ValueError, OverflowError) as error:
        raise FactsInvalid(f"{name}: {error}") from error


def _either(hints: tuple[Any, ...], value: object, name: str) -> Any:
    for hint in hints:
        try:
            return _typed(hint, value, name)
        except FactsInvalid:
            continue
    raise FactsInvalid(f"{name} is not of its type")


def _tuple(hints: tuple[Any, ...], value: object, name: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise FactsInvalid(f"{name} is not of its type")
    if len(hints) == 2 and hints[1] is Ellipsis:  # noqa: PLR2004 - tuple[X, ...]
        return tuple(_typed(hints[0], one, name) for one in value)
    if len(hints) != len(value):
        raise FactsInvalid(f"{name} is not of its type")
    return tuple(_typed(hint, one, name) for hint, one in zip(hints, value, strict=True))
