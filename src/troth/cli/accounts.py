"""`troth account`: the people who may sign in. Nobody here ever sets or sees a password."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from troth.cli import asking, platform
from troth.cli.options import AsJson
from troth.cli.terminal import Mark, document, marked, note, out, say, table, when

if TYPE_CHECKING:
    from troth.access.actions import Invitation

app = typer.Typer(help="The people who may sign in.", no_args_is_help=True, rich_markup_mode=None)

Where = Annotated[
    str | None,
    typer.Option("--customer", "-c", help="The customer's name or id; without it, the operator's own staff."),
]
AccountId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]
STATES = {"active": Mark.DONE, "invited": Mark.WAITING, "deactivated": Mark.BROKEN}


@app.command("invite")
def invite(
    ctx: typer.Context,
    role: Annotated[str, typer.Option("--role", help="What the person may do: owner, administrator, manager …")],
    customer: Where = None,
    locale: Annotated[str, typer.Option("--locale", help="The language of their pages: en or fr.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Invite somebody: prints a link that lets them, once, set a password of their own.

    The mail address is asked for, or read from standard input.
    """
    platform.enter()
    from troth.access import actions
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.ACCOUNTS_MANAGE)
    made = actions.invite(permit, role=role, mail=asking.line("Mail address"), locale=locale)
    _hand_over(made, as_json=as_json)


@app.command("reinvite")
def reinvite(ctx: typer.Context, account: AccountId, customer: Where = None, as_json: AsJson = False) -> None:
    """Make a fresh link for somebody who lost theirs, or their password."""
    platform.enter()
    from troth.access import actions
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.ACCOUNTS_MANAGE)
    _hand_over(actions.reinvite(permit, platform.identifier(account, "account")), as_json=as_json)


def _hand_over(made: "Invitation", *, as_json: bool) -> None:
    link = platform.link_to("enrol", made.token)
    if as_json:
        document(
            {"account_id": made.account_id, "customer_id": made.customer_id, "link": link, "until": made.expires_at}
        )
        return
    say(f"Account {made.account_id} is waiting for its person.", Mark.DONE)
    note("The link works once, and is shown this once. Hand it over on a way that only they can read:")
    out().print(Text(link), soft_wrap=True)
    note(f"It ends {when(made.expires_at)}.")


@app.command("list")
def list_(ctx: typer.Context, customer: Where = None, as_json: AsJson = False) -> None:
    """List accounts with their addresses; the look is logged."""
    platform.enter()
    from troth.access import queries
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.ACCOUNTS_LIST)
    found = queries.accounts(permit)
    if as_json:
        document(
            [
                {
                    "id": each.account_id,
                    "role": each.role,
                    "state": each.state,
                    "mail": each.mail,
                    "created_at": each.created_at,
                }
                for each in found
            ]
        )
        return
    table(
        ["Account", "Role", "State", "Address"],
        [(str(each.account_id), each.role, marked(STATES[each.state], each.state), each.mail or "–") for each in found],
        empty="Nobody yet: `troth account invite --role ROLE` makes the first link.",
    )


@app.command("end")
def end(ctx: typer.Context, account: AccountId, customer: Where = None) -> None:
    """End an account: its sessions, its API keys and its links die at once."""
    platform.enter()
    from troth.access import actions
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.ACCOUNTS_MANAGE)
    actions.deactivate(permit, platform.identifier(account, "account"))
    say("The account has ended, with its sessions and API keys.", Mark.DONE)
