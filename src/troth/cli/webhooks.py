"""`troth webhook`: who is told when a promise changes."""

from typing import Annotated

import typer
from rich.text import Text

from troth.cli import asking, platform
from troth.cli.accounts import Where
from troth.cli.options import AsJson, Limit
from troth.cli.terminal import Mark, document, marked, note, out, say, table, when

app = typer.Typer(help="Who is told when a promise changes.", no_args_is_help=True, rich_markup_mode=None)

Id = Annotated[str, typer.Argument(metavar="WEBHOOK", help="The webhook's id.")]
STATES = {"active": Mark.DONE, "gone": Mark.BROKEN}
FATES = {
    "waiting": Mark.WAITING,
    "delivered": Mark.DONE,
    "given_up": Mark.BROKEN,
    "expired": Mark.BROKEN,
    "withdrawn": Mark.ATTENTION,
}


@app.command("add")
def add(ctx: typer.Context, customer: Where = None, as_json: AsJson = False) -> None:
    """Register a webhook. Its address, which may hold a secret, is asked for or read from standard input.

    The signing secret is shown once.
    """
    platform.enter()
    from troth.access import webhooks
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.WEBHOOKS_MANAGE)
    made = webhooks.add(permit, asking.line("Address (https://…)"))
    if as_json:
        document({"id": made.endpoint_id, "host": made.host, "secret": made.secret})
        return
    say(f"Webhook {made.endpoint_id} calls {made.host}.", Mark.DONE)
    note("Its signing secret is shown this once:", Mark.ATTENTION)
    out().print(Text(made.secret), soft_wrap=True)
    note(f"Try it: troth webhook test {made.endpoint_id}")


@app.command("list")
def list_(ctx: typer.Context, customer: Where = None, as_json: AsJson = False) -> None:
    """List webhooks: where they go, and when they last arrived."""
    platform.enter()
    from troth.access import webhooks
    from troth.access.roles import Action

    found = webhooks.listed(platform.permit(ctx, platform.home_of(ctx, customer), Action.WEBHOOKS_MANAGE))
    if as_json:
        document(found)
        return
    table(
        ["Webhook", "Host", "State", "Last arrived", "Waiting"],
        [
            (
                str(each.endpoint_id),
                each.host,
                marked(STATES[each.state], each.state),
                when(each.last_delivered_at),
                str(each.waiting),
            )
            for each in found
        ],
        empty="No webhook yet: `troth webhook add` registers one.",
        right=["Waiting"],
    )


@app.command("remove")
def remove(ctx: typer.Context, webhook: Id, customer: Where = None) -> None:
    """End a webhook: nothing more is sent there."""
    platform.enter()
    from troth.access import webhooks
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.WEBHOOKS_MANAGE)
    webhooks.remove(permit, platform.identifier(webhook, "webhook"))
    say("Removed: nothing more is sent there.", Mark.DONE)


@app.command("test")
def try_out(ctx: typer.Context, webhook: Id, customer: Where = None, as_json: AsJson = False) -> None:
    """Send a test to one webhook alone."""
    platform.enter()
    from troth.access import webhooks
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.WEBHOOKS_MANAGE)
    message = webhooks.try_out(permit, platform.identifier(webhook, "webhook"))
    if as_json:
        document({"message": message})
        return
    say("On its way.", Mark.DONE)
    note(f"What became of it: troth webhook deliveries --webhook {webhook}")


@app.command("deliveries")
def deliveries(
    ctx: typer.Context,
    customer: Where = None,
    webhook: Annotated[str | None, typer.Option("--webhook", metavar="WEBHOOK", help="To this one alone.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only these: " + ", ".join(FATES) + ".")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List what was sent, by webhook and by mail, and what became of it: nothing is lost silently."""
    platform.enter()
    from troth.access import webhooks
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.WEBHOOKS_MANAGE)
    chosen = platform.identifier(webhook, "webhook") if webhook else None
    found = webhooks.deliveries(permit, endpoint_id=chosen, state=state, limit=limit)
    if as_json:
        document(found)
        return
    table(
        ["Queued", "Event", "By", "State", "Tries", "Why", "Next"],
        [
            (
                when(each.queued_at),
                each.event,
                each.channel,
                marked(FATES[each.state], each.state),
                str(each.attempts),
                _why(each.reason, each.status),
                when(each.next_attempt_at),
            )
            for each in found
        ],
        empty="Nothing was sent yet.",
        right=["Tries"],
    )


def _why(reason: str | None, status: int | None) -> str:
    from troth.messages.reasons import sentence

    return "–" if reason is None else sentence(reason) + (f" ({status})" if status else "")
