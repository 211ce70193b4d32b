"""`troth erasure`: what is being erased, how far it is, and what to do when it is stuck."""

import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from troth.cli import platform
from troth.cli.exits import Exit
from troth.cli.options import AsJson, Customer, OnBehalfOf, Reason
from troth.cli.terminal import Mark, document, facts, marked, note, notes, number, say, span, table, when

if TYPE_CHECKING:
    from troth.access.permit import Permit
    from troth.erasure.queries import Progress

app = typer.Typer(help="What is being erased, and how far it is.", no_args_is_help=True, rich_markup_mode=None)

ErasureId = Annotated[str, typer.Argument(metavar="ERASURE", help="The erasure's id.")]
POLL = 0.25
"""Seconds between two looks at an erasure that one waits for."""
WAIT_AT_MOST = 900.0
"""Seconds until a waiting command lets go; the erasure itself goes on."""
STATES = {
    "confirmed": Mark.WAITING,
    "frozen": Mark.WAITING,
    "erasing": Mark.RUNNING,
    "done": Mark.DONE,
    "cancelled": Mark.BROKEN,
}
STEP_STATES = {
    "pending": Mark.UNPROVEN,
    "running": Mark.RUNNING,
    "waiting": Mark.WAITING,
    "failed": Mark.BROKEN,
    "done": Mark.DONE,
}


@app.command("list")
def list_(ctx: typer.Context, customer: Customer, as_json: AsJson = False) -> None:
    """List a customer's erasures, the newest first."""
    permit = _permit(ctx, customer)
    from troth.erasure import queries

    found = queries.listing(permit)
    if as_json:
        document([described(each) for each in found])
        return
    table(
        ["Erasure", "Of", "State", "Since"],
        [
            (str(each.erasure_id), each.target, marked(STATES[each.state], _word(each)), when(each.confirmed_at))
            for each in found
        ],
        empty="Nothing has been erased here.",
    )


@app.command("show")
def show(ctx: typer.Context, erasure: ErasureId, customer: Customer, as_json: AsJson = False) -> None:
    """Show one erasure: its steps, its clocks, and what it waits for."""
    permit = _permit(ctx, customer)
    from troth.erasure import queries

    seen = queries.progress(permit, platform.identifier(erasure, "erasure"))
    if as_json:
        document(described(seen))
    else:
        _show(seen)


@app.command("retry")
def retry(ctx: typer.Context, erasure: ErasureId, customer: Customer) -> None:
    """Try a failed or waiting step again now."""
    platform.enter()
    from troth.access.roles import Action
    from troth.erasure import actions

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.ERASURES_RETRY)
    actions.retry(permit, platform.identifier(erasure, "erasure"))
    say("It is tried again now.", Mark.DONE)


@app.command("cancel")
def cancel(
    ctx: typer.Context, erasure: ErasureId, customer: Customer, reason: Reason, on_behalf_of: OnBehalfOf = None
) -> None:
    """Call an erasure off while nothing is destroyed yet. A customer's needs its owner's word (--on-behalf-of)."""
    platform.enter()
    from troth.access.roles import Action
    from troth.erasure import actions

    found = platform.customer(ctx, customer)
    owner = platform.identifier(on_behalf_of, "owner") if on_behalf_of else None
    wanted = (Action.SUBJECTS_ERASE, Action.CUSTOMER_DELETE) if owner else (Action.SUBJECTS_ERASE,)
    permit = platform.permit(ctx, found.customer_id, *wanted, reason=reason, on_behalf_of=owner)
    actions.cancel(permit, platform.identifier(erasure, "erasure"))
    say("Called off: what was frozen is there again.", Mark.DONE)


def _permit(ctx: typer.Context, customer: str) -> "Permit":
    platform.enter()
    from troth.access.roles import Action

    found = platform.customer(ctx, customer)
    return platform.permit(ctx, found.customer_id, Action.ERASURES_READ, Action.CERTIFICATES_READ)


def described(seen: "Progress") -> dict[str, object]:
    """An erasure as JSON answers show it."""
    return {
        "id": seen.erasure_id,
        "target": seen.target,
        "target_id": seen.target_id,
        "state": seen.state,
        "confirmed_at": seen.confirmed_at,
        "grace_until": seen.grace_until,
        "cancellable": seen.cancellable,
        "stuck": seen.stuck,
        "epoch": seen.epoch,
        "production": {
            "state": seen.production.state,
            "seconds": seen.production.elapsed.total_seconds(),
            "limit_seconds": seen.production.limit.total_seconds(),
        },
        "certificate_id": seen.certificate_id,
        "steps": [
            {
                "step": step.step,
                "state": step.state,
                "done": step.done,
                "total": step.total,
                "started_at": step.started_at,
                "finished_at": step.finished_at,
                "attempts": step.attempts,
                "waiting_for": step.waiting_for,
                "error": step.error_code,
            }
            for step in seen.steps
        ],
    }


def _word(seen: "Progress") -> str:
    return "stuck" if seen.stuck else str(seen.state)


def _show(seen: "Progress") -> None:
    clock = seen.production
    facts(
        {
            "Erasure": str(seen.erasure_id),
            "Of": f"{seen.target} {seen.target_id}",
            "State": marked(Mark.BROKEN if seen.stuck else STATES[seen.state], _word(seen)),
            "Clock": f"{span(clock.elapsed.total_seconds())} of {span(clock.limit.total_seconds())} ({clock.state})",
            "Certificate": str(seen.certificate_id) if seen.certificate_id else "not yet",
        }
    )
    say("")
    table(
        ["Step", "State", "Done", "Took", "Waits for"],
        [
            (
                step.step,
                marked(STEP_STATES[step.state], step.state),
                number(step.done) if step.done else "",
                _took(step.started_at, step.finished_at),
                step.waiting_for or step.error_code or "",
            )
            for step in seen.steps
        ],
        empty="No step yet.",
        right=("Done", "Took"),
    )


def _took(began: datetime | None, ended: datetime | None) -> str:
    return span((ended - began).total_seconds()) if began and ended else ""


def follow(permit: "Permit", erasure_id: UUID) -> "Progress":
    """Watch an erasure to its end: each finished step is a line, the present one moves."""
    from troth.erasure import queries

    told: set[str] = set()
    deadline = time.monotonic() + WAIT_AT_MOST
    with notes().status("", spinner="dots") as status:
        while True:
            seen = queries.progress(permit, erasure_id)
            for step in seen.steps:
                if step.state == "done" and step.step not in told:
                    told.add(step.step)
                    counted = f" · {number(step.done)}" if step.done else ""
                    note(f"{step.step}{counted}  {_took(step.started_at, step.finished_at)}", Mark.DONE)
            if seen.finished or time.monotonic() > deadline:
                return seen
            present = next((step for step in seen.steps if step.state != "done"), None)
            status.update(f"{present.step} {present.waiting_for or ''}" if present else "certificate")
            time.sleep(POLL)


def conclude(seen: "Progress", *, as_json: bool) -> None:
    """Say how it ended; the exit code tells a script whether it is over."""
    if as_json:
        document(described(seen))
    elif seen.state == "done":
        say(f"Erased. Certificate {seen.certificate_id}", Mark.DONE)
        note(f"  troth certificate show {seen.certificate_id} --customer {seen.customer_id} --pdf FILE")
    else:
        say(f"It goes on: troth erasure show {seen.erasure_id} --customer {seen.customer_id}", Mark.RUNNING)
    if seen.stuck:
        raise typer.Exit(Exit.FAILED)
