"""Runs the demonstration from the empty folder to the last table, and stops the platform however it ends."""

import re
import signal
import sys
from pathlib import Path
from types import FrameType

from rich.text import Text

from troth.cli.demo import people, stage
from troth.cli.demo.ending import Ending
from troth.cli.demo.narrator import WIDTH, Narrator, timed
from troth.cli.demo.promising import Promising
from troth.cli.demo.story import Story
from troth.cli.terminal import Mark, note, out, span


def run(home: Path, *, rows: int = people.ROWS, leave: bool = False, picture: Path | None = None) -> None:
    """Play it all. Raises what did not hold; the platform is stopped in any case."""
    # SIGINT too: whoever starts it in the background hands it down ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    set_up = stage.prepare(home)
    narrator = Narrator()
    out().record = picture is not None
    out().print(Text("Troth · customer data in, used, erased, and proven", style="bold"))
    narrator.tell("Every line with a mark was checked before it was printed.")
    story = Story(set_up, narrator, rows=rows)
    try:
        with timed() as whole:
            promising = _acts(story)
        promising.show()
        narrator.table(f"{narrator.held} claims held · {span(whole.seconds)}")
        if picture is not None:
            _draw(picture)  # before any password is shown
        _papers(story)
        if leave or not sys.stdout.isatty():
            note("Stopping the platform …")
        else:
            _doors(story)
            _stay(story)
    finally:
        set_up.down()
    note("Stopped. `make demo` again starts afresh.", Mark.DONE)


def _acts(story: Story) -> Promising:
    ending = Ending(story)
    promising = Promising(story, ending)
    story.start()
    promising.bring_into_force()
    story.welcome()
    story.fill()
    story.work()
    ending.keep_checkpoint()
    ending.erase_person()
    ending.delete_customer()
    ending.prove()
    promising.look()
    promising.exchange()
    return promising


def _draw(picture: Path) -> None:
    """The terminal as a drawing of its own, which asks nobody for a font."""
    out().width = WIDTH
    text = re.sub(r"@font-face \{.*?\}\s*", "", out().export_svg(title="make demo"), flags=re.DOTALL)
    out().record = False
    picture.write_text(text.replace("Fira Code", "ui-monospace, DejaVu Sans Mono, Menlo"), encoding="utf-8")


def _papers(story: Story) -> None:
    papers = story.papers
    shown = {f"Certificate {count}": _near(path) for count, path in enumerate(papers.certificates, start=1)}
    if papers.bundle:
        shown["Log bundle"] = _near(papers.bundle)
    if papers.checkpoint:
        shown["Kept checkpoint"] = _near(papers.checkpoint)
    if papers.statement:
        shown["Trust statement"] = _near(papers.statement)
    if papers.archive:
        shown["Auditor's archive"] = _near(papers.archive)
    story.narrator.pairs("Papers", shown)


def _doors(story: Story) -> None:
    """How to sign in, where the platform stays up for it."""
    papers, first = story.papers, story.customers[0]
    story.narrator.pairs(
        "Sign in while it runs (made for this demonstration, nowhere else kept)",
        {
            "Trust page": f"{story.stage.address}/trust",
            "Console": story.stage.address,
            "Promise board": f"{story.stage.address}/promises",
            "Operator": "  ".join(papers.operator),
            first.name: f"{first.mail}  {first.password}",
            "Receipt": papers.receipt,
            "API": f"{story.stage.address}/api/docs",
        },
    )


def _near(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _stay(story: Story) -> None:
    out().print()
    note(f"The platform stays up in {story.stage.shown} until Ctrl-C.", Mark.RUNNING)
    note("  Your browser will not know its certificate: it is the installation's own.")
    try:
        if story.stage.process is not None:
            story.stage.process.wait()
            note(f"The platform ended by itself; its words are in {story.stage.log}.", Mark.BROKEN)
    except KeyboardInterrupt:
        note("Stopping …")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
