"""Run the benchmarks named on the command line, or all of them, each in a process of its own."""

import importlib
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.report import Row, table

MODULES = ("log", "vault", "api", "erasure", "promises")
RESULTS = Path(__file__).with_name("RESULTS.md")


def _apart(name: str, scale: float) -> list[Row]:
    """A fresh process, so that peak memory and caches are its own."""
    code = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--one", name, str(scale)], stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    return [Row(**row) for row in json.loads(code.splitlines()[-1])]


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        rows = importlib.import_module(f"benchmarks.{arguments[1]}").run(float(arguments[2]))
        print(json.dumps([asdict(row) for row in rows]))
        return
    names = [name for name in arguments if name in MODULES] or list(MODULES)
    scale = next((float(part.removeprefix("--scale=")) for part in arguments if part.startswith("--scale=")), 1.0)
    rows = [row for name in names for row in _apart(name, scale)]
    text = table(rows)
    print(text)
    if tuple(names) == MODULES and scale == 1.0:
        RESULTS.write_text("# How fast, against what the machine can do\n" + text, encoding="utf-8")


main(sys.argv[1:])
