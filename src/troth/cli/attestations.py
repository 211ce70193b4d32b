"""`troth attestation`: what people answer for, where no program can look."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli import asking, platform, signing_in
from troth.cli.options import AsJson
from troth.cli.terminal import Cell, Mark, document, facts, marked, note, say, table, when

if TYPE_CHECKING:
    from troth.promises.attesting.queries import Due, Told
    from troth.promises.attesting.rules import Handed

app = typer.Typer(
    help="What people answer for, where no program can look.", no_args_is_help=True, rich_markup_mode=None
)

Topic = Annotated[str, typer.Argument(metavar="TOPIC", help="The topic's id (`troth attestation list`).")]
Id = Annotated[str, typer.Argument(metavar="ATTESTATION", help="The attestation's id.")]
MARKS = {"kept": Mark.DONE, "at_risk": Mark.ATTENTION, "unverified": Mark.UNPROVEN}
FATES = {"valid": Mark.DONE, "waiting": Mark.WAITING}


@app.command("list")
def list_(
    ctx: typer.Context,
    within: Annotated[
        int | None, typer.Option("--within", min=0, metavar="DAYS", help="Only what falls due in so many days.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what the policy in force asks people to attest: how it stands, and when it falls due."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.clock import SYSTEM
    from troth.kernel.ids import OPERATOR
    from troth.promises.attesting import queries
    from troth_judge.sentences import STATE_WORDS

    platform.permit(ctx, OPERATOR, Action.PROMISES_READ)
    found = queries.due(None if within is None else SYSTEM.now() + timedelta(days=within))
    if as_json:
        document(found)
        return
    table(
        ["Topic", "State", "Due", "Why"],
        [
            (each.topic, marked(MARKS[each.state], STATE_WORDS[each.state]["en"]), _due(each), each.sentence)
            for each in found
        ],
        empty="Nothing falls due.",
    )


def _due(row: "Due") -> str:
    return "now" if row.due_at is None else when(row.due_at)[:10]


@app.command("history")
def history(
    ctx: typer.Context,
    topic: Annotated[str | None, typer.Argument(metavar="TOPIC", help="Of this topic alone.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every attestation ever given: nothing is removed."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.promises.attesting import queries

    found = queries.history(platform.permit(ctx, OPERATOR, Action.PROMISES_READ), topic)
    if as_json:
        document(found)
        return
    table(
        ["Attestation", "Topic", "Given", "State"],
        [(str(each.attestation_id), each.topic, when(each.given_at)[:10], _fate(each)) for each in found],
        empty="Nothing was ever attested: `troth attestation give TOPIC` is the first.",
    )


def _fate(told: "Told") -> Cell:
    return marked(FATES.get(told.state, Mark.BROKEN), told.state)


@app.command("assign")
def assign(
    ctx: typer.Context,
    topic: Topic,
    account: Annotated[
        str | None, typer.Option("--account", metavar="ACCOUNT", help="Who answers for it; without, all officers do.")
    ] = None,
) -> None:
    """Have an account answer for a topic: it is reminded before the end."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.promises.attesting import actions

    permit = platform.permit(ctx, OPERATOR, Action.ATTESTATIONS_GIVE)
    actions.assign(permit, topic, None if account is None else platform.identifier(account, "account"))
    say("All officers are reminded of it." if account is None else "That account is reminded of it.", Mark.DONE)


@app.command("give")
def give(
    ctx: typer.Context,
    topic: Topic,
    file: Annotated[
        Path | None,
        typer.Option("--document", exists=True, dir_okay=False, readable=True, help="A document that shows it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Attest a topic, as yourself: you are asked for your address and password, then for the statement.

    From standard input: the address, the password, and all further lines as the statement.
    """
    platform.enter()
    from troth.access import gate
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.promises.attesting import actions, topics

    asked = topics.topic(topic).asks.en
    handed = None if file is None else _read(file)
    with signing_in.person(ctx) as actor:
        permit = gate.permit(actor, OPERATOR, Action.ATTESTATIONS_GIVE)
        note(asked)
        given = actions.give(permit, topic, statement=_statement(), document=handed)
    if as_json:
        document({"id": given, "topic": topic})
        return
    say(f"Attested: {given}", Mark.DONE)
    note(f"It counts once somebody else has reviewed it: troth attestation review {given} --accept")


def _read(file: Path) -> "Handed":
    from troth.kernel.errors import Invalid
    from troth.promises.attesting.rules import Handed
    from troth.promises.attesting.terms import DEFAULT

    with file.open("rb") as source:
        content = source.read(DEFAULT.document_at_most + 1)
    if not content:
        raise Invalid(what="The document", why="it is empty")
    return Handed(file.name, content)


def _statement() -> str:
    """The statement: up to an empty line on a terminal, all that is left of standard input otherwise."""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    lines = []
    while line := asking.line("Statement (an empty line ends it)"):
        lines.append(line)
    return "\n".join(lines)


@app.command("review")
def review(
    ctx: typer.Context,
    attestation: Id,
    accepted: Annotated[bool, typer.Option("--accept/--refuse", help="What you found.", show_default=False)],
    reason: Annotated[str | None, typer.Option("--reason", "-r", help="Why, when you refuse it.")] = None,
) -> None:
    """Review what somebody else attested, as yourself: you are asked for your address and password."""
    platform.enter()
    from troth.access import gate
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.promises.attesting import actions

    wanted = platform.identifier(attestation, "attestation")
    with signing_in.person(ctx) as actor:
        permit = gate.permit(actor, OPERATOR, Action.ATTESTATIONS_REVIEW)
        actions.review(permit, wanted, accepted=accepted, reason=reason)
    say("Accepted: it counts from now on." if accepted else "Refused: it does not count.", Mark.DONE)


@app.command("withdraw")
def withdraw(
    ctx: typer.Context,
    attestation: Id,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; it is kept with it.", show_default=False)],
) -> None:
    """Take an attestation back, as yourself. It stays in the history with the reason."""
    platform.enter()
    from troth.access import gate
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.promises.attesting import actions

    wanted = platform.identifier(attestation, "attestation")
    with signing_in.person(ctx) as actor:
        permit = gate.permit(actor, OPERATOR, Action.ATTESTATIONS_GIVE)
        actions.withdraw(permit, wanted, reason=reason)
    say("Withdrawn: it does not count any more.", Mark.DONE)


@app.command("show")
def show(ctx: typer.Context, attestation: Id, as_json: AsJson = False) -> None:
    """Show an attestation with its statement; the look is logged."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.promises.attesting import queries

    permit = platform.permit(ctx, OPERATOR, Action.ATTESTATIONS_REVIEW)
    found = queries.opened(permit, platform.identifier(attestation, "attestation"))
    if as_json:
        document(found)
        return
    told = found.told
    facts(
        {
            "Attestation": str(told.attestation_id),
            "Topic": told.topic,
            "State": _fate(told),
            "Given": f"{when(told.given_at)} by {told.given_by} ({told.given_role})",
            "Reviewed": f"{when(told.reviewed_at)} by {told.reviewed_by}" if told.reviewed_at else None,
            "Valid until": when(told.valid_until) if told.valid_until else None,
            "Withdrawn": when(told.withdrawn_at) if told.withdrawn_at else None,
            "Reason": found.withdrawal_reason or found.review_reason,
            "Statement": found.statement,
            "Document": f"{found.file_name}, {told.document_bytes} bytes" if found.file_name else None,
            "Its SHA-256": told.document_sha256,
        }
    )


@app.command("document")
def document_(
    ctx: typer.Context,
    attestation: Id,
    output: Annotated[Path, typer.Option("--output", "-o", help="A file that does not exist yet.")],
) -> None:
    """Write an attestation's document to a new file that only you can read; the look is logged."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.errors import Conflict
    from troth.kernel.ids import OPERATOR
    from troth.promises.attesting import queries

    permit = platform.permit(ctx, OPERATOR, Action.ATTESTATIONS_REVIEW)
    if output.exists():
        raise Conflict(what="The output", why="there is a file already")
    found = queries.document(permit, platform.identifier(attestation, "attestation"))
    output.touch(mode=0o600, exist_ok=False)
    output.write_bytes(found.content)
    say(f"Written: {len(found.content)} bytes, handed in as {found.name}", Mark.DONE)
