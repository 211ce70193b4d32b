"""`troth evidence`: what an auditor takes away."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from troth.cli import platform
from troth.cli.options import AsJson
from troth.cli.terminal import Mark, document, note, number, say
from troth.kernel.errors import Conflict, Invalid

app = typer.Typer(
    help="What an auditor takes away, to judge again on another machine.", no_args_is_help=True, rich_markup_mode=None
)

Since = Annotated[
    datetime | None, typer.Option("--since", help="From this instant on (UTC); a year before the end if not said.")
]
Until = Annotated[datetime | None, typer.Option("--until", help="Before this instant (UTC); now if not said.")]


@app.command("archive")
def archive(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="A new folder, or a file whose name ends in .tar.")],
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Write all evidence with its proof: the operator's log, the policies, OSCAL. `troth-verify judge` reads it."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.promises import archiving

    permit = platform.permit(ctx, OPERATOR, Action.EVIDENCE_EXPORT)
    try:
        done = archiving.archive(permit, output, since=platform.aware(since), until=platform.aware(until))
    except FileExistsError:
        raise Conflict(what="The output", why="something of that name is there already") from None
    except OSError as error:
        raise Invalid(what="The output", why=f"it can't be written ({error.strerror})") from None
    if as_json:
        document(
            {
                "path": output.resolve(),
                "entries": done.entries,
                "policies": done.policies,
                "since": done.since,
                "until": done.until,
                "manifest": done.manifest,
            }
        )
        return
    say(f"{number(done.entries)} log entries and {done.policies} versions of the policy: {output}", Mark.DONE)
    note(f"Judge it anywhere: troth-verify judge {output} --key KEY --sample 20 --seed WORD")


@app.command("oscal")
def oscal(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write the documents into.")],
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Write the policy and its results as OSCAL 1.1: catalogue, component definition, assessment results."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.promises import archiving
    from troth.promises.oscal import NoPolicy

    permit = platform.permit(ctx, OPERATOR, Action.EVIDENCE_EXPORT)
    end = platform.aware(until) or datetime.now(UTC)
    try:
        made = archiving.as_oscal(permit, since=platform.aware(since) or end - archiving.PERIOD, until=end)
        output.mkdir(parents=True, exist_ok=True)
        for name, told in made.items():
            (output / name).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except NoPolicy:
        raise Invalid(what="The policy", why="none is in force yet") from None
    except OSError as error:
        raise Invalid(what="The output", why=f"it can't be written ({error.strerror})") from None
    if as_json:
        document({"folder": output.resolve(), "files": sorted(made)})
        return
    for name in sorted(made):
        say(str(output / name), Mark.DONE)
