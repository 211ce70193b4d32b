"""Durations and instants as texts, and back: ISO 8601 durations, RFC 3339 instants in UTC.

Guarantees: what is written is read back equal, to the microsecond; nothing else than what is written here is read.
"""

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{6}))?S)?)?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z")


def duration_text(value: timedelta) -> str:
    """Return a duration as `P1DT2H3M4.000005S`; nothing at all is `PT0S`."""
    sign, span = ("-", -value) if value < timedelta(0) else ("", value)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M")) if number)
    if seconds or span.microseconds:
        text += f"{seconds}.{span.microseconds:06d}S" if span.microseconds else f"{seconds}S"
    days = f"{span.days}D" if span.days else ""
    return f"{sign}P{days}T{text}" if text else f"{sign}P{days}" if days else "PT0S"


def duration(text: str) -> timedelta:
    """Return the duration that `duration_text` wrote.

    Raises:
        ValueError: it is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        raise ValueError(f"no ISO 8601 duration of days, hours, minutes and seconds: {text[:40]!r}")
    sign, days, hours, minutes, seconds, micro = found.groups()
    numbers = [int(number or 0) for number in (days, hours, minutes, seconds, micro)]
    value = timedelta(
        days=numbers[0], hours=numbers[1], minutes=numbers[2], seconds=numbers[3], microseconds=numbers[4]
    )
    return -value if sign else value


def instant_text(value: datetime) -> str:
    """Return an aware instant as `2026-11-22T07:14:00Z`.

    Raises:
        ValueError: it has no zone.
    """
    if value.tzinfo is None:
        raise ValueError("an instant without a zone is no instant")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """Return the instant that `instant_text` wrote.

    Raises:
        ValueError: it is none.
    """
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"no RFC 3339 instant in UTC: {text[:40]!r}")
    return datetime.fromisoformat(text)
