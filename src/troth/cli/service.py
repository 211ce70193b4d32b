"""`troth up`, `troth down`, `troth status`: the platform's processes on this machine."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from troth.cli import platform
from troth.cli.exits import Exit
from troth.cli.options import AsJson
from troth.cli.terminal import Mark, document, facts, marked, note, out, say, span, table

if TYPE_CHECKING:
    from troth.host.config import Config
    from troth.host.state import Notes
    from troth.host.status import DatabaseStatus, Status
    from troth.host.supervisor import Announcement

_STATES = {
    "running": Mark.DONE,
    "starting": Mark.RUNNING,
    "waiting": Mark.WAITING,
    "stopping": Mark.ATTENTION,
    "stopped": Mark.BROKEN,
    "failed": Mark.BROKEN,
}


def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return once it serves; `troth down` stops it.")] = False,
    announce_to: Annotated[int | None, typer.Option("--announce-to", hidden=True)] = None,
) -> None:
    """Start the platform: database, web, worker and sealer. Ctrl-C stops it in order.

    The first start makes the installation in TROTH_HOME (./var unless set) and prints a link, once, with which you
    make yourself the first administrator.
    """
    if detach:
        _detach()
        return
    from troth.host import supervisor
    from troth.host.config import Config

    config = Config.from_environment()
    note(f"Starting in {config.home} …")

    def announce(words: "Announcement") -> None:
        if announce_to is None:
            _announce(words)
            note("Ctrl-C stops it.")
        else:
            _hand_over(announce_to, words)

    supervisor.run(config, announce)
    note("Stopped.", Mark.DONE)


def _announce(words: "Announcement") -> None:
    say(f"Troth is up: {words.address}", Mark.DONE)
    if words.certificate:
        note(f"  Its own certificate, SHA-256 {words.certificate}")
    for warning in words.warnings:
        note(warning, Mark.ATTENTION)
    if words.enrolment_link:
        say("Make yourself the first administrator; the link works once and is shown this once:")
        # Never broken over two lines: it is copied.
        out().print(Text(f"  {words.enrolment_link}"), soft_wrap=True)


def _hand_over(descriptor: int, words: "Announcement") -> None:
    """Tell the command that waits, then let go of its terminal."""
    with os.fdopen(descriptor, "w", encoding="utf-8") as pipe:
        json.dump(asdict(words), pipe)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _detach() -> None:
    from troth.host.supervisor import Announcement

    read, write = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-m", "troth.cli", "up", "--announce-to", str(write)],
        stdin=subprocess.DEVNULL,
        pass_fds=(write,),
        start_new_session=True,
    )
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as pipe:
        said = pipe.read()
    if not said:
        raise typer.Exit(child.wait() or Exit.FAILED)  # its own words stand on standard error already
    words = json.loads(said)
    _announce(Announcement(**{**words, "warnings": tuple(words["warnings"])}))
    note("It goes on without this terminal; `troth down` stops it.")


def down() -> None:
    """Stop the platform in order, and wait until it has stopped."""
    from troth.host import state
    from troth.host.config import Config

    config = Config.from_environment()
    platform.admit(config)
    try:
        state.down(config)
    except TimeoutError:
        note("It has not stopped within a minute; `troth status` says what still runs.", Mark.BROKEN)
        raise typer.Exit(Exit.FAILED) from None
    except PermissionError:
        raise platform.not_yours(config) from None
    say("Stopped.", Mark.DONE)


def status(as_json: AsJson = False) -> None:
    """Say what runs, on which database, how the keys stand. The exit code is 6 where nothing runs."""
    from troth.host.config import Config

    config = Config.from_environment()
    platform.admit(config)
    found = _looked_at(config)
    if as_json:
        document({"running": found.notes is not None} | asdict(found) | {"sound": found.sound})
    elif found.notes is None:
        say(f"Nothing runs in {config.home}: `troth up` starts it.", Mark.BROKEN)
    else:
        _show(found, found.notes)
    if found.notes is None:
        raise typer.Exit(Exit.NOT_RUNNING)


def _looked_at(config: "Config") -> "Status":
    import django

    from troth.host import status

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.settings")
    django.setup()
    return status.status(config)


def _show(found: "Status", notes: "Notes") -> None:
    database, keys = found.database, found.keys
    facts(
        {
            "Address": notes.address,
            "Folder": str(found.home),
            "Up for": span(notes.uptime),
            "Phase": notes.phase,
            "Database": f"PostgreSQL {database.version}, {database.size / 1e6:,.0f} MB" if database else None,
            "Its programs": _programs(database) if database else None,
            "To be sealed": f"{found.backlog:,} entries" if found.backlog is not None else None,
            "Keys": f"epoch {keys.epoch}, {len(keys.places)} places" if keys else None,
        }
    )
    say("")
    table(
        ["Process", "State", "Number", "Restarts", "Last words"],
        [
            (
                each.name,
                marked(_STATES.get(each.state, Mark.UNPROVEN), each.state),
                str(each.process or "–"),
                str(each.restarts),
                each.words,
            )
            for each in notes.processes
        ],
        empty="No process.",
        right=("Number", "Restarts"),
    )
    for trouble in found.troubles:
        note(trouble, Mark.ATTENTION)


def _programs(database: "DatabaseStatus") -> str:
    since = f", here since {database.installed:%Y-%m-%d}" if database.installed else ""
    return f"{database.programs}{since}; newer ones: postgresql.org"
