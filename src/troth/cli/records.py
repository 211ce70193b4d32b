"""`troth record`: one record, or many. Whoever looks says why."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli import asking, datasets, platform
from troth.cli.errors import PersonalArgument
from troth.cli.options import PURPOSE, AsJson, By, Customer, Dataset, Purpose, Reason
from troth.cli.terminal import Mark, document, facts, line, note, number, say
from troth.kernel.errors import Invalid

if TYPE_CHECKING:
    from troth.vault.opening import Record
    from troth.vault.schema import Schema

app = typer.Typer(help="Customers' records. Whoever looks says why.", no_args_is_help=True, rich_markup_mode=None)

RecordId = Annotated[str, typer.Argument(metavar="RECORD", help="The record's id.")]
IDENTIFIERS = ("email", "phone", "reference")


def identifier_kind(by: str) -> str:
    """The kind of identifier to look for; a reference may name its scheme (`reference:crm`)."""
    if by.split(":", 1)[0] not in IDENTIFIERS:
        raise Invalid(what="The kind of identifier", why=f"it is none of {', '.join(IDENTIFIERS)}")
    return by


@app.command("find")
def find(
    ctx: typer.Context, customer: Customer, by: By, reason: Reason, purpose: Purpose = PURPOSE, as_json: AsJson = False
) -> None:
    """Find the records of one person by mail address, telephone number or reference."""
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import queries

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.RECORDS_FIND, purpose=purpose, reason=reason)
    kind = identifier_kind(by)
    records = queries.find(permit, kind, asking.line(kind.capitalize()))
    show_all(records, as_json=as_json)


def show_all(records: "Sequence[Record]", *, as_json: bool) -> None:
    """Print records; none is said, with the exit code of what is not there."""
    from troth.kernel.errors import NotFound

    if as_json:
        document([described(each) for each in records])
    for each in records:
        if not as_json:
            _show(each)
    if not records:
        raise NotFound(what="person")


def described(record: "Record") -> dict[str, object]:
    """A record as JSON answers show it."""
    return {
        "id": record.record_id,
        "subject_id": record.subject_id,
        "dataset_id": record.dataset_id,
        "version": record.version,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "values": record.values,
    }


def _show(record: "Record") -> None:
    facts({"Record": str(record.record_id), "Person": str(record.subject_id), "Version": str(record.version)})
    facts({f"  {name}": _written(value) for name, value in record.values.items() if value is not None})
    say("")


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


@app.command("show")
def show(
    ctx: typer.Context,
    record: RecordId,
    customer: Customer,
    reason: Reason,
    purpose: Purpose = PURPOSE,
    as_json: AsJson = False,
) -> None:
    """Show one record."""
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import queries

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.RECORDS_READ, purpose=purpose, reason=reason)
    one = queries.get(permit, platform.identifier(record, "record"))
    if as_json:
        document(described(one))
    else:
        _show(one)


@app.command("correct")
def correct(
    ctx: typer.Context,
    record: RecordId,
    customer: Customer,
    reason: Reason,
    field: Annotated[
        list[str], typer.Option("--field", "-f", help="A field to correct; its new value is asked for. Repeatable.")
    ],
    as_json: AsJson = False,
) -> None:
    """Correct fields of one record. What stood there before is not kept; who changed which fields when is.

    The new values are asked for, or read from standard input, one a line in the order of the fields; an empty line
    empties the field.
    """
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import actions

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.RECORDS_CORRECT, reason=reason)
    changes = {name: asking.line(f"New {name}") or None for name in field}
    changed = actions.correct(permit, platform.identifier(record, "record"), changes)
    if as_json:
        document({"id": record, "version": changed.version, "fields": list(changed.changed)})
        return
    say(
        f"Corrected: {', '.join(changed.changed) or 'nothing'}. The record is at version {changed.version} now.",
        Mark.DONE,
    )


@app.command("scan")
def scan(
    ctx: typer.Context,
    customer: Customer,
    dataset: Dataset,
    reason: Reason,
    where: Annotated[
        str,
        typer.Option(
            "--where", help='A condition such as "age >= 40 and balance > 1000"; `-` reads it from standard input.'
        ),
    ],
    count: Annotated[bool, typer.Option("--count", help="Only say how many there are.")] = False,
    purpose: Purpose = PURPOSE,
    as_json: AsJson = False,
) -> None:
    """Read through a dataset and print the records that meet a condition, as JSON, one a line.

    Sealed fields are opened one page of records at a time; memory stays bounded whatever the size.
    """
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import scans

    found = platform.customer(ctx, customer)
    permit = platform.permit(
        ctx, found.customer_id, Action.RECORDS_SCAN, Action.DATASETS_LIST, purpose=purpose, reason=reason
    )
    one = datasets.named(permit, dataset)
    condition = sys.stdin.read().strip() if where == "-" else impersonal(where, one.schema)
    matched = 0
    for batch in scans.scan(permit, one.dataset_id, condition):
        matched += len(batch)
        for record in () if count else batch:
            line(described(record))
    if count and as_json:
        document({"matched": matched})
    elif count:
        say(f"{number(matched)} records meet it.")
    else:
        note(f"{number(matched)} records meet it.")


def impersonal(where: str, schema: "Schema") -> str:
    """A condition that may stand in the process list: no text of somebody's; numbers and yes or no tell of nobody."""
    from troth.vault import filters

    for name in filters.parse(where, schema).fields:
        field = schema.by_name[name]
        if field.kind != "plain" and field.type not in {"integer", "decimal", "boolean"}:
            raise PersonalArgument
    return where
