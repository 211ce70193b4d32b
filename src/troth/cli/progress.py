"""Progress on standard error: a bar with rate and time left on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from troth.cli.terminal import notes, number, span

EVERY = 5.0
"""Seconds between two lines where there is no terminal to draw a bar on."""


class Advance(Protocol):
    """Called with what is done so far and, once known, what there is to do."""

    def __call__(self, done: int, total: int | None = None) -> None: ...


@contextmanager
def counting(title: str, unit: str, total: int | None = None) -> Iterator[Advance]:
    """Show how far something is while the block runs."""
    if notes().is_terminal:
        with _bar(title, unit, total) as advance:
            yield advance
    else:
        yield _lines(title, unit, total)


@contextmanager
def _bar(title: str, unit: str, total: int | None) -> Iterator[Advance]:
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """Units per second, over the whole run so far."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if not speed else f"{speed:,.0f} {unit}/s", style="dim")

    class Count(ProgressColumn):
        """How many of how many."""

        def render(self, task: Task) -> Text:
            of = "" if task.total is None else f" of {int(task.total):,}"
            return Text(f"{int(task.completed):,}{of}")

    bar = BarColumn(bar_width=20, complete_style="cyan", finished_style="green")
    columns = (TextColumn("{task.description}"), bar, Count(), Rate(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=notes(), transient=True) as progress:
        task = progress.add_task(title, total=total)

        def advance(done: int, total: int | None = None) -> None:
            progress.update(task, completed=done, **({} if total is None else {"total": total}))

        yield advance


def _lines(title: str, unit: str, total: int | None) -> Advance:
    began = last = time.monotonic()
    known = total

    def advance(done: int, total: int | None = None) -> None:
        nonlocal last, known
        known = total or known
        now = time.monotonic()
        if now - last < EVERY or not done:
            return
        last = now
        rate = done / (now - began)
        left = f" · {span((known - done) / rate)} left" if known and known > done else ""
        of = f" of {number(known)}" if known else ""
        notes().print(f"{title}: {number(done)}{of} {unit} · {rate:,.0f} {unit}/s{left}")

    return advance
