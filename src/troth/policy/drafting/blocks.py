"""Lines become headings, paragraphs and list items, each with its position; wrapped lines become one again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item"]

_BULLET = re.compile(
    r"\s*(?:[-*+•●○▪■◦‣·–—][ \t]+|[-•●▪][ \t]*(?=\w)|o[ \t]+(?=[A-ZÀ-Ý])|\(?[a-zA-Z]\)[ \t]+|\(\d{1,3}\)[ \t]+)"
)
_ENUMERATED = re.compile(r"\s*(?:\d{1,3}\)|[ivx]{1,5}[.)]|[a-z]\.)[ \t]+", re.IGNORECASE)
_NUMBER = re.compile(
    r"\s*(?:(?:article|section|clause|annexe?|chapitre|chapter|"
    r"part(?:ie)?)\s+)?\d{1,3}(?:\.\d{1,3}){0,4}\.?[ \t:.–-]+(?=\S)",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"\s{0,3}#{1,6}\s+")
_RULE = re.compile(r"\s*(?:[-=_*~]\s*){3,}$")
_PAGE = re.compile(r"(?i)\s*(?:page\s+)?\d{1,4}(?:\s*(?:/|of|sur|de)\s*\d{1,4})?\s*$")
_ENDS = re.compile(r"[.!?;…][\s\"'”’»)\]]*$")
_TITLE_WORDS = 10
_TITLE_CHARACTERS = 90
_LABEL_WORDS = 6
_WRAPPED_SHARE = 0.6
"""A line ends where the margin made it end only if it fills so much of the usual width."""
_LOWER_JOINS = re.compile(r"\s*[a-zà-ÿ(,;]")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text without its marker: `text[start:end]`."""

    kind: BlockKind
    start: int
    end: int
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str


def blocks(text: str, *, joins: bool = True) -> list[Block]:
    """The blocks of a document, in order."""
    width = _width(text) if joins else 0
    found: list[Block] = []
    pending: list[_Line] = []
    for line in _lines(text):
        blank = not line.text.strip() or _RULE.match(line.text) or _PAGE.match(line.text)
        if blank:
            found += _close(pending, alone=True)
            pending = []
        elif pending and not _continues(pending, line, width):
            found += _close(pending, alone=False)
            pending = [line]
        else:
            pending.append(line)
    found += _close(pending, alone=True)
    return _titles(text, found)


def _lines(text: str) -> Iterator[_Line]:
    position = 0
    for raw in text.split("\n"):
        yield _Line(position, position + len(raw), raw)
        position += len(raw) + 1


def _width(text: str) -> int:
    """The width at which the lines were wrapped, or 0 for a text whose paragraphs are lines."""
    lengths = sorted(len(line.rstrip()) for line in text.split("\n") if line.strip())
    if not lengths:
        return 0
    usual = lengths[int(len(lengths) * 0.9)]
    return usual if usual <= 130 else 0  # noqa: PLR2004 - no page is set wider


def _marker(line: str) -> bool:
    return bool(_BULLET.match(line) or _ENUMERATED.match(line) or _NUMBER.match(line) or _MARKDOWN.match(line))


def _continues(pending: list[_Line], line: _Line, width: int) -> bool:
    """Whether the line belongs to the paragraph or item before it."""
    before = pending[-1].text
    if _MARKDOWN.match(before) or _BULLET.match(line.text) or _MARKDOWN.match(line.text):
        return False
    full = width and len(before.rstrip()) >= width * _WRAPPED_SHARE
    if _NUMBER.match(line.text) or _ENUMERATED.match(line.text):
        # "…within\n24 hours of it": a number continues a full line that ended in the middle of a sentence.
        return bool(full and not _ENDS.search(before) and not _looks_like_title(line.text))
    if _NUMBER.match(pending[0].text) and len(pending) == 1 and _looks_like_title(before):
        return False
    if _ENDS.search(before) or before.rstrip().endswith(":"):
        return bool(full) and not before.rstrip().endswith(":")
    return bool(full or _LOWER_JOINS.match(line.text) or len(before) >= _TITLE_CHARACTERS)


def _looks_like_title(line: str) -> bool:
    rest = _NUMBER.sub("", line, count=1).strip()
    words = rest.split()
    if (
        not words
        or len(words) > _TITLE_WORDS
        or len(rest) > _TITLE_CHARACTERS
        or _ENDS.search(rest)
        or rest.endswith((":", ","))
    ):
        return False
    return rest[:1].isupper() and not re.match(r"(?i)(?:hours?|days?|months?|years?|heures?|jours?|mois|ans?)\b", rest)


def _close(pending: list[_Line], *, alone: bool) -> list[Block]:
    """The block that these lines make; `alone`: a blank line, or the end, stands after it."""
    if not pending:
        return []
    first, end = pending[0], pending[-1].start + len(pending[-1].text.rstrip())
    for pattern in (_MARKDOWN, _BULLET, _ENUMERATED, _NUMBER):
        if match := pattern.match(first.text):
            start = first.start + match.end()
            if start >= end:
                return []
            if pattern is _MARKDOWN:
                return [Block("heading", start, end, numbered=True)]
            if pattern is _NUMBER:
                title = len(pending) == 1 and _looks_like_title(first.text)
                return [Block("heading" if title else "paragraph", start, end, numbered=True)]
            return [Block("item", start, end)]
    start = first.start + len(first.text) - len(first.text.lstrip())
    return [Block("paragraph", start, end)]


def _titles(text: str, found: list[Block]) -> list[Block]:
    """Short lines that end in no full stop and stand before something are its titles."""
    result = list(found)
    for index, block in enumerate(found[:-1]):
        words = text[block.start : block.end]
        after = found[index + 1]
        if (
            (
                block.kind == "paragraph"
                and "\n" not in words
                and len(words.split()) <= _TITLE_WORDS
                and len(words) <= _TITLE_CHARACTERS
                and not _ENDS.search(words)
                and not words.endswith((":", ","))
                and after.kind != "item"
            )
            or (block.kind == "paragraph" and words.endswith("?") and len(words.split()) <= _TITLE_WORDS)
        ) or (
            block.kind == "paragraph"
            and after.kind == "item"
            and "\n" not in words
            and len(words.split()) <= _LABEL_WORDS
            and not _ENDS.search(words)
            and not words.endswith((":", ","))
        ):
            result[index] = replace(block, kind="heading")
    return result
