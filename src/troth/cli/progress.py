"""Progress on standard error: a bar with rate and time left on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.text import Text

from troth.cli.terminal import notes, number, span

EVERY = 5.0
"""Seconds between two lines where there is no terminal to draw a bar on."""


class Advance(Protocol):
    """Called with how many are done, and which part of the whole that is where it is known (0 to 1)."""

    def __call__(self, done: int, part: float | None = None) -> None: ...


@dataclass(slots=True)
class _Pace:
    """What is said beside the bar."""

    title: str
    unit: str
    began: float
    done: int = 0
    part: float | None = None

    def words(self) -> str:
        """Count, rate and time left."""
        passed = time.monotonic() - self.began
        if not self.done or passed <= 0:
            return ""
        said = [f"{number(self.done)} {self.unit}", f"{self.done / passed:,.0f} {self.unit}/s"]
        if self.part and self.part < 1:
            said.append(f"{span(passed / self.part - passed)} left")
        return " · ".join(said)


@contextmanager
def counting(title: str, unit: str) -> Iterator[Advance]:
    """Show how far something is while the block runs."""
    pace = _Pace(title, unit, time.monotonic())
    if notes().is_terminal:
        with _bar(pace) as advance:
            yield advance
    else:
        yield _lines(pace)


@contextmanager
def _bar(pace: _Pace) -> Iterator[Advance]:
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn

    class Words(ProgressColumn):
        """The pace, in words."""

        def render(self, task: Task) -> Text:
            return Text(pace.words(), style="dim")

    bar = BarColumn(bar_width=16, complete_style="cyan", finished_style="green", pulse_style="cyan")
    with Progress(TextColumn("{task.description}"), bar, Words(), console=notes(), transient=True) as progress:
        task = progress.add_task(pace.title, total=None)

        def advance(done: int, part: float | None = None) -> None:
            pace.done, pace.part = done, part
            if part is not None:
                progress.update(task, total=1.0, completed=part)

        yield advance


def _lines(pace: _Pace) -> Advance:
    last = pace.began

    def advance(done: int, part: float | None = None) -> None:
        nonlocal last
        pace.done, pace.part = done, part
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            notes().print(f"{pace.title}: {pace.words()}")

    return advance
