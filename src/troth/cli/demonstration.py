"""`troth demo`: the main job, end to end, on real data with made-up people."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    home: Annotated[
        Path, typer.Option("--home", envvar="DEMO_HOME", help="Its own folder, emptied at every start.")
    ] = Path("var/demo"),
    rows: Annotated[
        int, typer.Option("--rows", envvar="DEMO_ROWS", min=100, max=45_211, help="How many contacts to import.")
    ] = 45_211,
    exit_: Annotated[
        bool, typer.Option("--exit", envvar="DEMO_EXIT", help="End after the last table instead of staying up.")
    ] = False,
    picture: Annotated[Path | None, typer.Option("--picture", hidden=True, help="Draw it as SVG.")] = None,
) -> None:
    """Run the main job on 45,211 contacts and show that each promise held; the exit code says so too."""
    from troth.cli.demo import play

    play.run(home, rows=rows, leave=exit_, picture=picture)
