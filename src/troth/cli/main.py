"""`troth`: the tree of commands, and the one place where an error becomes a sentence and an exit code."""

import os
import sys
import traceback
from typing import Annotated, NoReturn

import typer

from troth.cli import (
    accounts,
    api_keys,
    attestations,
    certificates,
    customers,
    datasets,
    demonstration,
    erasures,
    evidence,
    exceptions,
    exporting,
    importing,
    keys,
    log,
    platform,
    policy,
    promises,
    records,
    service,
    subjects,
    webhooks,
)
from troth.cli.errors import DatabaseGone
from troth.cli.exits import Exit, of_status
from troth.cli.terminal import Mark, explain, note
from troth.kernel.errors import TrothError

app = typer.Typer(
    name="troth",
    help="Hold customers' data, keep the promises made about it, and prove it.",
    epilog="Results go to standard output, everything else to standard error. Exit codes: docs/cli.md.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.command("up")(service.up)
app.command("down")(service.down)
app.command("status")(service.status)
app.add_typer(customers.app, name="customer")
app.add_typer(accounts.app, name="account")
app.add_typer(api_keys.app, name="api-key")
app.add_typer(datasets.app, name="dataset")
app.command("import")(importing.import_)
app.add_typer(records.app, name="record")
records.app.command("export")(exporting.export)
app.add_typer(subjects.app, name="subject")
app.add_typer(erasures.app, name="erasure")
app.add_typer(certificates.app, name="certificate")
app.add_typer(policy.app, name="policy")
app.add_typer(promises.app, name="promise")
app.add_typer(log.app, name="log")
app.add_typer(keys.app, name="key")
app.add_typer(attestations.app, name="attestation")
app.add_typer(exceptions.app, name="exception")
app.add_typer(webhooks.app, name="webhook")
app.add_typer(evidence.app, name="evidence")
app.command("demo")(demonstration.demo)


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"troth {installed('troth')}")
        raise typer.Exit


def run() -> NoReturn:
    """The console script."""
    try:
        app(prog_name="troth")
    except TrothError as error:
        _debug()
        platform.log_refusal(error)
        explain(error.explain(), error.advise(), error.code)
        sys.exit(of_status(error.status))
    except KeyboardInterrupt:
        note("Stopped.", Mark.ATTENTION)
        sys.exit(Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last resort: a person never sees a traceback, nor values in it
        _debug()
        if _database_went_away(error):
            gone = DatabaseGone()
            explain(gone.explain(), gone.advise(), gone.code)
            sys.exit(of_status(gone.status))
        explain(
            f"Something went wrong inside Troth ({type(error).__name__}).",
            "Set TROTH_DEBUG=1 to see where, and report it; the values involved are not shown.",
            "cli.defect",
        )
        sys.exit(Exit.FAILED)
    sys.exit(Exit.DONE)


def _database_went_away(error: Exception) -> bool:
    """The connection broke, or the server ended it: no defect of ours, and what was not committed is undone."""
    from django.db import InterfaceError, OperationalError

    if not isinstance(error, InterfaceError | OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


def _debug() -> None:
    """The traceback, on request, without locals and without the exception's own text: both may hold personal data."""
    if os.environ.get("TROTH_DEBUG"):
        _, error, trace = sys.exc_info()
        sys.stderr.writelines(traceback.format_tb(trace))
        sys.stderr.write(f"{type(error).__module__}.{type(error).__qualname__}\n")
