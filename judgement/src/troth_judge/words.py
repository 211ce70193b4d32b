"""Filling in a sentence: numbers with their nouns, durations and instants written out, lists kept short.

Guarantees: a template is data; it can name parameters and the formats below, and reach nothing else.
Formats: `{n:deletion|deletions}` writes the number and the noun · `{n}` the bare value · `{late:count}` a list's
length · `{late:list}` its first five · `{slowest:duration}` "3 h 12 min" · `{at:instant}` "1 May 2026, 07:14 UTC".
"""

from collections.abc import Mapping
from string import Formatter
from typing import Any, Literal

from troth_judge.instants import duration, instant
from troth_judge.verdict import Param

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
LISTED = 5
_TWO_DAYS = 172_800
_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
}


def fill(template: str, params: Mapping[str, Param], language: Language) -> str:
    """Return the template with its parameters written out. A parameter that is missing reads `?`, never an error."""
    parts = []
    for text, name, spec, _ in Formatter().parse(template):
        parts.append(text)
        if name is not None:
            parts.append(written(params.get(name), spec or "", language))
    return "".join(parts)


def written(value: Param, spec: str, language: Language) -> str:
    """Return one value as people read it."""
    if value is None:
        return "?"
    if "|" in spec:
        return _counted(value, spec, language)
    if isinstance(value, tuple):
        return str(len(value)) if spec == "count" else _listed(value, language)
    timed = {"duration": duration_words, "instant": instant_words}.get(spec)
    if timed is None:
        return number(value, language)
    try:
        return timed(str(value), language)
    except ValueError:
        return str(value)


def number(value: Any, language: Language) -> str:
    """Return a number with its thousands apart; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    text = f"{value:,}"
    if language == "fr":
        return text.replace(",", "\u202f").replace(".", ",")
    return text


def duration_words(text: str, language: Language) -> str:
    """Return an ISO duration as its two largest units: "3 h 12 min", "29 h", "61 days"."""
    seconds = duration(text).total_seconds()
    if seconds < 0:
        return "−" + duration_words(text.removeprefix("-"), language)
    whole = round(seconds) if seconds >= 1 else 0
    if whole > _TWO_DAYS:
        days, hours = divmod(round(whole / 3600), 24)
        day = {"en": "days", "fr": "jours"}[language]
        return f"{days} {day} {hours} h" if hours and days < 7 else f"{days} {day}"  # noqa: PLR2004 - within a week
    if whole >= 3600:  # noqa: PLR2004 - an hour
        hours, minutes = divmod(whole // 60, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if whole >= 60:  # noqa: PLR2004 - a minute
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"  # noqa: PLR2004 - short ones
    return f"{whole} s" if whole or not seconds else f"{round(seconds * 1000)} ms"


def instant_words(text: str, language: Language) -> str:
    """Return an instant as its day and minute in UTC."""
    at = instant(text)
    day = "1er" if language == "fr" and at.day == 1 else str(at.day)
    return f"{day} {_MONTHS[language][at.month - 1]} {at.year}, {at:%H:%M} UTC"


def _counted(value: Param, spec: str, language: Language) -> str:
    amount = len(value) if isinstance(value, tuple) else value
    one, many = spec.split("|", 1)
    if not isinstance(amount, int | float):
        return str(amount)
    single = abs(amount) < 2 if language == "fr" else amount == 1  # noqa: PLR2004 - French counts 0 and 1 alike
    return f"{number(amount, language)} {one if single else many}"


def _listed(values: tuple[str, ...], language: Language) -> str:
    shown = ", ".join(values[:LISTED])
    more = len(values) - LISTED
    if more <= 0:
        return shown
    return f"{shown} and {more} more" if language == "en" else f"{shown} et {more} de plus"
