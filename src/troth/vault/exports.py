"""Exports for others: a pseudonym in the place of every identifier, streamed to a private file.

Guarantees: no identifier leaves in the clear; a person's pseudonym is the same in every export to one recipient and
unlike for every other, and nobody without the customer's key can tell whose it is (N-4.1c: a keyed digest, where MD5
was promised). Which fields go out is said each time: nothing leaves by default (X-4b). A receiving platform that
insists on plain SHA-256 or MD5 of the normalised value gets that only when it is named with its need; the manifest
then says that this is no pseudonymisation worth the name.
"""

import csv
import hashlib
import hmac
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, Protocol, get_args
from uuid import UUID

import msgspec
import pyarrow as pa
from pyarrow import parquet

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.actions import record
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import Invalid
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys.rings import ring
from troth.vault import datasets, scans, spools
from troth.vault.opening import Record
from troth.vault.schema import Field, Schema
from troth.vault.values import Stored, matched

Format = Literal["csv", "jsonl", "parquet"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
Digest = Literal["keyed", "sha256", "md5"]
DIGESTS: Final[tuple[Digest, ...]] = get_args(Digest)

_RECIPIENT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
_NEED_LENGTH: Final = 500
_TOKEN_BYTES: Final = 16
_ROWS_AT_A_TIME: Final = 2_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
WEAK: Final = (
    "The identifiers are plain digests, as the recipient's format demands. Whoever can guess an address or a number "
    "can compute its digest and recognise the person: this is no pseudonymisation in strength. Treat the file as "
    "personal data."
)
KEYED: Final = (
    "The identifiers are pseudonyms under a key that stays with the operator. The file is still personal data (GDPR "
    "recital 26) for whoever can bring it together with other data about the same people."
)


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export: the file, and beside it a manifest (`<name>.manifest.json`) that says what it is."""

    export_id: UUID
    path: Path
    manifest: Path
    rows: int


@dataclass(frozen=True, slots=True)
class Order:
    """What is exported, to whom and how. `need` says why a recipient must have plain digests."""

    recipient: str
    fields: tuple[str, ...]
    format: Format = "csv"
    where: str | None = None
    digest: Digest = "keyed"
    need: str | None = None
    spreadsheet: bool = False
    """A CSV that people open in a spreadsheet: cells that it would run as formulas get a quote in front."""

    def judge(self, schema: Schema) -> tuple[Field, ...]:
        """The fields to export; raises Invalid for what does not fit."""
        if not _RECIPIENT.match(self.recipient):
            raise Invalid(what="The recipient", why="a short name of a–z, 0–9, - and _ is needed")
        if self.format not in FORMATS or self.digest not in DIGESTS:
            raise Invalid(what="The export", why=f"the format is one of {FORMATS}, the digest one of {DIGESTS}")
        if self.digest != "keyed" and not (self.need and 1 <= len(self.need.strip()) <= _NEED_LENGTH):
            raise Invalid(what="The export", why="plain digests need the receiving platform's demand, in `need`")
        unknown = [name for name in self.fields if name not in schema.by_name]
        if unknown or not self.fields or len(set(self.fields)) != len(self.fields):
            raise Invalid(what="The export", why="its fields must be fields of the schema, each once")
        return tuple(schema.by_name[name] for name in self.fields)


class _Writer(Protocol):
    def rows(self, rows: Sequence[Mapping[str, Stored]]) -> None: ...
    def end(self) -> None: ...


def pseudonymous(permit: Permit, dataset_id: UUID, order: Order, *, clock: Clock = SYSTEM) -> Export:
    """Write the dataset's records, identifiers replaced, to the customer's exports spool.

    Every batch is logged before it is written. Raises Invalid, FilterInvalid, NotFound, SpoolGone (an erasure took the
    half-written file away: start again).
    """
    permit.require(Action.RECORDS_EXPORT)
    export_id, rows = new_id(), 0
    with within(permit.customer_id):
        dataset = datasets.load(permit.customer_id, dataset_id)
        fields = order.judge(dataset.schema)
        keys = ring(permit.customer_id)
        tokens = _tokens(fields, order.digest, keys.stable(f"pseudonym:{order.recipient}"))
    batches = scans.scan(permit, dataset_id, order.where, action=Action.RECORDS_EXPORT, operation="records.exported")
    name = f"{export_id}.{order.format}"
    with spools.writing("exports", permit.customer_id, name) as file:
        writer = _writer(file, fields, order)
        for batch in batches:
            writer.rows([_replaced(record, fields, tokens) for record in batch])
            rows += len(batch)
        writer.end()
    told = _manifest(export_id, dataset_id, dataset.name, order, fields, rows, clock)
    with spools.writing("exports", permit.customer_id, f"{name}.manifest.json") as file:
        file.write(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
    _log(permit, dataset_id, export_id, order, rows)
    place = spools.folder("exports", permit.customer_id)
    return Export(export_id, place / name, place / f"{name}.manifest.json", rows)


def _tokens(fields: Sequence[Field], digest: Digest, key: bytes) -> dict[str, Callable[[str], str]]:
    """For each identifier, what makes its token."""

    def maker(kind: str, family: str) -> Callable[[str], str]:
        if digest == "keyed":
            # The kind goes in, so that one text as two kinds of identifier has two tokens.
            return lambda value: hmac.digest(key, f"{kind}\0{matched(family, value)}".encode(), "sha256")[
                :_TOKEN_BYTES
            ].hex()
        name = digest
        return lambda value: hashlib.new(name, matched(family, value).encode(), usedforsecurity=False).hexdigest()

    return {
        field.name: maker(field.index_kind, str(field.identifier)) for field in fields if field.kind == "identifier"
    }


def _replaced(found: Record, fields: Sequence[Field], tokens: Mapping[str, Callable[[str], str]]) -> dict[str, Stored]:
    row: dict[str, Stored] = {}
    for field in fields:
        value = found.values.get(field.name)
        make = tokens.get(field.name)
        row[field.name] = make(str(value)) if make is not None and value is not None else value
    return row


def _writer(file: BinaryIO, fields: Sequence[Field], order: Order) -> _Writer:
    if order.format == "csv":
        return _Csv(file, fields, spreadsheet=order.spreadsheet)
    return _Jsonl(file) if order.format == "jsonl" else _Parquet(file, fields)


class _Csv:
    def __init__(self, file: BinaryIO, fields: Sequence[Field], *, spreadsheet: bool) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._spreadsheet = spreadsheet
        self._writer.writerow([field.name for field in fields])

    def rows(self, rows: Sequence[Mapping[str, Stored]]) -> None:
        for row in rows:
            self._writer.writerow([self._cell(value) for value in row.values()])

    def _cell(self, value: Stored) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        # Numbers are safe; a telephone number's + is what a spreadsheet would run.
        if self._spreadsheet and isinstance(value, str) and value.startswith(_FORMULA):
            return f"'{value}"
        return str(value)

    def end(self) -> None:
        self._text.flush()
        self._text.detach()


class _Jsonl:
    def __init__(self, file: BinaryIO) -> None:
        self._file, self._encoder = file, msgspec.json.Encoder()

    def rows(self, rows: Sequence[Mapping[str, Stored]]) -> None:
        self._file.write(self._encoder.encode_lines(rows))

    def end(self) -> None:
        """Nothing more to write."""


_ARROW: Final = {"integer": pa.int64(), "boolean": pa.bool_()}


class _Parquet:
    def __init__(self, file: BinaryIO, fields: Sequence[Field]) -> None:
        # Identifiers become texts; decimals, dates and instants stay in their exact written form.
        self._schema = pa.schema(
            [
                (field.name, pa.string() if field.kind == "identifier" else _ARROW.get(field.type, pa.string()))
                for field in fields
            ]
        )
        self._writer = parquet.ParquetWriter(file, self._schema)

    def rows(self, rows: Sequence[Mapping[str, Stored]]) -> None:
        for at in range(0, len(rows), _ROWS_AT_A_TIME):
            self._writer.write_table(pa.Table.from_pylist(list(rows[at : at + _ROWS_AT_A_TIME]), schema=self._schema))

    def end(self) -> None:
        self._writer.close()


def _manifest(  # noqa: PLR0917 - what a manifest tells
    export_id: UUID,
    dataset_id: UUID,
    name: str,
    order: Order,
    fields: Sequence[Field],
    rows: int,
    clock: Clock,
) -> dict[str, object]:
    told: dict[str, object] = {
        "v": 1,
        "export": export_id,
        "dataset": dataset_id,
        "dataset_name": name,
        "recipient": order.recipient,
        "made_at": clock.now(),
        "rows": rows,
        "fields": [field.name for field in fields],
        "identifiers": [field.name for field in fields if field.kind == "identifier"],
        "digest": order.digest,
        "normalised": "NFKC, case folded; telephone numbers in E.164; domains of mail addresses in ASCII",
        "warning": KEYED if order.digest == "keyed" else WEAK,
    }
    if order.need:
        told["need"] = order.need.strip()
    return told


def _log(permit: Permit, dataset_id: UUID, export_id: UUID, order: Order, rows: int) -> None:
    with within(permit.customer_id):
        record(
            "dataset.exported",
            by=permit.actor,
            customer_id=permit.customer_id,
            entity=dataset_id,
            purpose=permit.purpose,
            reason=permit.reason,
            count=rows,
            detail={
                "export": str(export_id),
                "recipient": order.recipient,
                "digest": order.digest,
                "format": order.format,
            },
        )
