"""`troth customer`: who the operator holds data for."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from troth.cli import asking, erasures, platform, subjects
from troth.cli.options import AsJson, Confirm, CustomerName, DryRun, OnBehalfOf, Reason
from troth.cli.terminal import Mark, document, facts, marked, note, notes, say, table, when

if TYPE_CHECKING:
    from troth.tenancy.models import Customer

app = typer.Typer(help="The companies whose data you hold.", no_args_is_help=True, rich_markup_mode=None)

STATES = {"active": Mark.DONE, "closing": Mark.ATTENTION, "erased": Mark.BROKEN}


@app.command("add")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The company's name.")],
    locale: Annotated[str, typer.Option("--locale", help="The language of its papers: en or fr.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Add a customer, with keys and a log of its own."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.tenancy import actions

    permit = platform.permit(ctx, OPERATOR, Action.CUSTOMERS_ADD)
    made = actions.add_customer(name, by=permit.actor, locale=locale)
    if as_json:
        document(_described(made))
        return
    say(f"{made.name} is a customer now: {made.customer_id}", Mark.DONE)
    note(f"Invite its owner: troth account invite --customer {made.customer_id} --role owner")


@app.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the customers."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.tenancy import queries

    platform.permit(ctx, OPERATOR, Action.CUSTOMERS_LIST)
    found = queries.customers()
    if as_json:
        document([_described(each) for each in found])
        return
    table(
        ["Customer", "Name", "State", "Since"],
        [
            (
                str(each.customer_id),
                each.name or "–",
                marked(STATES[each.state], each.state),
                when(each.created_at)[:10],
            )
            for each in found
        ],
        empty="No customer yet: `troth customer add NAME` makes one.",
    )


@app.command("show")
def show(ctx: typer.Context, customer: CustomerName, as_json: AsJson = False) -> None:
    """Show one customer and its datasets."""
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import queries

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.CUSTOMER_SHOW, Action.DATASETS_LIST)
    held = queries.list_datasets(permit)
    described = _described(found) | {"datasets": [{"id": each.dataset_id, "name": each.name} for each in held]}
    if as_json:
        document(described)
        return
    facts(
        {
            "Customer": str(found.customer_id),
            "Name": found.name or "–",
            "State": marked(STATES[found.state], found.state),
            "Since": when(found.created_at),
            "Closed": when(found.closed_at) if found.closed_at else None,
            "Datasets": ", ".join(each.name for each in held) or "none yet",
        }
    )


@app.command("delete")
def delete(
    ctx: typer.Context,
    customer: CustomerName,
    reason: Reason,
    on_behalf_of: OnBehalfOf = None,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    grace: Annotated[
        float | None, typer.Option("--grace", min=0, help="Hours in which it can still be called off.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch it to its certificate.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a customer with everything it has here, on its owner's documented instruction.

    Owners do this themselves in the console or through the API; here, name the owner who instructed it and the
    instruction (a ticket, a letter) as the reason. Both are logged.
    """
    platform.enter()
    from troth.access.roles import Action
    from troth.erasure import actions, queries

    found = platform.customer(ctx, customer)
    owner = platform.identifier(on_behalf_of, "owner") if on_behalf_of else None
    wanted = (Action.CUSTOMER_DELETE, Action.ERASURES_READ, Action.CERTIFICATES_READ)
    permit = platform.permit(ctx, found.customer_id, *wanted, reason=reason, on_behalf_of=owner)
    if dry_run:
        subjects.foretell(permit, None, as_json=as_json)
        return
    asking.confirm_name(
        found.name,
        confirm,
        consequence=f"Everything of {found.name} goes: people, records, files, accounts, keys. It can't be undone.",
    )
    asked = actions.request_customer(permit, found.name, grace=None if grace is None else timedelta(hours=grace))
    if asked.receipt is not None:
        note("The owner's receipt, shown this once; it shows the progress, the certificate and the log bundle:")
        notes().print(Text(platform.link_to("receipt", asked.receipt)), soft_wrap=True)
    how = erasures.follow if wait else queries.progress
    erasures.conclude(how(permit, asked.erasure_id), as_json=as_json)


def _described(customer: "Customer") -> dict[str, object]:
    return {
        "id": customer.customer_id,
        "name": customer.name,
        "state": customer.state,
        "locale": customer.locale,
        "created_at": customer.created_at,
        "closed_at": customer.closed_at,
    }
