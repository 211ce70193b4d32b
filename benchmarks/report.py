"""The rows of the table and the machine's description."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `ours` and `limit` share `unit`; `ratio` is what counts and `wanted` what it is held against.

    `better` says whether a higher or a lower ratio is better.
    """

    what: str
    ours: float
    limit: float | None
    unit: str
    wanted: str
    ratio: float | None = None
    better: str = "higher"
    held: bool | None = None
    note: str = ""


def machine() -> str:
    """One line on the machine: processor, cores, memory, kernel, Python."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = os.cpu_count()
    return f"{model}, {cores} cores, {gib:.0f} GiB, Linux {platform.release()}, Python {platform.python_version()}"


def number(value: float | None) -> str:
    """Three significant figures, thousands apart."""
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.3g}"


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        f"Measured {datetime.now(UTC):%d %B %Y} on {machine()}. Each ratio was taken in one run on this machine.",
        "",
        "| what | ours | limit | unit | ratio | wanted | held |",
        "|---|---:|---:|---|---:|---|---|",
    ]
    for row in rows:
        held = {True: "yes", False: "**no**", None: "–"}[row.held]
        figures = f"{number(row.ours)} | {number(row.limit)} | {row.unit} | {number(row.ratio)}"
        lines.append(f"| {row.what} | {figures} | {row.wanted} | {held} |")
        if row.note:
            lines.append(f"| ↳ {row.note} | | | | | | |")
    return "\n".join(lines) + "\n"
