"""Options that many commands share: the same word means the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

Customer = Annotated[str, typer.Option("--customer", "-c", help="The customer's name or id.", show_default=False)]
CustomerName = Annotated[str, typer.Argument(help="The customer's name or id.", metavar="CUSTOMER")]
Dataset = Annotated[str, typer.Option("--dataset", "-d", help="The dataset's name or id.", show_default=False)]
Reason = Annotated[
    str,
    typer.Option("--reason", "-r", help="Why you look: logged, and the customer can read it.", show_default=False),
]
Purpose = Annotated[
    str, typer.Option("--purpose", help="What the data is used for, as a short word (support, billing …).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")]
Confirm = Annotated[
    str | None, typer.Option("--confirm", metavar="NAME", help="The name that would be asked for, for scripts.")
]
OnBehalfOf = Annotated[
    str | None,
    typer.Option("--on-behalf-of", metavar="ACCOUNT", help="The customer's owner (account id) who instructed it."),
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        help="Which identifier to look for: email, phone or reference. Its value is asked for, or read from standard "
        "input: arguments can be read by every user of this machine.",
        show_default=False,
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")]

PURPOSE = "support"
"""Staff at a shell look because someone asked for help; any other purpose is said."""
