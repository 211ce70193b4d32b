"""`troth promise`: what is promised, whether it is true now, and the evidence. Nothing here takes a state."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from troth.cli import platform
from troth.cli.options import AsJson, Limit
from troth.cli.terminal import Cell, Mark, document, facts, marked, note, number, say, table, when

if TYPE_CHECKING:
    from uuid import UUID

    from troth.promises.actions import Checked
    from troth.promises.statement import ControlLine, EvidencePage, Line, Statement

app = typer.Typer(
    help="What is promised, and whether it is true right now.", no_args_is_help=True, rich_markup_mode=None
)

Customer = Annotated[
    str | None,
    typer.Option("--customer", "-c", help="With this customer's own terms and evidence.", show_default=False),
]
Language = Annotated[Literal["en", "fr"], typer.Option("--language", "-l", help="In which language.")]
Clause = Annotated[str, typer.Argument(metavar="CLAUSE", help="The clause, as the policy names it (A-4b).")]
MARKS = {
    "kept": Mark.DONE,
    "at_risk": Mark.ATTENTION,
    "broken": Mark.BROKEN,
    "stale": Mark.WAITING,
    "unverified": Mark.UNPROVEN,
    "excepted": Mark.EXCEPTED,
    "declared": Mark.DECLARED,
}


@app.command("list")
def list_(ctx: typer.Context, customer: Customer = None, language: Language = "en", as_json: AsJson = False) -> None:
    """List every promise of the policy in force with its state."""
    found = _statement(ctx, customer, language)
    if as_json:
        document(found)
        return
    from troth_judge.sentences import STATE_WORDS

    if found.pack is None:
        say("No policy is in force: nothing is promised yet. `troth policy activate` brings one into force.")
        return
    table(
        ["Clause", "State", "Since", "What was seen"],
        [
            (
                line.clause_id,
                marked(MARKS[line.state], STATE_WORDS[line.state][language]),
                when(line.since),
                line.sentence,
            )
            for line in found.lines()
        ],
        empty="The policy has no clauses.",
    )
    shown = found.figure
    say(f"{shown.kept} of {shown.provable} kept; {shown.unproven} not proven; {shown.declared} only declared.")
    if found.discarded:
        note(
            f"{number(found.discarded)} rows of the history are not in the log, and are not shown.",
            Mark.BROKEN,
        )


@app.command("show")
def show(
    ctx: typer.Context,
    clause: Clause,
    customer: Customer = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show one promise: its words, its controls, its terms, and every miss."""
    found = _statement(ctx, customer, language)
    line = found.line(clause)
    if line is None:
        from troth.promises.errors import UnknownClause

        raise UnknownClause(what="clause", clause=clause)
    if as_json:
        document(line)
    else:
        _show(line, language)


@app.command("check")
def check(
    ctx: typer.Context,
    controls: Annotated[
        list[str] | None,
        typer.Argument(metavar="CONTROL…", help="Which controls to look at; all of the policy's if none is named."),
    ] = None,
    customer: Customer = None,
    as_json: AsJson = False,
) -> None:
    """Look now, seal what is seen, and derive what follows. What comes out is nobody's to say."""
    # As the worker: some controls need to look with logins that the command line has not.
    platform.enter(process="worker")
    from troth.promises import actions, policies

    customer_id = _customer(ctx, customer)
    pack = policies.in_force().pack
    wanted = controls or [one.id for one in (policies.controls(pack) if pack else ()) if _looks(one, customer_id)]
    found = [actions.check(each, by=platform.actor(ctx), customer_id=customer_id) for each in wanted]
    if as_json:
        document([_looked(each) for each in found])
    else:
        _looks_taken(found)


@app.command("evidence")
def evidence(
    ctx: typer.Context,
    control: Annotated[str, typer.Argument(metavar="CONTROL", help="Whose evidence.")],
    customer: Customer = None,
    before: Annotated[int | None, typer.Option("--before", help="Older than this number.")] = None,
    limit: Limit = 20,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List a control's sealed evidence, the newest first, judged again."""
    platform.enter()
    from troth.promises import queries

    found = queries.evidence(
        control, customer_id=_customer(ctx, customer), before=before, limit=limit, language=language
    )
    if as_json:
        document(found)
    else:
        _evidence(found, language)


def _statement(ctx: typer.Context, customer: str | None, language: Literal["en", "fr"]) -> "Statement":
    platform.enter()
    from troth.promises import queries

    return queries.statement(_customer(ctx, customer), language=language)


def _customer(ctx: typer.Context, customer: str | None) -> "UUID | None":
    """Ask the gate, and find the customer if one is named."""
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR

    platform.permit(ctx, OPERATOR, Action.PROMISES_READ)
    return platform.customer(ctx, customer).customer_id if customer else None


def _looks(control: object, customer_id: "UUID | None") -> bool:
    return customer_id is None or bool(getattr(control, "per_customer", False))


def _show(line: "Line", language: Literal["en", "fr"]) -> None:
    from troth_judge.sentences import STATE_WORDS

    say(line.words)
    facts(
        {
            "State": marked(MARKS[line.state], STATE_WORDS[line.state][language]),
            "Underneath": STATE_WORDS[line.underlying][language] if line.underlying else None,
            "Because": line.sentence,
            "Next": line.advice,
            "Since": when(line.since),
            "Excepted until": when(line.exception.until) if line.exception else None,
            "Reason": line.exception.reason if line.exception else None,
            "In fact": line.exceeds,
            **{term.title: term.derivation for term in line.terms},
        }
    )
    table(
        ["Control", "State", "Seen", "Leaf", "What was seen"],
        [_control(one, language) for one in line.controls],
        empty="No control checks it.",
    )
    table(
        ["From", "Until", "Miss", "What happened"],
        [(when(one.since), when(one.until), STATE_WORDS[one.state][language], one.sentence) for one in line.misses],
        empty="No miss was ever seen.",
    )


def _control(one: "ControlLine", language: Literal["en", "fr"]) -> "tuple[Cell, ...]":
    from troth_judge.sentences import STATE_WORDS

    return (
        one.id,
        marked(MARKS[one.state], STATE_WORDS[one.state][language]),
        when(one.seen_at),
        "–" if one.leaf_index is None else str(one.leaf_index),
        one.sentence,
    )


def _evidence(found: "EvidencePage", language: Literal["en", "fr"]) -> None:
    from troth_judge.sentences import STATE_WORDS

    table(
        ["Number", "Seen", "State", "Leaf", "What was seen"],
        [
            (
                str(row.number),
                when(row.seen_at),
                marked(MARKS[row.state], STATE_WORDS[row.state][language]),
                "–" if row.leaf_index is None else str(row.leaf_index),
                row.sentence,
            )
            for row in found.rows
        ],
        empty="It was never looked at.",
        right=["Number", "Leaf"],
    )
    if found.older_than is not None:
        note(f"There is older evidence: --before {found.older_than}.")


def _looked(each: "Checked") -> dict[str, object]:
    from troth_judge.sentences import sentence

    return {
        "control": each.control,
        "state": each.verdict.state,
        "code": each.verdict.code,
        "sentence": sentence(each.verdict, "en"),
        "seen_at": each.seen_at,
        "event_id": each.event_id,
        "changes": [{"clause": one.clause, "before": one.before, "state": one.state} for one in each.changes],
    }


def _looks_taken(found: "list[Checked]") -> None:
    from troth_judge.sentences import STATE_WORDS, sentence

    table(
        ["Control", "State", "What was seen"],
        [
            (
                each.control,
                marked(MARKS[each.verdict.state], STATE_WORDS[each.verdict.state]["en"]),
                sentence(each.verdict, "en"),
            )
            for each in found
        ],
        empty="No policy is in force, or nothing of it can be looked at.",
    )
