"""`troth exception`: a promise that may be missed, for a published reason, until a published end."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli import platform, signing_in
from troth.cli.options import AsJson
from troth.cli.terminal import Mark, document, marked, note, say, table, when
from troth.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from troth.promises.exceptions import Known

app = typer.Typer(
    help="A promise that may be missed, for a published reason, until a published end.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Id = Annotated[str, typer.Argument(metavar="EXCEPTION", help="The exception's id.")]
MARKS = {"approved": Mark.DONE, "asked": Mark.WAITING}


@app.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List every exception ever asked for, the newest first."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.clock import SYSTEM
    from troth.kernel.ids import OPERATOR
    from troth.promises import exceptions

    platform.permit(ctx, OPERATOR, Action.PROMISES_READ)
    now = SYSTEM.now()
    found = exceptions.known(now=now)
    if as_json:
        document([_described(each, now) for each in found])
        return
    table(
        ["Exception", "Clause", "State", "Until", "Reason"],
        [
            (
                str(each.exception_id),
                each.clause,
                marked(MARKS.get(each.state(now), Mark.BROKEN), each.state(now)),
                when(each.until)[:10],
                each.reason,
            )
            for each in found
        ],
        empty="No exception was ever asked for.",
    )


def _described(each: "Known", now: datetime) -> dict[str, object]:
    return {
        "id": each.exception_id,
        "pack": each.pack,
        "clause": each.clause,
        "state": each.state(now),
        "reason": each.reason,
        "asked_by": each.asked_by,
        "asked_at": each.asked_at,
        "until": each.until,
        "sealed": each.sealed,
        "steps": {name: {"by": step.by_account, "at": step.at} for name, step in each.steps.items()},
    }


@app.command("ask")
def ask(
    ctx: typer.Context,
    clause: Annotated[str, typer.Argument(metavar="CLAUSE", help="The clause's id (`troth promise list`).")],
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why: it is published.", show_default=False)],
    until: Annotated[
        str, typer.Option("--until", metavar="INSTANT", help="Its end: 2027-01-31, or 2027-01-31T12:00Z.")
    ],
    as_json: AsJson = False,
) -> None:
    """Ask for an exception, as yourself: you are asked for your address and password. Somebody else approves it."""
    platform.enter()
    from troth.promises import actions

    end = _instant(until)
    with signing_in.person(ctx) as actor:
        made = actions.ask_exception(clause, reason=reason, until=end, by=actor)
    if as_json:
        document({"id": made, "clause": clause, "until": end})
        return
    say(f"Asked for: {made}", Mark.DONE)
    note(f"It counts once somebody else has approved it: troth exception approve {made}")


def _instant(text: str) -> datetime:
    try:
        found = platform.aware(datetime.fromisoformat(text))
    except ValueError:
        found = None
    if found is None:
        raise Invalid(what="The end", why="it is no day or instant like 2027-01-31 or 2027-01-31T12:00Z")
    return found


@app.command("approve")
def approve(ctx: typer.Context, exception: Id) -> None:
    """Approve what somebody else asked for, as yourself: you are asked for your address and password."""
    platform.enter()
    from troth.promises import actions

    _decide(ctx, exception, actions.approve_exception)
    say("Approved: it counts from now until its end, and is shown.", Mark.DONE)


@app.command("refuse")
def refuse(ctx: typer.Context, exception: Id) -> None:
    """Refuse what somebody else asked for, as yourself."""
    platform.enter()
    from troth.promises import actions

    _decide(ctx, exception, actions.refuse_exception)
    say("Refused: it never counts.", Mark.DONE)


@app.command("withdraw")
def withdraw(ctx: typer.Context, exception: Id) -> None:
    """End an exception before its time, as yourself."""
    platform.enter()
    from troth.promises import actions

    _decide(ctx, exception, actions.withdraw_exception)
    say("Withdrawn: it does not count any more.", Mark.DONE)


def _decide(ctx: typer.Context, exception: str, decision: "Callable[..., object]") -> None:
    wanted = platform.identifier(exception, "exception")
    with signing_in.person(ctx) as actor:
        decision(wanted, by=actor)
