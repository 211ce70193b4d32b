"""`docs/cli.md`, written from the commands themselves: `python -m troth.cli.reference > docs/cli.md`.

Guarantee: a test compares the file with what this module writes, so that the page can't fall behind the program.
"""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import typer

from troth.cli.exits import Exit
from troth.cli.main import app

_HEAD = """# The command line

`troth` is the operator's way in, on the machine where the platform runs. This page is written from the program itself
(`python -m troth.cli.reference`).

- It works for the operating-system user who owns the installation's folder (`TROTH_HOME`, else `./var`), and for root.
- Everything it does is in the log, under that user's name. What reads customers' data asks for a `--reason`, which the
  customer can read, and a `--purpose`.
- Results go to standard output, everything else to standard error. With `--json`, standard output is one JSON document
  and nothing else; `record scan --json` writes one JSON object a line.
- Nothing personal is taken from the arguments, because every user of the machine can read them while a command runs:
  addresses, numbers and new values are asked for, or read from standard input, one a line.
- What destroys has `--dry-run`, and asks for the name of what goes; scripts give it with `--confirm NAME`.
- An error is a sentence, the next step and a code. `TROTH_DEBUG=1` adds where in the program it arose, without values.
- Colour appears on a terminal only; `NO_COLOR` turns it off there too.
- `troth --install-completion` teaches your shell the commands.
"""


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words, in the order in which help shows them."""
    here: Any = typer.main.get_command(app) if group is None else group
    for name, command in here.commands.items():
        if getattr(command, "hidden", False):
            continue
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def page() -> str:
    """The whole page."""
    parts = [_HEAD, "## Exit codes\n", "| code | means |", "|---|---|"]
    parts += [f"| {int(code)} | {code.meaning} |" for code in Exit]
    family = ""
    for words, command in commands():
        if words[0] != family:
            family = words[0]
            parts.append(f"\n## `troth {family}`")
        parts.append(f"\n### `troth {' '.join(words)}`\n")
        parts.append(inspect.cleandoc(command.help or ""))
        rows = [
            _row(parameter)
            for parameter in command.params
            if parameter.name != "help" and not getattr(parameter, "hidden", False)
        ]
        if rows:
            parts += ["\n| argument or option | |", "|---|---|", *rows]
    return "\n".join(parts) + "\n"


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        label = f"`{parameter.metavar or parameter.name.upper()}`"
    else:
        takes = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
        label = ", ".join(f"`{name}`" for name in reversed(parameter.opts)) + (f"`{takes}`" if takes else "")
    needed = " Required." if parameter.required else ""
    return f"| {label} | {(parameter.help or '').replace('|', chr(92) + '|')}{needed} |"


if __name__ == "__main__":
    sys.stdout.write(page())
