"""`troth record export`: a dataset for somebody else, its identifiers replaced by tokens."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from troth.cli import datasets, platform, records
from troth.cli.options import AsJson, Customer, Dataset, Reason
from troth.cli.terminal import Mark, document, note, number, say

if TYPE_CHECKING:
    from troth.vault.exports import Digest, Format
    from troth.vault.schema import Schema

Recipient = Annotated[
    str, typer.Option("--recipient", help="Who gets it, as a short word; each recipient sees tokens of their own.")
]
Fields = Annotated[list[str], typer.Option("--field", "-f", help="A field to export, in this order. Repeatable.")]
Format_ = Annotated[str, typer.Option("--format", help="csv, jsonl or parquet.")]
Where = Annotated[
    str | None, typer.Option("--where", help="Only records that meet this condition; `-` reads it from standard input.")
]
DigestOf = Annotated[
    str, typer.Option("--digest", help="How identifiers are replaced: keyed, or plain sha256 or md5 where demanded.")
]
Need = Annotated[
    str | None, typer.Option("--need", help="For a plain digest: why the recipient's format demands it. Logged.")
]
Spreadsheet = Annotated[bool, typer.Option("--spreadsheet", help="A CSV that no spreadsheet runs as formulas.")]


def export(
    ctx: typer.Context,
    customer: Customer,
    dataset: Dataset,
    recipient: Recipient,
    field: Fields,
    reason: Reason,
    purpose: Annotated[str, typer.Option("--purpose", help="What the recipient uses it for, as a short word.")],
    format_: Format_ = "csv",
    where: Where = None,
    digest: DigestOf = "keyed",
    need: Need = None,
    spreadsheet: Spreadsheet = False,
    as_json: AsJson = False,
) -> None:
    """Export a dataset with its identifiers replaced by tokens that only this installation can make.

    The file lies in the installation's own spool, private, and goes when any of its people is erased; copy it from
    there. Plain digests (sha256, md5) are no protection: whoever guesses an address finds it again.
    """
    platform.enter()
    from troth.access.roles import Action
    from troth.vault import exports

    found = platform.customer(ctx, customer)
    wanted = (Action.RECORDS_EXPORT, Action.DATASETS_LIST)
    permit = platform.permit(ctx, found.customer_id, *wanted, purpose=purpose, reason=reason)
    one = datasets.named(permit, dataset)
    order = exports.Order(
        recipient=recipient,
        fields=tuple(field),
        format=cast("Format", format_),
        where=_condition(where, one.schema),
        digest=cast("Digest", digest),
        need=need,
        spreadsheet=spreadsheet,
    )
    done = exports.pseudonymous(permit, one.dataset_id, order)
    _tell(done.path, done.manifest, done.rows, digest, as_json=as_json)


def _condition(where: str | None, schema: "Schema") -> str | None:
    if where is None:
        return None
    return sys.stdin.read().strip() if where == "-" else records.impersonal(where, schema)


def _tell(path: Path, manifest: Path, rows: int, digest: str, *, as_json: bool) -> None:
    if as_json:
        document({"path": path, "manifest": manifest, "rows": rows, "digest": digest})
        return
    say(f"{number(rows)} records: {path}", Mark.DONE)
    note(f"What it is, for its recipient: {manifest}")
    if digest != "keyed":
        note(f"Its identifiers are plain {digest}: whoever guesses an address finds it again.", Mark.ATTENTION)
