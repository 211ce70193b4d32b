"""A person at the shell: for acts that are somebody's word, and that one person must not do twice.

Guarantees: the act is the account's, not the shell's; the address and the password come from the terminal or from
standard input, never from the arguments; every try is counted and logged as any sign-in; the session ends with the act.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from troth.cli import asking, platform

if TYPE_CHECKING:
    from troth.kernel.actor import Actor


@contextmanager
def person(ctx: typer.Context) -> "Iterator[Actor]":
    """Ask who acts, and let them act. Raises SignInRefused, TooManyTries."""
    from troth.access import sign_in
    from troth.kernel.actor import nobody
    from troth.kernel.ids import OPERATOR

    mail, password = asking.line("Your mail address"), asking.secret("Your password")
    signed = sign_in.sign_in(mail, password, by=nobody(ctx.command_path), customer_id=OPERATOR)
    platform.act_as(signed.actor)
    try:
        yield signed.actor
    finally:
        sign_in.sign_out(signed.session_key, by=signed.actor)
