"""`troth subject`: a person in a customer's data."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from troth.cli import asking, erasures, platform, records
from troth.cli.options import PURPOSE, AsJson, Confirm, Customer, DryRun, Purpose, Reason
from troth.cli.terminal import Mark, document, facts, marked, note, number, say, span, table, when
from troth.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from troth.access.permit import Permit

app = typer.Typer(help="The people in customers' data.", no_args_is_help=True, rich_markup_mode=None)

Person = Annotated[
    str | None, typer.Argument(metavar="[PERSON]", help="The person's id; without it, say --by.", show_default=False)
]
MaybeBy = Annotated[
    str | None,
    typer.Option(
        "--by", help="Find them by email, phone or reference; the value is asked for or read from standard input."
    ),
]


@app.command("show")
def show(
    ctx: typer.Context,
    customer: Customer,
    reason: Reason,
    person: Person = None,
    by: MaybeBy = None,
    purpose: Purpose = PURPOSE,
    as_json: AsJson = False,
) -> None:
    """Show where a person occurs: datasets, records, kinds of identifiers. Not who they are."""
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import queries

    found = platform.customer(ctx, customer)
    permit = platform.permit(
        ctx, found.customer_id, Action.SUBJECTS_SHOW, Action.RECORDS_FIND, purpose=purpose, reason=reason
    )
    seen = queries.show_subject(permit, _named(permit, person, by))
    if as_json:
        document(
            {
                "id": seen.subject_id,
                "state": seen.state,
                "created_at": seen.created_at,
                "records": [{"dataset_id": dataset, "id": record} for dataset, record in seen.records],
                "identifiers": list(seen.identifiers),
            }
        )
        return
    facts(
        {
            "Person": str(seen.subject_id),
            "State": marked(Mark.DONE if seen.state == "active" else Mark.ATTENTION, seen.state),
            "Since": when(seen.created_at),
            "Found by": ", ".join(seen.identifiers) or "nothing",
        }
    )
    say("")
    table(["Record", "Dataset"], [(str(record), str(held)) for held, record in seen.records], empty="No record.")


def _named(permit: "Permit", person: str | None, by: str | None) -> UUID:
    """The person by id, or the one whom an identifier finds."""
    if (person is None) == (by is None):
        raise Invalid(what="The person", why="give either an id or --by")
    if person is not None:
        return platform.identifier(person, "person")
    from troth.vault import queries

    kind = records.identifier_kind(by or "")
    there = {each.subject_id for each in queries.find(permit, kind, asking.line(kind.capitalize()))}
    if not there:
        raise NotFound(what="person")
    return there.pop()


@app.command("erase")
def erase(
    ctx: typer.Context,
    customer: Customer,
    reason: Reason,
    person: Person = None,
    by: MaybeBy = None,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch it to its certificate.")] = True,
    purpose: Purpose = "erasure",
    as_json: AsJson = False,
) -> None:
    """Erase a person: their key, then their rows, then a search for survivors, then the certificate.

    It asks for the customer's name, so that nobody erases at the wrong one.
    """
    platform.enter()
    from troth.access.roles import Action
    from troth.erasure import actions, queries

    found = platform.customer(ctx, customer)
    wanted = (Action.SUBJECTS_ERASE, Action.RECORDS_FIND, Action.ERASURES_READ, Action.CERTIFICATES_READ)
    permit = platform.permit(ctx, found.customer_id, *wanted, purpose=purpose, reason=reason)
    subject_id = _named(permit, person, by)
    if dry_run:
        foretell(permit, subject_id, as_json=as_json)
        return
    asking.confirm_name(
        found.name, confirm, consequence=f"This person's data at {found.name} will be destroyed. It can't be undone."
    )
    asked = actions.request_subject(permit, subject_id)
    if wait:
        erasures.conclude(erasures.follow(permit, asked.erasure_id), as_json=as_json)
    else:
        erasures.conclude(queries.progress(permit, asked.erasure_id), as_json=as_json)


def foretell(permit: "Permit", subject_id: UUID | None, *, as_json: bool) -> None:
    """What would go and what would honestly stay."""
    from troth.erasure import queries

    seen = queries.preview(permit, subject_id)
    if as_json:
        document(
            {
                "target": seen.target,
                "goes": dict(seen.goes),
                "stays": [{"what": what, "why": why} for what, why in seen.stays],
                "production_within_seconds": seen.production_within_seconds,
                "backups_within_seconds": seen.backups_within_seconds,
            }
        )
        return
    table(
        ["What goes", "Rows"],
        [(name, number(count)) for name, count in seen.goes if count],
        empty="No row would go.",
        right=("Rows",),
    )
    say("")
    table(["What stays", "Why"], [(what, why) for what, why in seen.stays], empty="Nothing stays.")
    note(f"Within {span(seen.production_within_seconds)}. Nothing was changed.", Mark.WAITING)
