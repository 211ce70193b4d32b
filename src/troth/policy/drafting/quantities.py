"""Durations, rhythms, counts and shares in a sentence, English or French: what is said, as a limit, and by which words.

`within 24 hours` is a span of at most `PT24H`; `tous les 60 jours` a rhythm of `P60D`; `12 characters minimum and less
than 20` a count from 12 to 19. Nothing is rounded, and a number that limits nothing ("ISO 27001", "section 4") is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Sort = Literal["span", "rhythm", "count"]
Side = Literal["at_least", "at_most", ""]


@dataclass(frozen=True, slots=True)
class Quantity:
    """`text[start:end]` says `value`: an ISO 8601 duration, or digits of what `unit` counts.

    `side` is what the words around it say of it, "" where they say nothing; `firm` where they leave no doubt ("never
    longer than", "au moins").
    """

    sort: Sort
    value: str
    side: Side
    start: int
    end: int
    unit: str = ""
    firm: bool = False


_WORDS = {
    "a couple of": 2, "a few": 2, "couple of": 2, "quelques": 2,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "twenty-four": 24, "forty-eight": 48,
    "seventy-two": 72, "forty-five": 45,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "quatorze": 14, "quinze": 15, "dix-huit": 18, "vingt": 20, "vingt-quatre": 24,
    "trente": 30,
    "quarante": 40, "quarante-huit": 48, "cinquante": 50, "soixante": 60, "soixante-douze": 72, "quatre-vingt-dix": 90,
}  # fmt: skip
_UNITS = {
    "second": "S", "seconde": "S", "sec": "S", "minute": "M", "min": "M", "hour": "H", "heure": "H", "hr": "H",
    "h": "H",
    "day": "D", "jour": "D", "night": "D", "nuit": "D", "week": "W", "semaine": "W", "month": "MO", "mois": "MO",
    "quarter": "Q", "trimestre": "Q", "semester": "SE", "semestre": "SE", "year": "Y", "an": "Y", "annee": "Y",
    "année": "Y",
}  # fmt: skip
_RHYTHMS = {
    "hourly": "PT1H", "horaire": "PT1H", "daily": "P1D", "nightly": "P1D", "quotidien": "P1D", "quotidienne": "P1D",
    "quotidiennement": "P1D", "journalier": "P1D", "journalière": "P1D", "weekly": "P7D", "hebdomadaire": "P7D",
    "monthly": "P1M", "mensuel": "P1M", "mensuelle": "P1M", "mensuellement": "P1M", "quarterly": "P3M",
    "trimestriel": "P3M", "trimestrielle": "P3M", "semiannual": "P6M", "semi-annual": "P6M", "biannual": "P6M",
    "semestriel": "P6M", "semestrielle": "P6M", "annual": "P1Y", "annually": "P1Y", "yearly": "P1Y", "annuel": "P1Y",
    "annuelle": "P1Y", "annuellement": "P1Y", "fortnightly": "P14D",
}  # fmt: skip

_COUNTED = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_NUMBER = rf"(?P<number>\d{{1,3}}(?:[ \u00a0\u202f,]\d{{3}})+|\d{{1,6}}|(?:{_COUNTED}))(?:\s*\(\s*[\w-]{{1,16}}\s*\))?"
_TIMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_KIND = (
    r"(?:\s*(?:calendar|business|working|last|past|previous|next|derniers?|dernières?|consecutive|full|calendaires?|"
    r"ouvrés|ouvrables|consécutifs))?"
)
_SPAN = re.compile(rf"(?i)(?<![\w./-]){_NUMBER}[\s\u00a0-]*{_KIND}[\s\u00a0-]*(?P<unit>{_TIMES})s?(?:['’]s?)?(?![\w/])")
_EVERY = re.compile(
    rf"(?i)\b(?:(?:at least\s+)?(?:once\s+)?(?:every|each)|(?:once|one time)\s+(?:a|an|per|every|each)|"
    rf"(?:at least\s+)?once\s+per|"
    rf"(?:au moins\s+)?(?:tous les|toutes les|chaque|une fois (?:par|tous les|toutes les)))\s+"
    rf"(?:(?:{_NUMBER})[\s\u00a0-]*{_KIND}[\s\u00a0-]*)?(?P<unit>{_TIMES})s?\b"
)
_PER = re.compile(
    rf"(?i)\b(?P<number>\d{{1,3}}|{_COUNTED}|twice)\s*(?:(?:times?|fois)?\s+(?:a|an|each|every|per|par)|"
    rf"\s+(?:[a-zà-ÿ-]+\s+){{1,3}}?(?:per|par))\s+(?P<unit>{_TIMES})s?\b"
)
_RHYTHM = re.compile(rf"(?i)\b(?P<word>{'|'.join(sorted(map(re.escape, _RHYTHMS), key=len, reverse=True))})s?\b")
_AROUND = re.compile(
    r"(?i)\b(?P<hours>24)\s*(?:/|h\s*/\s*|x)\s*(?P<days>7)\b|\b7\s*j(?:ours)?\s*/\s*7\b|\baround the clock\b"
)
_SHARE = re.compile(r"(?P<number>\d{1,3})(?:[.,]\d+)?[\s\u00a0\u202f]*(?:%|per ?cent\b|pour ?cent\b)", re.IGNORECASE)
_COUNT = re.compile(
    rf"(?i)(?<![\w./-]){_NUMBER}(?![\w%/.,]*\d)[\s\u00a0]+(?P<what>(?:[a-zà-ÿ-]+[\s\u00a0]+){{0,2}}[a-zà-ÿ-]{{3,}})"
)
_SEVERAL = re.compile(
    r"(?i)\b(?:multiple|several|plusieurs|different|various|separate|geographically \w+|another|a second|"
    r"an additional|"
    r"(?:un|une) (?:second|seconde|autre|deuxième)|redundant|distinct)\s+(?:[a-zà-ÿ-]+\s+){0,2}[a-zà-ÿ-]{3,}|"
    r"\b(?:un|une|des|en) [a-zà-ÿ-]{3,}(?: \w+)? (?:séparée?s?|distincte?s?|différente?s?)\b"
)
_BARE = re.compile(r"(?i)\b(?:less|fewer|more) than\s+(?P<number>\d{1,6})\b|\bmoins de\s+(?P<other>\d{1,6})\b")

_MOST = (
    r"within|no later than|not later than|at most|no more than|not more than|never more than|not exceed\w*|"
    r"up to|maximum(?: of)?|max\.?|at the latest|"
    r"in (?:less|under) than|in under|before|inside of|"
    r"sous|dans (?:les|un délai de|un delai de)|d['’]ici|au plus tard|au plus|au maximum|maximum(?: de)?|jusqu['’]à|"
    r"un délai (?:maximal |maximum )?de|délai de|en moins de|n['’]excéd\w+(?: pas)?|ne dépass\w+(?: pas)?|pas plus de"
)
_LEAST = (
    r"at least|no less than|not less than|minimum(?: of)?|min\.?|or more|au moins|au minimum|minimum(?: de)?|"
    r"pas moins de"
)
_LESS = r"less than|fewer than|under|below|shorter than|strictement moins de|moins de|inférieure? à"
_MORE = r"more than|over|longer than|plus de|supérieure? à"
_LASTS = r"for|during|over|pendant|durant|durée de|conservée?s? (?:pendant)?|kept(?: for)?|retained(?: for)?"
_BEFORE = re.compile(
    rf"(?i)\b(?:(?P<none>no repetition\b.{{0,60}}\bmore than|pas plus de)|(?P<most>{_MOST})|(?P<least>{_LEAST})|"
    rf"(?P<less>{_LESS})|(?P<more>{_MORE})|"
    rf"(?P<lasts>{_LASTS}))\s+(?:a |an |the |the first |les |un |une |of |de |only |about )?$"
)
_AFTER = re.compile(
    r"(?i)^[\s\u00a0]*(?:(?P<kind>[a-zà-ÿ-]+[\s\u00a0]+){0,1})?(?:(?P<least>minimum|min\.?|or more|or longer|"
    r"at least|au moins|au minimum|ou plus)|"
    r"(?P<most>maximum|max\.?|or less|or fewer|at most|at the latest|au plus(?: tard)?|au maximum|ou moins))\b"
)
_FIRM = re.compile(
    r"(?i)\b(?:at least|at most|at the latest|minimum|maximum|not exceed\w*|"
    r"(?:no|not|never|without) (?:less|more|longer|later|fewer)|"
    r"au moins|au plus(?: tard)?|au minimum|au maximum|pas (?:moins|plus)|exc[eé]d\w+|d[eé]pass\w+)\b"
)
_RANGE = re.compile(
    rf"(?i)(?:\b(?:between|from|entre|de|for|pendant)\s+)?\b(?P<low>\d{{1,3}}|{_COUNTED})\s*(?:and|to|et|à|-|–)\s*"
    rf"(?P<high>\d{{1,3}}|{_COUNTED})\s+(?P<unit>{_TIMES})s?\b"
)
_TIER = re.compile(
    r"(?i)^\s*(?:(?:backup|cop(?:y|ie)|snapshot|archive|sauvegarde|instantané)s?)\b[^.;,]*|"
    r"^\s*(?:ones|(?:for|pendant|during)\b)[^.;,]*"
)
_KEEPS = re.compile(r"(?i)\b(?:kept|keep|keeps|retain\w*|held|hold|stored|conserv\w+|gard[eé]\w*|détenu\w*)\b")
_NEVER = re.compile(r"(?i)\b(?:no|not|never|without|sans|aucune?|jamais|pas)\b[^.;]{0,80}$")


def quantities(text: str) -> list[Quantity]:
    """Every quantity of a text, in order; none overlaps another."""
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []
    for reader in (_around, _rhythms, _ranges, _spans, _shares, _counts, _several):
        free = [each for each in reader(text) if not any(each.start < end and start < each.end for start, end in taken)]
        found += free
        taken += [(each.start, each.end) for each in free]
    return sorted(found, key=lambda each: (each.start, each.sort, each.unit))


def number(words: str) -> int | None:
    """The whole number that digits or words say; None for no number."""
    small = words.lower().strip()
    if small in _WORDS:
        return _WORDS[small]
    digits = re.sub(r"[ \u00a0\u202f,]", "", small)
    return int(digits) if digits.isdecimal() and digits.isascii() else None


def duration(amount: int, unit: str) -> str:
    """The ISO 8601 duration of so many of a unit, as the text counts it: months stay months. "" if it is nothing."""
    if not 0 < amount <= 99_999:  # noqa: PLR2004 - what `troth.policy.durations` reads
        return ""
    kind = _UNITS[unit]
    if kind == "H" and amount % 24 == 0:
        return f"P{amount // 24}D"
    if kind in {"S", "M", "H"}:
        return f"PT{amount}{kind}"
    amount, kind = {"W": (amount * 7, "D"), "MO": (amount, "M"), "Q": (amount * 3, "M"), "SE": (amount * 6, "M")}.get(
        kind, (amount, kind)
    )
    return f"P{amount}{kind}"


def _around(text: str) -> Iterator[Quantity]:
    for match in _AROUND.finditer(text):
        yield Quantity("count", "24", "at_least", match.start(), match.end(), "hours")
        yield Quantity("count", "7", "at_least", match.start(), match.end(), "days")


def _rhythms(text: str) -> Iterator[Quantity]:
    taken = []
    for match in _EVERY.finditer(text):
        value = duration(number(match["number"] or "1") or 0, _unit(match["unit"]))
        if value:
            taken.append(match.span())
            yield Quantity("rhythm", value, "at_most", *match.span())
    for match in _PER.finditer(text):
        many = 2 if match["number"].lower() == "twice" else number(match["number"]) or 0
        value = _part(many, _unit(match["unit"]))
        if value and not any(start < match.end() and match.start() < end for start, end in taken):
            yield Quantity("rhythm", value, "at_most", *match.span())
    for match in _RHYTHM.finditer(text):
        if _is_tier(text, match):
            continue
        yield Quantity("rhythm", _RHYTHMS[match["word"].lower()], "at_most", *match.span())


def _is_tier(text: str, match: re.Match[str]) -> bool:
    """ "Weekly backups are kept for two months" names a kind of backup: how long it is kept, not how often."""
    begin = max(text.rfind(sign, 0, match.start()) for sign in ".;") + 1
    end = min((at for sign in ".;" if (at := text.find(sign, match.end())) >= 0), default=len(text))
    around = text[begin:end]
    before = re.search(r"(?i)\b(?:sauvegarde|copie|instantané|archive)s?\s+$", text[begin : match.start()])
    named = before is not None or _TIER.match(text[match.end() : end]) is not None
    return named and _KEEPS.search(around) is not None and _SPAN.search(around) is not None


def _part(many: int, unit: str) -> str:
    """The time between two of `many` in one unit, where it is a whole number of a smaller one."""
    smaller = {"Y": ("MO", 12, "month"), "D": ("H", 24, "hour"), "W": ("D", 7, "day"), "MO": ("D", 30, "day")}
    if many == 1:
        return duration(1, unit)
    if many < 1 or _UNITS[unit] not in smaller:
        return ""
    _, whole, name = smaller[_UNITS[unit]]
    return duration(whole // many, name) if whole % many == 0 else ""


def _unit(word: str) -> str:
    small = word.lower()
    return small if small in _UNITS else small.removesuffix("s")


def _ranges(text: str) -> Iterator[Quantity]:
    """ "Between 12 and 24 months": both bounds."""
    for match in _RANGE.finditer(text):
        unit = _unit(match["unit"])
        low, high = number(match["low"]) or 0, number(match["high"]) or 0
        if 0 < low < high and duration(low, unit) and duration(high, unit):
            yield Quantity("span", duration(low, unit), "at_least", *match.span(), firm=True)
            yield Quantity("span", duration(high, unit), "at_most", *match.span(), firm=True)


def _spans(text: str) -> Iterator[Quantity]:
    for match in _SPAN.finditer(text):
        value = duration(number(match["number"]) or 0, _unit(match["unit"]))
        if value:
            side, start = _side(text, match.start(), match.end())
            firm = side != "" and _FIRM.search(_said(text, start, match.end())) is not None
            yield Quantity("span", value, side, start, match.end(), firm=firm)


def _shares(text: str) -> Iterator[Quantity]:
    for match in _SHARE.finditer(text):
        side, start = _side(text, match.start(), match.end())
        yield Quantity("count", match["number"], side, start, match.end(), "%")


def _several(text: str) -> Iterator[Quantity]:
    """What is more than one is at least two: "multiple locations", "un autre fournisseur"."""
    for match in _SEVERAL.finditer(text):
        yield Quantity("count", "2", "at_least", match.start(), match.end(), match.group())


def _counts(text: str) -> Iterator[Quantity]:
    for match in _COUNT.finditer(text):
        amount = number(match["number"])
        what = match["what"].strip()
        if amount is None or any(word.lower().removesuffix("s") in _UNITS for word in what.split()[:2]):
            continue
        if (amount == 1 and not match["number"].isdecimal()) or _is_name(text, match.start()):
            continue
        low, high, start, end = _bounds(text, match, amount)
        if low is not None:
            yield Quantity("count", str(low), "at_least", start, end, what)
        if high is not None:
            yield Quantity("count", str(high), "at_most", start, end, what)
        if low is None and high is None:
            yield Quantity("count", str(amount), "", start, end, what)


def _bounds(text: str, match: re.Match[str], amount: int) -> tuple[int | None, int | None, int, int]:
    """Both bounds that the words set around one number: "12 characters minimum and less than 20"; "8 à 64 signes"."""
    begin, end = match.start(), match.start("what") + len(match["what"].split()[0])
    side, start = _side(text, begin, end)
    value = _exact(text, begin, amount)
    low = value if side == "at_least" else None
    high = value if side == "at_most" else None
    after = re.compile(r"(?i)^[^.;]{0,40}?\b(?:and|but|et|mais|,)\s+").match(text[end : end + 60])
    if after is not None and low is not None and (other := _BARE.match(text, end + after.end())):
        high = int(other["number"] or other["other"]) - (not other.group().lower().startswith("more"))
        end = other.end()
    before = re.compile(r"(?i)(?:between\s+|from\s+|entre\s+|de\s+)?(\d{1,6})\s*(?:to|and|-|–|à|et)\s*$").search(
        text[:begin]
    )
    if before is not None and side == "" and int(before[1]) <= amount:
        return int(before[1]), amount, before.start(), end
    return low, high, start, end


def _exact(text: str, begin: int, amount: int) -> int:
    """ "Less than 20" is at most 19, and "more than 8" at least 9."""
    match = _BEFORE.search(text[max(0, begin - 40) : begin])
    if match is None or match["most"] or match["least"] or match["none"]:
        return amount
    return amount - 1 if match["less"] else amount + 1 if match["more"] else amount


def _side(text: str, begin: int, end: int) -> tuple[Side, int]:
    """What the words before and after a number make of it, and where they begin."""
    window = max(0, begin - 90)
    if match := _BEFORE.search(text[window:begin]):
        start = window + match.start()
        if match["none"] or match["most"] or match["less"]:
            return "at_most", start
        if match["more"]:
            return ("at_most" if _NEVER.search(text[window:start]) else "at_least"), start
        return "at_least", start
    if (match := _AFTER.match(text[end : end + 30])) is not None:
        return ("at_least" if match["least"] else "at_most"), begin
    return "", begin


def _said(text: str, start: int, end: int) -> str:
    """The words that set the side of a value, with the negation before them and what comes right after."""
    before = re.search(r"(?i)\b(?:no|not|never|pas|jamais|ne|n['’])\b[^.;,]{0,40}$", text[max(0, start - 50) : start])
    after = _AFTER.match(text[end : end + 30])
    negated = "never " if before else ""
    return negated + text[start:end] + " " + (after.group() if after else "")


def _is_name(text: str, start: int) -> bool:
    """A number that belongs to a name or a reference: "ISO 27001 certification", "SOC 2 report", "Article 28"."""
    return bool(
        re.search(
            r"(?:[A-Z]{2,}|(?i:iso(?:/iec)?|soc|type|section|article|art\.?|tier|version|page|level|clause|n°|"
            r"\bq))[\s\u00a0-]*$",
            text[max(0, start - 14) : start],
        )
    )
