"""`troth dataset`: what a customer's records look like."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli import platform
from troth.cli.errors import Ambiguous
from troth.cli.options import AsJson, Customer
from troth.cli.terminal import Mark, document, facts, number, say, table, when
from troth.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from troth.access.permit import Permit
    from troth.vault.queries import Described

app = typer.Typer(help="The tables of a customer's records.", no_args_is_help=True, rich_markup_mode=None)


def named(permit: "Permit", name: str) -> "Described":
    """A dataset of the permit's customer, by id or by name."""
    from troth.vault import queries

    found = [each for each in queries.list_datasets(permit) if name in (str(each.dataset_id), each.name)]
    if not found:
        raise NotFound(what="dataset")
    if len(found) > 1:
        raise Ambiguous(what="dataset")
    return found[0]


@app.command("add")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The dataset's name.")],
    customer: Customer,
    schema: Annotated[
        Path, typer.Option("--schema", help="A JSON file that names the fields; `-` reads it from standard input.")
    ],
    as_json: AsJson = False,
) -> None:
    """Add a dataset. Every field is personal, and sealed, unless the schema gives a reason to leave it plain."""
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import actions, queries
    from troth.vault.schema import Schema

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.DATASETS_ADD, Action.DATASETS_LIST)
    made = queries.show_dataset(permit, actions.add_dataset(permit, name, Schema.parse(_definition(schema))))
    if as_json:
        document(_described(made))
        return
    say(f"{made.name} is a dataset of {found.name} now: {made.dataset_id}", Mark.DONE)


def _definition(path: Path) -> object:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise Invalid(what="The schema", why=f"its file can't be read ({error.strerror})") from None
    except ValueError:
        raise Invalid(what="The schema", why="it is no JSON in UTF-8") from None


@app.command("list")
def list_(ctx: typer.Context, customer: Customer, as_json: AsJson = False) -> None:
    """List a customer's datasets."""
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import queries

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.DATASETS_LIST)
    held = queries.list_datasets(permit)
    if as_json:
        document([_described(each) for each in held])
        return
    table(
        ["Dataset", "Name", "Since"],
        [(str(each.dataset_id), each.name, when(each.created_at)[:10]) for each in held],
        empty=f"{found.name} has no dataset yet: `troth dataset add NAME --schema FILE` makes one.",
    )


@app.command("show")
def show(
    ctx: typer.Context,
    dataset: Annotated[str, typer.Argument(help="The dataset's name or id.")],
    customer: Customer,
    as_json: AsJson = False,
) -> None:
    """Show a dataset's fields: which are identifiers, which are sealed, and why one is not."""
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import queries

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.DATASETS_LIST)
    one = queries.show_dataset(permit, named(permit, dataset).dataset_id, count=True)
    if as_json:
        document(_described(one))
        return
    facts(
        {
            "Dataset": str(one.dataset_id),
            "Name": one.name,
            "Records": number(one.records or 0),
            "Per person": "one record" if one.one_record_per_subject else "any number of records",
            "Schema": f"version {one.schema_version}",
            "Since": when(one.created_at),
        }
    )
    say("")
    table(
        ["Field", "Type", "Kind", "Why plain"],
        [(field.name, field.type, field.kind, field.why or "") for field in one.schema.fields],
        empty="No field.",
    )


def _described(one: "Described") -> dict[str, object]:
    return {
        "id": one.dataset_id,
        "name": one.name,
        "one_record_per_subject": one.one_record_per_subject,
        "schema_version": one.schema_version,
        "schema": one.schema.define(),
        "created_at": one.created_at,
        "records": one.records,
    }
