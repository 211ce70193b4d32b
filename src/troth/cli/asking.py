"""What the command line asks a person, or reads from standard input.

Guarantee: a value that may be personal data never comes from the arguments, because every user of the machine can read
them while the command runs, and shells write them down.
"""

import sys

import typer

from troth.cli.exits import Exit
from troth.cli.terminal import Mark, note


def line(question: str) -> str:
    """One line: asked for on a terminal, read from standard input otherwise."""
    if sys.stdin.isatty():
        sys.stderr.write(f"{question}: ")
        sys.stderr.flush()
    text = sys.stdin.readline()
    if not text:
        note(f"Standard input ended where “{question}” was expected.", Mark.BROKEN)
        raise typer.Exit(Exit.USAGE)
    return text.rstrip("\r\n")


def secret(question: str) -> str:
    """One line that is not shown while it is typed."""
    if not sys.stdin.isatty():
        return line(question)
    import getpass

    return getpass.getpass(f"{question}: ", stream=sys.stderr)


def confirm_name(expected: str, given: str | None, *, consequence: str) -> None:
    """Have the name typed of what is about to be destroyed; `--confirm NAME` answers for a script."""
    if given is None:
        note(consequence, Mark.ATTENTION)
        if not sys.stdin.isatty():
            note("Nothing was changed: without a terminal, give the name with --confirm.", Mark.BROKEN)
            raise typer.Exit(Exit.USAGE)
        given = line(f"Type the name to go on ({expected})")
    if given != expected:
        note("Nothing was changed: that is not the name.", Mark.BROKEN)
        raise typer.Exit(Exit.USAGE)
