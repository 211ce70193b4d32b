"""`troth key`: the keys on which everything stands, and the recovery kit that outlives this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli import asking, platform
from troth.cli.options import AsJson, Confirm
from troth.cli.terminal import Mark, document, facts, marked, note, say, table, when
from troth.kernel.errors import Invalid

if TYPE_CHECKING:
    from troth.keys.recovery import Opened

app = typer.Typer(help="The keys on which everything stands.", no_args_is_help=True, rich_markup_mode=None)

Sheets = Annotated[
    list[Path] | None,
    typer.Option(
        "--sheet", help="A file with one share of the recovery kit; repeatable. Without it, they are asked for."
    ),
]
_PLACES = {"ok": Mark.DONE, "half_done": Mark.RUNNING, "behind": Mark.ATTENTION, "fresh": Mark.ATTENTION}


@app.command("status")
def status(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the epoch, the key places, the recovery kit and what to worry about."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.keys import queries

    platform.permit(ctx, OPERATOR, Action.KEYS_STATUS)
    seen = queries.status()
    if as_json:
        document(seen)
        return
    kit = seen.kit
    facts(
        {
            "Epoch": f"{seen.epoch}, since {when(seen.made_at)}",
            "Custodian": seen.custodian,
            "Recovery kit": f"{kit.threshold} of {kit.shares} shares, made {when(kit.made)[:10]}" if kit else "none",
            "Rehearsed": (when(kit.rehearsed)[:10] if kit.rehearsed else "never") if kit else None,
            "Processes": str(len([each for each in seen.workers if each.fenced_at is None])),
        }
    )
    say("")
    table(
        ["Key place", "State", "Deleting there means"],
        [
            (
                each.label,
                marked(_PLACES.get(each.state, Mark.BROKEN), each.state.replace("_", " ")),
                each.medium.deletion,
            )
            for each in seen.places
        ],
        empty="No key place is configured.",
    )
    for alarm in seen.alarms:
        note("")
        note(alarm.sentence, Mark.BROKEN if alarm.grave else Mark.ATTENTION)
        note(f"  {alarm.next_step}")


@app.command("rehearse")
def rehearse(ctx: typer.Context, sheet: Sheets = None, as_json: AsJson = False) -> None:
    """Prove that shares of the recovery kit would open everything, without changing anything but the date of it."""
    platform.enter()
    from troth.keys import upkeep

    opened = upkeep.rehearse_kit(_texts(sheet))
    _record(ctx, "keys.kit_rehearsed")
    _tell(opened, "These shares would recover everything.", as_json=as_json)


@app.command("recover")
def recover(
    custodian: Annotated[Path, typer.Option("--custodian", help="An empty folder for the new custodian.")],
    sheet: Sheets = None,
    as_json: AsJson = False,
) -> None:
    """Make a new custodian with shares of the recovery kit, when the old one is lost.

    Works on the key places alone, while the platform is down. Afterwards, set TROTH_CUSTODIAN to the new folder and
    start the platform.
    """
    platform.prepare()
    from troth.host import state
    from troth.host.config import Config
    from troth.keys import upkeep

    if state.read(Config.from_environment()) is not None:
        raise Invalid(what="The recovery", why="the platform runs: stop it with `troth down` first")
    opened = upkeep.recover_custodian(_texts(sheet), custodian.resolve())
    _tell(opened, f"The new custodian lies in {custodian}.", as_json=as_json)
    note(f"Start the platform with TROTH_CUSTODIAN={custodian.resolve()}")


@app.command("rotate-kit")
def rotate_kit(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--folder", help="A new folder for the sheets; print them, then delete it.")],
    threshold: Annotated[int, typer.Option("--threshold", min=2, help="How many shares recover.")] = 3,
    shares: Annotated[int, typer.Option("--shares", min=2, max=255, help="How many there are.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Make a new recovery kit; the shares of the old one open nothing afterwards."""
    platform.enter()
    from troth.keys import upkeep

    made = upkeep.rotate_kit(folder.resolve(), threshold=threshold, shares=shares)
    _record(ctx, "keys.kit_rotated", threshold=threshold, shares=shares)
    if as_json:
        document({"kit": made.kit, "threshold": made.threshold, "shares": made.shares, "sheets": list(made.sheets)})
        return
    say(f"A new kit: any {made.threshold} of {made.shares} shares recover. The old one is worthless now.", Mark.DONE)
    note(f"Its sheets lie in {folder}. Print each, hand it to its holder, then delete the folder.", Mark.ATTENTION)


@app.command("catch-up")
def catch_up(
    ctx: typer.Context,
    new: Annotated[
        list[Path] | None,
        typer.Option(
            "--new", help="A configured folder that is a new key place; without it an empty one is left alone."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a key place that returned, or a new one that is named, to what the others hold."""
    platform.enter()
    from troth.keys import upkeep

    changed = upkeep.catch_up(new=[folder.resolve() for folder in new or ()])
    _record(ctx, "keys.caught_up", places=len(changed))
    if as_json:
        document({"changed": changed})
    elif changed:
        say(f"Brought up to date: {', '.join(changed)}.", Mark.DONE)
    else:
        say("Every key place in reach held everything already.", Mark.DONE)


@app.command("retire-place")
def retire_place(
    ctx: typer.Context,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="Its folder, as `key status` or an alarm names it.")],
    why: Annotated[str, typer.Option("--why", help="How its medium was destroyed; the declaration stays.")],
    confirm: Confirm = None,
) -> None:
    """Declare that a key place's medium was destroyed, so that erasures go on without it.

    A place that was only lost still holds keys: an erasure that ignores it would be no erasure.
    """
    platform.enter(process="worker")
    from troth.keys import upkeep

    asking.confirm_name(
        place, confirm, consequence="You declare that nobody can read this place's medium any more. This stays."
    )
    place_id = upkeep.retire_place(place, why=why)
    _record(ctx, "keys.place_retired", entity=str(place_id))
    say("Retired: epochs go on without it.", Mark.DONE)


def _texts(sheets: Sequence[Path] | None) -> list[str]:
    """The shares' texts: from files, or typed one after the other until an empty line."""
    if sheets:
        try:
            return [path.read_text(encoding="utf-8") for path in sheets]
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(what="A sheet", why=f"it can't be read ({type(error).__name__})") from None
    texts: list[str] = []
    while text := _typed(len(texts) + 1):
        texts.append(text)
    return texts


def _typed(count: int) -> str:
    """One share from paper, line after line; an empty line ends it, and an empty share ends the asking."""
    lines: list[str] = []
    while entered := asking.line(f"Share {count}, line {len(lines) + 1} (empty ends it)").strip():
        lines.append(entered)
    return "\n".join(lines)


def _tell(opened: "Sequence[Opened]", sentence: str, *, as_json: bool) -> None:
    if as_json:
        document([{"place": each.place, "epochs": each.roots, "signing_keys": each.signing_keys} for each in opened])
        return
    for each in opened:
        say(f"{each.place}: {len(each.roots)} root, {len(each.signing_keys)} signing key", Mark.DONE)
    say(sentence, Mark.DONE)


def _record(ctx: typer.Context, operation: str, *, entity: str | None = None, **detail: int) -> None:
    """What was done to the keys stands in the operator's own log."""
    from troth.audit.actions import record
    from troth.kernel.ids import OPERATOR
    from troth.kernel.wall import within

    with within(OPERATOR):
        record(operation, by=platform.actor(ctx), customer_id=OPERATOR, entity=entity, detail=detail or None)
