"""ISO 8601 durations as policies write them, read so that keeping the fixed length keeps the calendar's too.

A month or a year has no fixed length. A limit (`at_most`) therefore reads `P6M` as the shortest six months that the
calendar holds, a minimum (`at_least`) as the longest: 181 and 184 days. Whoever keeps those days keeps the promise on
whatever date it began. Source of the notation: ISO 8601-1:2019, 5.5.2.
"""

import re
from datetime import timedelta
from typing import Final, Literal

Side = Literal["at_least", "at_most"]

LONGEST: Final = timedelta(days=36_525)
"""A century: beyond it a policy has mistyped."""

_ISO = re.compile(
    r"P(?:(?P<weeks>[0-9]{1,5})W|(?:(?P<years>[0-9]{1,5})Y)?(?:(?P<months>[0-9]{1,5})M)?(?:(?P<days>[0-9]{1,5})D)?"
    r"(?P<time>T(?:(?P<hours>[0-9]{1,7})H)?(?:(?P<minutes>[0-9]{1,8})M)?(?:(?P<seconds>[0-9]{1,10})S)?)?)"
)
_CYCLE = 4_800
"""Months in the four hundred years after which the Gregorian calendar repeats."""


def parse(text: str, side: Side) -> timedelta:
    """The fixed length that keeps this duration on whatever date it begins. Raises ValueError with the reason."""
    found = _ISO.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        raise ValueError("a duration is written like P1D, PT12H, P6M or P1Y")
    number = {name: int(given or 0) for name, given in found.groupdict().items() if name != "time"}
    months = number["years"] * 12 + number["months"]
    if months > _CYCLE:
        raise ValueError("it is longer than a century")
    shortest, longest = _lengths(months)
    length = timedelta(
        days=(shortest if side == "at_most" else longest) + number["weeks"] * 7 + number["days"],
        hours=number["hours"],
        minutes=number["minutes"],
        seconds=number["seconds"],
    )
    if length <= timedelta(0):
        raise ValueError("it must be longer than nothing")
    if length > LONGEST:
        raise ValueError("it is longer than a century")
    return length


def iso(length: timedelta) -> str:
    """The length in days, hours, minutes and seconds: `parse` reads it back whichever side it stands on."""
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    time = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if value)
    days = f"{length.days}D" if length.days or not time else ""
    return f"P{days}" + (f"T{time}" if time else "")


def _lengths(months: int) -> tuple[int, int]:
    """Days in the shortest and the longest run of so many months anywhere in the calendar."""
    if months == 0:
        return 0, 0
    if months not in _known:
        runs = [_STARTS[begin + months] - _STARTS[begin] for begin in range(_CYCLE)]
        _known[months] = (min(runs), max(runs))
    return _known[months]


def _starts() -> tuple[int, ...]:
    days, starts = 0, [0]
    for month in range(2 * _CYCLE):
        year, place = divmod(month, 12)
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        days += (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[place]
        starts.append(days)
    return tuple(starts)


_STARTS: Final = _starts()
_known: dict[int, tuple[int, int]] = {}
