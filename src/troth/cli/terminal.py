"""How the command line speaks: results on standard output, everything else on standard error.

Guarantees: with `--json`, standard output is JSON and nothing else; colour appears on a terminal only and never carries
meaning alone (mark and word stand beside it); a table survives 80 columns and turns into a list where it can't.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 160
"""Columns of a table that goes into a pipe: nobody's screen limits it there."""


class Mark(StrEnum):
    """A state: its shape and its colour. A word always stands beside it."""

    DONE = "✓"
    WAITING = "◷"
    RUNNING = "▸"
    ATTENTION = "▲"
    BROKEN = "■"
    UNPROVEN = "◌"
    EXCEPTED = "⊟"
    DECLARED = "≡"


_COLOURS = {
    Mark.DONE: "green",
    Mark.WAITING: "blue",
    Mark.RUNNING: "blue",
    Mark.ATTENTION: "yellow",
    Mark.BROKEN: "red",
    Mark.UNPROVEN: "magenta",
    Mark.EXCEPTED: "cyan",
    Mark.DECLARED: "default",
}
_ASCII = {
    Mark.DONE: "+",
    Mark.WAITING: "~",
    Mark.RUNNING: ">",
    Mark.ATTENTION: "^",
    Mark.BROKEN: "#",
    Mark.UNPROVEN: "?",
    Mark.EXCEPTED: "-",
    Mark.DECLARED: "=",
}


def _console(stream: IO[str], *, stderr: bool) -> Console:
    terminal = stream.isatty()
    return Console(
        stderr=stderr,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        width=None if terminal else PIPE_WIDTH,
        color_system="auto" if terminal else None,
    )


@cache
def out() -> Console:
    """Standard output: the result that was asked for."""
    return _console(sys.stdout, stderr=False)


@cache
def notes() -> Console:
    """Standard error: what happens meanwhile, and what went wrong."""
    return _console(sys.stderr, stderr=True)


def marked(mark: Mark, word: str, console: Console | None = None) -> Text:
    """A state's mark and word, the mark drawn in ASCII where the terminal can't show it."""
    where = console or out()
    shape = _ASCII[mark] if where.options.ascii_only else str(mark)
    return Text.assemble((shape, _COLOURS[mark]), " ", word)


def note(text: str | Text, mark: Mark | None = None) -> None:
    """A sentence on standard error."""
    console = notes()
    if mark is None:
        console.print(text)
        return
    line = marked(mark, "", console)
    line.append_text(text if isinstance(text, Text) else Text(text))
    console.print(_hanging(line))


def _hanging(line: Text) -> Table:
    """A marked sentence whose second line starts under its first word, not under its mark."""
    grid = Table.grid(padding=0)
    grid.add_column(width=2, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(line[:1], line[2:])
    return grid


def say(text: str | Text, mark: Mark | None = None) -> None:
    """A sentence on standard output."""
    console = out()
    if mark is None:
        console.print(text)
        return
    line = marked(mark, "", console)
    line.append_text(text if isinstance(text, Text) else Text(text))
    console.print(_hanging(line))


def explain(sentence: str, next_step: str, code: str) -> None:
    """An error, as everywhere in Troth: the sentence, what to do next, and the code to look up."""
    note(sentence, Mark.BROKEN)
    if next_step:
        note(Text(f"  {next_step}"))
    note(Text(f"  {code}", style="dim"))


Cell = str | Text


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, empty: str, right: Iterable[str] = ()) -> None:
    """Rows under a hairline; without rows, the sentence that says what would be here."""
    console = out()
    lines = [list(row) for row in rows]
    if not lines:
        console.print(empty)
        return
    aligned = set(right)
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        whole = all(len(str(row[number])) <= _WHOLE and " " not in str(row[number]) for row in lines)
        drawn.add_column(
            column, justify="right" if column in aligned else "left", no_wrap=whole, overflow="fold", max_width=60
        )
    for row in lines:
        drawn.add_row(*row)
    unbounded = console.options.update(width=_UNBOUNDED)
    if Measurement.get(console, unbounded, drawn).minimum > console.width:
        _stacked(console, columns, lines)
    else:
        console.print(drawn)


_WHOLE = 36
"""A value without spaces up to this length (an id) is never broken: it is copied by double click."""


_UNBOUNDED = 10_000


def _stacked(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            console.print(Text(column, style="dim"))
            console.print(cell if isinstance(cell, Text) else Text(cell), overflow="fold")
        console.print()


def facts(pairs: Mapping[str, Cell | None]) -> None:
    """One thing, shown as label and value."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in pairs.items():
        if value is not None:
            grid.add_row(label, value if isinstance(value, Text) else Text(value))
    out().print(grid)


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    for kind, convert in _JSON:
        if isinstance(value, kind):
            return convert(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__name__)


_JSON: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (UUID | Path, str),
    (datetime, lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z")),
    (date, date.isoformat),
    (Decimal, str),
    (timedelta, timedelta.total_seconds),
    (Enum, lambda value: value.value),
    (set | frozenset, lambda value: sorted(value, key=str)),
    (bytes, bytes.hex),
)


def document(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def line(value: object) -> None:
    """One JSON value on a line of its own: for results too many to hold at once."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False) + "\n")


def when(instant: datetime | None) -> str:
    """An instant as UTC, to the second."""
    return "–" if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S Z")


def span(seconds: float) -> str:
    """A duration, as short as it can honestly be said."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def number(value: int) -> str:
    """A count with its thousands apart."""
    return f"{value:,}"
