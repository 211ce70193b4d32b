"""A YAML text as plain nodes that know their line and column: the small, safe part of YAML that a pack needs.

Guarantees: no anchor, alias, tag, directive or second document is taken, so nothing is built, repeated or executed;
size, depth and number of nodes are bounded; every scalar is text (`NO` is Norway, `1.10` keeps its nought); a
character that can't be seen or that turns the direction of the text is refused where it stands.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from troth.policy.errors import Fault, PackInvalid

LARGEST: Final = 1_048_576
DEEPEST: Final = 12
MOST_NODES: Final = 50_000

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAB: Final = "a tab has no place in a pack: indent with spaces"
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of the text; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A scalar, in NFC."""

    value: str


@dataclass(frozen=True, slots=True)
class List(Node):
    """A sequence."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Record(Node):
    """A mapping: keys are unique texts, in the order written."""

    entries: tuple[tuple[Text, Node], ...]


def read(source: bytes | str) -> Node:
    """The one document of a text. Raises PackInvalid."""
    text = _decoded(source)
    _refuse_invisible(text)
    try:
        events = _Events(yaml.parse(text, Loader=_LOADER))
        events.skip(yaml.StreamStartEvent)
        if isinstance(events.look(), yaml.StreamEndEvent):
            raise _invalid(1, 1, "the file is empty")
        start = events.skip(yaml.DocumentStartEvent)
        if start.version or start.tags:
            raise _at(start, "a directive (%) has no place in a pack")
        document = _node(events, 1)
        events.skip(yaml.DocumentEndEvent)
        if not isinstance(events.look(), yaml.StreamEndEvent):
            raise _at(events.look(), "a pack is one document: remove what follows it")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _invalid(line, column, f"this is no YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise _invalid(1, 1, "this is no YAML") from error
    return document


class _Events:
    """The parser's events, one looked at ahead, and counted."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._next = next(events)
        self._left = MOST_NODES

    def look(self) -> Any:
        return self._next

    def take(self) -> Any:
        taken = self._next
        self._left -= 1
        if self._left < 0:
            raise _at(taken, f"it has more than {MOST_NODES} pieces")
        if not isinstance(taken, yaml.StreamEndEvent):
            self._next = next(self._events)
        return taken

    def skip(self, kind: type[Any]) -> Any:
        taken = self.take()
        if not isinstance(taken, kind):
            raise _at(taken, "a pack is one document: remove what follows it")
        return taken


def _node(events: _Events, depth: int) -> Node:
    event = events.take()
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise _at(event, "anchors (&) and aliases (*) have no place in a pack: write it out, or put it in quotes")
    if getattr(event, "tag", None) is not None:
        raise _at(event, "a tag (!) has no place in a pack: put the text in quotes")
    if depth > DEEPEST:
        raise _at(event, f"it is nested deeper than {DEEPEST} levels")
    if isinstance(event, yaml.ScalarEvent):
        return Text(line, column, unicodedata.normalize("NFC", event.value))
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(events.look(), yaml.SequenceEndEvent):
            items.append(_node(events, depth + 1))
        events.take()
        return List(line, column, tuple(items))
    return Record(line, column, _entries(events, depth))


def _entries(events: _Events, depth: int) -> tuple[tuple[Text, Node], ...]:
    entries: dict[str, tuple[Text, Node]] = {}
    while not isinstance(events.look(), yaml.MappingEndEvent):
        key = _node(events, depth + 1)
        if not isinstance(key, Text):
            raise _invalid(key.line, key.column, "the name of a field is a plain word")
        if key.value in entries:
            first = entries[key.value][0].line
            raise _invalid(key.line, key.column, f"“{shown(key.value)}” stands here twice (first on line {first})")
        entries[key.value] = (key, _node(events, depth + 1))
    events.take()
    return tuple(entries.values())


def _decoded(source: bytes | str) -> str:
    if len(source) > LARGEST:
        raise _invalid(1, 1, f"the file is larger than {LARGEST // 1024} KiB")
    if isinstance(source, str):
        text = source
    else:
        try:
            text = source.decode("utf-8")
        except UnicodeDecodeError as error:
            before = source[: error.start]
            column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
            raise _invalid(before.count(b"\n") + 1, column, "this is no UTF-8; save the file as UTF-8") from error
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _refuse_invisible(text: str) -> None:
    """Refuse what a reader would not see: a word that reads one way and is another must not become a promise."""
    faults = [
        Fault(
            line,
            column,
            _TAB if character == "\t" else f"the character U+{ord(character):04X} can't be seen; remove it",
        )
        for line, content in enumerate(text.split("\n"), 1)
        if not content.isascii() or not content.isprintable()
        for column, character in enumerate(content, 1)
        if unicodedata.category(character) in _INVISIBLE
    ]
    if faults:
        raise PackInvalid(faults[:20])


def text_of(source: Path | str | bytes) -> str | bytes:
    """The text itself: a file is read to one byte more than is taken, so that a huge one is never read whole."""
    if not isinstance(source, Path):
        return source
    with source.open("rb") as file:
        return file.read(LARGEST + 1)


def shown(text: str, at_most: int = 60) -> str:
    """A piece of somebody's text as an error may show it: short, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= at_most else line[: at_most - 1] + "…"


def _invalid(line: int, column: int, why: str) -> PackInvalid:
    return PackInvalid([Fault(line, column, why)])


def _at(event: Any, why: str) -> PackInvalid:
    return _invalid(event.start_mark.line + 1, event.start_mark.column + 1, why)
