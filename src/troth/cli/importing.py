"""`troth import`: a file of people and records into a dataset, whole or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast
from uuid import UUID

import typer

from troth.cli import datasets, platform
from troth.cli.options import AsJson, Customer, Dataset, Reason
from troth.cli.progress import counting
from troth.cli.terminal import Mark, document, note, notes, number, say, span
from troth.kernel.errors import Invalid

if TYPE_CHECKING:
    from troth.vault.imports import ImportReport
    from troth.vault.readers import Format, Options
    from troth.vault.storing import OnDuplicate

FORMATS = ("csv", "jsonl", "parquet")
ON_DUPLICATE = ("reject", "skip", "update")
REASONS_SHOWN = 10


Source = Annotated[str, typer.Argument(metavar="FILE", help="The file to read, .gz too; `-` reads standard input.")]
Format_ = Annotated[str | None, typer.Option("--format", help="csv, jsonl or parquet; else the file's name tells.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Of a text file; else it is found out.")]
Delimiter = Annotated[str | None, typer.Option("--delimiter", help="Of a CSV file; else it is found out.")]
Duplicate = Annotated[str, typer.Option("--on-duplicate", help="For people already there: reject, skip or update.")]
MaxRejected = Annotated[
    int, typer.Option("--max-rejected", min=0, help="Import nothing if more rows than this are rejected.")
]
Again = Annotated[bool, typer.Option("--again", help="Import a source that was imported already.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and judge every row, store none.")]


def import_(
    ctx: typer.Context,
    source: Source,
    customer: Customer,
    dataset: Dataset,
    reason: Reason,
    format_: Format_ = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    on_duplicate: Duplicate = "reject",
    max_rejected: MaxRejected = 0,
    again: Again = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import people and their records from CSV, JSON lines or Parquet.

    One transaction: everything is taken or nothing is. Running it again makes no duplicates, because people are known
    by their identifiers. Rejected rows go, with line and reason, into a file that the report names; repaired, it can be
    imported as it is.
    """
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import imports

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.RECORDS_IMPORT, Action.DATASETS_LIST, reason=reason)
    with counting("Judging" if dry_run else "Importing", "rows") as advance, _naming_rejected(found.customer_id):
        report = imports.run(
            permit,
            datasets.named(permit, dataset).dataset_id,
            sys.stdin.buffer if source == "-" else _existing(source),
            options=_options(format_, encoding, delimiter),
            dry_run=dry_run,
            on_duplicate=cast("OnDuplicate", _one_of("--on-duplicate", on_duplicate, ON_DUPLICATE)),
            max_rejected=max_rejected,
            again=again,
            progress=lambda seen: advance(seen.rows, seen.bytes / seen.bytes_total if seen.bytes_total else None),
        )
    _tell(report, as_json=as_json)


def _options(format_: str | None, encoding: str | None, delimiter: str | None) -> "Options":
    from troth.vault.readers import Options

    kind = _one_of("The format", format_, FORMATS) if format_ else None
    return Options(format=cast("Format | None", kind), encoding=encoding, delimiter=delimiter)


@contextmanager
def _naming_rejected(customer_id: UUID) -> Iterator[None]:
    """An import that stops for its rejected rows says where they lie: else nobody could repair its source."""
    from troth.vault import spools
    from troth.vault.errors import TooManyRejected

    try:
        yield
    except TooManyRejected as error:
        file = spools.folder("rejected", customer_id) / f"{error.data['import_id']}.jsonl"
        note(f"Rejected rows, with line and reason: {file}", Mark.ATTENTION)
        raise


def _one_of(what: str, given: str, choices: tuple[str, ...]) -> str:
    if given not in choices:
        raise Invalid(what=what, why=f"it is none of {', '.join(choices)}")
    return given


def _existing(source: str) -> Path:
    path = Path(source)
    if not path.is_file():
        raise Invalid(what="The file", why="there is none of this name")
    return path


def _tell(report: "ImportReport", *, as_json: bool) -> None:
    if as_json:
        document(
            {
                "id": report.import_id,
                "dry_run": report.dry_run,
                "rows": report.rows,
                "stored": report.stored,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "skipped": report.skipped,
                "rejected": report.rejected,
                "rejected_file": report.rejected_file,
                "reasons": dict(report.reasons),
                "seconds": round(report.seconds, 3),
            }
        )
        return
    counts = {
        "stored": report.stored,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "skipped": report.skipped,
        "rejected": report.rejected,
    }
    said = " · ".join(f"{number(count)} {word}" for word, count in counts.items() if count) or "no row"
    rate = f", {report.rows / report.seconds:,.0f} rows/s" if report.seconds else ""
    lead = "Nothing was stored; it would be: " if report.dry_run else ""
    say(f"{lead}{said} ({span(report.seconds)}{rate})", Mark.WAITING if report.dry_run else Mark.DONE)
    if report.rejected_file is not None:
        note(f"Rejected rows, with line and reason: {report.rejected_file}", Mark.ATTENTION)
        _tell_reasons(report)


def _tell_reasons(report: "ImportReport") -> None:
    for words, count in report.reasons.most_common(REASONS_SHOWN):
        notes().print(f"  {count:>9,}  {words}")
