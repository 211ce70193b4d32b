"""`troth log`: who accessed what, and the proof that nothing of it was changed."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli import platform, verifying
from troth.cli.options import AsJson, Limit
from troth.cli.terminal import Mark, document, note, number, say, table, when
from troth.kernel.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from troth.access.permit import Permit
    from troth.audit.queries import Entry

app = typer.Typer(help="Who accessed what, and its proof.", no_args_is_help=True, rich_markup_mode=None)

Where = Annotated[
    str | None, typer.Option("--customer", "-c", help="The customer's name or id; without it, the operator's own log.")
]
WhyElse = Annotated[
    str | None, typer.Option("--reason", "-r", help="Why you look at a customer's log; the customer can read it.")
]


@app.command("show")
def show(
    ctx: typer.Context,
    customer: Where = None,
    reason: WhyElse = None,
    operation: Annotated[str | None, typer.Option("--operation", help="Only this operation.")] = None,
    entity: Annotated[str | None, typer.Option("--entity", help="Only what concerns this id.")] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="Only from this instant on (UTC).")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show the newest entries: who did what, from where, and why."""
    platform.enter()
    from troth.access.roles import Action
    from troth.audit import queries

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.LOG_READ, reason=reason)
    page = queries.entries(
        permit.customer_id, limit=limit, operation=operation, entity=entity, since=platform.aware(since)
    )
    _record(permit, "log.read", count=len(page.entries))
    if as_json:
        document([_described(each) for each in page.entries])
        return
    table(
        ["Time", "Operation", "Outcome", "Who", "Why"],
        [
            (
                when(each.time),
                each.operation,
                str(each.leaf.get("outcome", "")),
                _who(each),
                each.opened.get("reason", ""),
            )
            for each in page.entries
        ],
        empty="No entry is sealed yet.",
    )


def _who(entry: "Entry") -> str:
    for name in ("label", "account", "key"):
        if entry.opened.get(name):
            return entry.opened[name]
    return str(entry.leaf.get("route", ""))


def _described(entry: "Entry") -> dict[str, object]:
    return {
        "index": entry.index,
        "id": entry.event_id,
        "time": entry.time,
        "operation": entry.operation,
        "entity": entry.entity,
        "leaf": entry.leaf,
        "opened": entry.opened,
        "wrong": entry.wrong,
    }


@app.command("export")
def export(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="A new folder, or a file whose name ends in .tar.")],
    customer: Where = None,
    reason: WhyElse = None,
    openings: Annotated[
        bool, typer.Option("--openings", help="Add what still opens: who, from where, why. Personal data.")
    ] = False,
    since: Annotated[
        int, typer.Option("--since", min=0, help="Leave out so many entries, which an earlier one holds.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Write a log as a bundle that anybody can check offline with `troth-verify`."""
    platform.enter()
    from troth.access.roles import Action
    from troth.audit import bundles

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.LOG_EXPORT, reason=reason)
    _record(permit, "log.exported", openings="yes" if openings else "no")
    try:
        done = bundles.export(permit.customer_id, output, openings=openings, since=since)
    except FileExistsError:
        raise Conflict(what="The output", why="something of that name is there already") from None
    except OSError as error:
        raise Invalid(what="The output", why=f"it can't be written ({error.strerror})") from None
    if as_json:
        document({"path": output.resolve(), "since": done.since, "size": done.size, "opened": done.opened})
        return
    say(f"{number(done.size - done.since)} entries, signed at {number(done.size)}: {output}", Mark.DONE)
    note(f"Check it anywhere: troth-verify bundle {output} --key KEY")


@app.command("checkpoint")
def checkpoint(
    ctx: typer.Context,
    customer: Where = None,
    reason: WhyElse = None,
    overall: Annotated[bool, typer.Option("--overall", help="Of the log over all customers.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the newest signed checkpoint. Keep it elsewhere: against it, a cut or a forked log shows."""
    platform.enter()
    from troth.access.roles import Action
    from troth.audit import queries

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.LOG_READ, reason=reason)
    found = queries.overall_checkpoint() if overall else queries.checkpoint(permit.customer_id)
    if found is None:
        raise NotFound(what="checkpoint")
    if as_json:
        document({"checkpoint": found})
    else:
        sys.stdout.write(found)


@app.command("key")
def key(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Print the public key that signs checkpoints and certificates. Hand it to whoever verifies, on another way."""
    platform.enter()
    line = verifying.own_key()
    if as_json:
        document({"key": line})
    else:
        sys.stdout.write(line + "\n")


@app.command("verify")
def verify(
    bundle: Annotated[Path, typer.Argument(help="The bundle: a folder or a .tar.")],
    key: Annotated[
        str | None, typer.Option("--key", help="The public key that you trust, or its file; else this installation's.")
    ] = None,
    against: Annotated[
        list[Path] | None, typer.Option("--against", help="An earlier checkpoint's file; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a bundle with the stand-alone verifier. Exit code 4: it does not verify."""
    if key is None:
        platform.prepare()
        key = verifying.own_key()
    earlier = [part for path in against or [] for part in ("--against", str(path))]
    verifying.verify("bundle", bundle, "--key", key, *earlier, *(("--json",) if as_json else ()))


def _record(permit: "Permit", operation: str, *, count: int | None = None, **detail: str) -> None:
    """Looking at the log is itself in the log."""
    from troth.audit.actions import record
    from troth.kernel.wall import within

    with within(permit.customer_id):
        record(
            operation,
            by=permit.actor,
            customer_id=permit.customer_id,
            reason=permit.reason,
            count=count,
            detail=detail or None,
        )
