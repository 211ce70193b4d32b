"""Where sentences end, in English and French, without being taken in by abbreviations, decimals and addresses."""

import re

_STOP = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*|;)(?=\s|$)")
_ABBREVIATION = re.compile(
    r"(?i)(?:^|[\s(\"'«“-])(?:e\.g|i\.e|etc|inc|ltd|corp|co|no|nos|n°|art|arts|al|cf|vs|dr|mr|mrs|ms|m|mm|mme|mlle|me|st|ste|"
    r"p\.ex|p\. ex|env|max|min|approx|vol|p|pp|ch|chap|par|sec|sect|fig|tel|tél|réf|ref|"
    r"jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|janv|févr|avr|juil|déc|[a-z]|(?:[a-z]\.)+[a-z])\.$"
)
_LINK = re.compile(r"(?:and|or|et|ou|and/or|et/ou)[,;.]?")
"""What is left of a list's last "; and"."""
_OPENS = re.compile(r"\s+[\"'“«(\[]*\s?[A-ZÀ-ÝŒ0-9\"“«\[(*_]")


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of `text[start:end]`, as positions in `text`, without the white space around them."""
    found: list[tuple[int, int]] = []
    begin = start
    for match in _STOP.finditer(text, start, end):
        if _is_end(text, begin, match, end):
            found.append((begin, match.end()))
            begin = match.end()
    found.append((begin, end))
    return [
        trimmed for each in found if (trimmed := _trim(text, *each)) is not None and not _LINK.fullmatch(text, *trimmed)
    ]


def _is_end(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    rest = text[match.end() : min(end, match.end() + 12)]
    if not rest.strip():
        return True
    if match.group().startswith(";"):
        return True
    if not _OPENS.match(rest):
        return False
    before = text[max(begin, match.start() - 12) : match.start() + 1]
    if match.group().startswith((".",)) and not match.group().startswith("...") and _ABBREVIATION.search(before):
        # "etc." and "Inc." do end a sentence when a new one opens with a word that only opens sentences.
        if re.search(r"(?:[A-Za-z]\.){2,}$", before):  # "U.S. Department"
            return False
        return bool(re.match(r"\s+(?:The|We|Our|All|This|These|It|Le|La|Les|Nous|Nos|Ce|Cette|Il|Elle)\b", rest))
    return True


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if any(sign.isalnum() for sign in text[start:end]) else None
