"""How the demonstration tells its story: numbered acts, what was seen in each, how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from troth.cli.terminal import Mark, marked, notes, out, span
from troth.kernel.errors import TrothError

WIDTH = 80


class ClaimFailed(TrothError):
    """Something that the demonstration is here to show did not hold."""

    code = "demo.claim_failed"
    status = 500
    sentence = "This did not hold: {claim}."
    next_step = "This is a fault of Troth: the demonstration stops here and reports failure."


@dataclass(slots=True)
class Row:
    """One line of the last table."""

    what: str
    seen: str
    seconds: float


@dataclass(slots=True)
class Narrator:
    """Prints the acts and keeps the rows of the last table."""

    rows: list[Row] = field(default_factory=list)
    held: int = 0
    acts: int = 0

    @property
    def width(self) -> int:
        return min(out().width, WIDTH)

    @contextmanager
    def act(self, title: str) -> Iterator[None]:
        """One act; its duration stands at the right end of its last line."""
        self.acts += 1
        out().print()
        out().print(Text.assemble((f"{self.acts}  ", "dim"), (title, "bold")))
        yield

    def tell(self, text: str) -> None:
        """A quiet sentence."""
        grid = Table.grid(padding=0)
        grid.add_column(width=3)
        grid.add_column(overflow="fold", style="dim")
        grid.add_row("", text)
        out().print(grid, width=self.width)

    def claim(self, holds: bool, sentence: str, seconds: float | None = None) -> None:
        """A sentence that must be true; the demonstration ends where it is not."""
        if not holds:
            raise ClaimFailed(claim=sentence)
        self.held += 1
        grid = Table.grid(padding=0, expand=True)
        grid.add_column(width=3)
        grid.add_column(width=2)
        grid.add_column(overflow="fold", ratio=1)
        grid.add_column(justify="right", style="dim", no_wrap=True)
        grid.add_row("", marked(Mark.DONE, ""), sentence, f"  {span(seconds)}" if seconds is not None else "")
        out().print(grid, width=self.width)

    def keep(self, what: str, seen: str, seconds: float) -> None:
        """A row of the last table."""
        self.rows.append(Row(what, seen, seconds))

    def heading(self, title: str) -> None:
        """What stands above a table."""
        out().print()
        out().print(Rule(title, align="left", style="dim", characters="─"), width=self.width)

    def table(self, title: str) -> None:
        """What happened, in one table."""
        self.heading(title)
        grid = Table.grid(padding=(0, 2), expand=True)
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold", ratio=1, style="dim")
        grid.add_column(justify="right", no_wrap=True)
        for row in self.rows:
            grid.add_row(row.what, row.seen, span(row.seconds))
        out().print(grid, width=self.width)

    def pairs(self, title: str, pairs: dict[str, str]) -> None:
        """Paths and addresses, never broken in the middle of a line so that they can be copied."""
        self.heading(title)
        label = max(len(name) for name in pairs)
        for name, value in pairs.items():
            if label + 2 + len(value) <= self.width:
                out().print(Text.assemble((f"{name:<{label}}  ", "dim"), value))
            else:
                out().print(Text(name, style="dim"))
                out().print(Text(f"  {value}"), soft_wrap=True)


@contextmanager
def timed() -> Iterator["Watch"]:
    """Measure what happens inside."""
    watch = Watch(time.monotonic())
    yield watch
    watch.seconds = time.monotonic() - watch.began


@dataclass(slots=True)
class Watch:
    """A stop watch; `seconds` is set at the end."""

    began: float
    seconds: float = 0.0


def waiting(text: str) -> None:
    """Said where something takes a moment, on standard error."""
    if notes().is_terminal:
        notes().print(Text(f"   {text} …", style="dim"))
