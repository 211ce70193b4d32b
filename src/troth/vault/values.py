"""The types of fields: how a value arrives, how it is stored, how it is compared.

A stored value is exactly what JSON answers show: text, whole numbers and booleans as themselves; decimals, dates and
timestamps as text in one canonical form each. An empty text is no value, in every format. Storing is idempotent:
a stored value parses to itself.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, get_args

from troth.policy.countries import COUNTRIES
from troth.vault import mails, phones
from troth.vault.errors import Unfit
from troth.vault.limits import REFERENCE_LENGTH
from troth.vault.text import folded, kept, visible

Type = Literal["text", "integer", "decimal", "boolean", "date", "timestamp", "email", "phone", "country", "reference"]
TYPES: tuple[Type, ...] = get_args(Type)
Stored = str | int | bool | None
"""Every value that a record can hold."""

Parser = Callable[[object], Stored]

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,19}\Z")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,28}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})\Z")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIMESTAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})\Z"
)
_TRUE: Final = frozenset({"true", "yes", "1", "t", "y"})
_FALSE: Final = frozenset({"false", "no", "0", "f", "n"})
_INT64: Final = 2**63


def _written(value: object) -> str:
    """What was written, for types that arrive as text only; numbers are taken at their word."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unfit("is not a text")
    return str(value)


def text(value: object) -> Stored:
    if isinstance(value, float):
        return kept(repr(value)) or None
    return kept(_written(value)) or None


def _whole(value: float | Decimal) -> int | None:
    # A signalling NaN can't even be asked whether it is finite.
    if isinstance(value, Decimal) and value.is_nan():
        return None
    return int(value) if math.isfinite(value) and -_INT64 <= value <= _INT64 and value % 1 == 0 else None


def integer(value: object) -> Stored:
    if isinstance(value, str):
        written = value.strip()
        if not written:
            return None
        if not _WHOLE.match(written):
            raise Unfit("is not a whole number")
        value = int(written)
    elif isinstance(value, float | Decimal):
        value = _whole(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit("is not a whole number")
    if not -_INT64 <= value < _INT64:
        raise Unfit("is outside the range of 64 bits")
    return value


def decimal(value: object) -> Stored:
    if isinstance(value, bool):
        raise Unfit("is not a number")
    # A float is taken by its shortest decimal form: 0.1 means 0.1, not its binary neighbour.
    if isinstance(value, int | float | Decimal):
        try:
            value = format(Decimal(repr(value) if isinstance(value, float) else value), "f")
        except (InvalidOperation, ValueError):
            raise Unfit("is not a number") from None
    if not isinstance(value, str):
        raise Unfit("is not a number")
    written = value.strip()
    if not written:
        return None
    if not _DECIMAL.match(written):
        raise Unfit("is not a number with a point as its decimal sign")
    whole, _, fraction = written.lstrip("+-").partition(".")
    number = (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return f"-{number}" if written.startswith("-") and number.strip("0.") else number


def boolean(value: object) -> Stored:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int) else "?"
    if not word:
        return None
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unfit("is neither yes nor no")


def day(value: object) -> Stored:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str):
        raise Unfit("is not a date")
    written = value.strip()
    if not written:
        return None
    try:
        if _DATE.match(written):
            return date.fromisoformat(written).isoformat()
    except ValueError:
        pass
    raise Unfit("is not a date like 2026-01-31")


def _instant(written: str) -> datetime:
    try:
        if _TIMESTAMP.match(written):
            return datetime.fromisoformat(written.upper())
    except ValueError:
        pass
    raise Unfit("is not an instant like 2026-01-31T12:00:00Z, with its offset")


def timestamp(value: object) -> Stored:
    if isinstance(value, str):
        written = value.strip()
        if not written:
            return None
        value = _instant(written)
    if not isinstance(value, datetime):
        raise Unfit("is not an instant")
    if value.tzinfo is None:
        raise Unfit("has no offset from UTC")
    try:
        # One width for all: text order is the order of time.
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    except OverflowError:
        raise Unfit("is out of range") from None


def email(value: object) -> Stored:
    written = _written(value)
    return mails.parse(written) if written.strip() else None


def country(value: object) -> Stored:
    written = _written(value).strip().upper()
    if not written:
        return None
    if written not in COUNTRIES:
        raise Unfit("is not a two-letter ISO 3166 country code")
    return written


def reference(value: object) -> Stored:
    written = visible(_written(value))
    if len(written) > REFERENCE_LENGTH:
        raise Unfit(f"is longer than {REFERENCE_LENGTH} characters")
    return written or None


def phone_in(region: str | None) -> Parser:
    """The parser of telephone numbers that read numbers without a country as this region's."""

    def phone(value: object) -> Stored:
        written = _written(value)
        return phones.parse(written, region) if written.strip() else None

    return phone


_PARSERS: Final[dict[Type, Parser]] = {
    "text": text,
    "integer": integer,
    "decimal": decimal,
    "boolean": boolean,
    "date": day,
    "timestamp": timestamp,
    "email": email,
    "country": country,
    "reference": reference,
}


def parser(type_: Type, region: str | None = None) -> Parser:
    """How a value of this type is read. None is no value of every type, and never reaches a parser."""
    return phone_in(region) if type_ == "phone" else _PARSERS[type_]


def matcher(kind: str) -> Callable[[str], str]:
    """What brings a stored identifier of this kind into the form that is compared: one for every spelling."""
    if kind == "email":
        return mails.matched
    return str if kind == "phone" else folded


def matched(kind: str, value: str) -> str:
    """What is compared when someone is looked up: the same for every spelling of one identifier."""
    return matcher(kind)(value)
