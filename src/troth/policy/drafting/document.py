"""A policy's text as it was read, in which every position is counted."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

Kind = Literal["txt", "md", "pdf", "docx"]
Language = Literal["en", "fr"]

MAX_FILE = 20_000_000
"""Bytes of a file. The longest published policies with all their annexes stay below a tenth of it."""
MAX_TEXT = 1_000_000
"""Characters of text: some 400 printed pages."""


@dataclass(frozen=True, slots=True)
class Document:
    """Text, and where its pages begin; `text[start:end]` is what every position in a draft points into."""

    text: str
    kind: Kind
    sha256: str
    pages: tuple[int, ...] = ()
    encoding: str = "utf-8"

    def page(self, position: int) -> int | None:
        """The page (from 1) on which a character stands; None where the format has no pages."""
        return bisect_right(self.pages, position) if self.pages else None
