"""`troth api-key`: keys with which programs work for an account."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from troth.cli import platform
from troth.cli.accounts import Where
from troth.cli.options import AsJson
from troth.cli.terminal import Cell, Mark, document, marked, note, out, say, table, when

if TYPE_CHECKING:
    from troth.access.queries import KeyView

app = typer.Typer(help="Keys with which programs work for an account.", no_args_is_help=True, rich_markup_mode=None)


@app.command("add")
def add(
    ctx: typer.Context,
    account: Annotated[str, typer.Option("--account", help="The id of the account that the key works for.")],
    name: Annotated[str, typer.Option("--name", help="What it is for, so that somebody knows it again.")],
    customer: Where = None,
    days: Annotated[int | None, typer.Option("--days", min=1, help="How long it works.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key. It is shown once; only its digest is kept."""
    platform.enter()
    from troth.access import actions
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.API_KEYS_MANAGE)
    lives = None if days is None else timedelta(days=days)
    made = actions.add_api_key(permit, name=name, lives=lives, account_id=platform.identifier(account, "account"))
    if as_json:
        document({"id": made.key_id, "key": made.text, "until": made.expires_at})
        return
    note("The key is shown this once:", Mark.ATTENTION)
    out().print(Text(made.text), soft_wrap=True)
    note(f"It ends {when(made.expires_at)}.")


@app.command("list")
def list_(ctx: typer.Context, customer: Where = None, as_json: AsJson = False) -> None:
    """List API keys: whose, what for, until when."""
    platform.enter()
    from troth.access import queries
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.API_KEYS_MANAGE, Action.API_KEYS_REVOKE)
    found = queries.api_keys(permit)
    if as_json:
        document(
            [
                {
                    "id": each.key_id,
                    "account_id": each.account_id,
                    "name": each.name,
                    "created_at": each.created_at,
                    "expires_at": each.expires_at,
                    "revoked_at": each.revoked_at,
                    "seen_at": each.seen_at,
                }
                for each in found
            ]
        )
        return
    table(
        ["Key", "For", "State", "Last used"],
        [(str(each.key_id), each.name, _state(each), when(each.seen_at)) for each in found],
        empty="No API key yet: `troth api-key add --account ACCOUNT --name NAME` makes one.",
    )


def _state(key: "KeyView") -> Cell:
    if key.revoked_at is not None:
        return marked(Mark.BROKEN, "revoked")
    from troth.kernel.clock import SYSTEM

    if key.expires_at <= SYSTEM.now():
        return marked(Mark.BROKEN, "over")
    return marked(Mark.DONE, f"until {when(key.expires_at)[:10]}")


@app.command("revoke")
def revoke(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key's id (not the key).")],
    customer: Where = None,
) -> None:
    """End an API key at once."""
    platform.enter()
    from troth.access import actions
    from troth.access.roles import Action

    permit = platform.permit(ctx, platform.home_of(ctx, customer), Action.API_KEYS_REVOKE)
    actions.revoke_api_key(permit, platform.identifier(key, "key"))
    say("The key opens nothing any more.", Mark.DONE)
