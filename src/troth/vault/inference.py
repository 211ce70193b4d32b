"""A first proposal of a schema, from the first rows of a source. A person looks at it before it becomes a dataset.

Guarantees: nothing is proposed as plain; whatever can't be told is personal text; an identifier is proposed only where
every sampled value is one and no two rows share it. No value of the sample reaches the proposal, nor an error.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import pyarrow as pa
from pyarrow import parquet

from troth.keys.sealing import new_key
from troth.vault import readers, sources, values
from troth.vault.errors import SourceUnreadable, Unfit
from troth.vault.limits import FIELDS_AT_MOST, LINE_BYTES, NAME_LENGTH
from troth.vault.readers import IGNORED, Options
from troth.vault.schema import RESERVED, Field, Schema

SAMPLE: Final = 1_000
_NARROWEST_FIRST: Final[tuple[values.Type, ...]] = (
    "boolean",
    "integer",
    "decimal",
    "date",
    "timestamp",
    "email",
    "country",
)
_REFERENCE: Final = re.compile(r"(?:^|_)(?:id|ref|reference|number|no|code)$")
_PHONE: Final = re.compile(r"phone|mobile|tel(?:$|_)|gsm")
_FEW: Final = 2


def infer(sample: Sequence[Mapping[str, object]], *, region: str | None = None) -> Schema:
    """Propose a schema for rows like these; `region` reads telephone numbers without a country."""
    columns: dict[str, list[object]] = {}
    for row in sample:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    if not columns:
        raise SourceUnreadable(why="there is no row to propose a schema from")
    fields: list[Field] = []
    for at, (column, cells) in enumerate(columns.items(), 1):
        if column in IGNORED:
            continue
        name = _free_name(column, at, {field.name for field in fields})
        filled = [cell for cell in cells if cell is not None and cell != ""]
        fields.append(_field(name, filled, len(sample), region, fields))
    schema = Schema(fields=tuple(fields[:FIELDS_AT_MOST]))
    schema.judge()
    return schema


def from_source(source: Path | BinaryIO, options: Options = Options(), *, region: str | None = None) -> Schema:  # noqa: B008 - frozen
    """Propose a schema from the first rows of a file or stream."""
    format_ = readers.format_of(source, options)
    with sources.opened(source, new_key()) as opened:
        if format_ == "csv":
            return infer(_csv(opened, options), region=region)
        if format_ == "jsonl":
            return infer(_jsonl(opened), region=region)
    return infer(_parquet(source), region=region)


def _csv(source: sources.Source, options: Options) -> list[dict[str, object]]:
    text = readers.text_of(source, options)
    try:
        lines = iter(readers.Lines(text))
        first = next(lines, "")
        delimiter = options.delimiter or readers.delimiter_of(first)
        header = next(csv.reader([first], delimiter=delimiter), [])
        cells = islice(csv.reader(lines, delimiter=delimiter, strict=True), SAMPLE)
        return [dict(zip(header, row, strict=False)) for row in cells if row]
    except (csv.Error, UnicodeError, TypeError):
        raise SourceUnreadable(why="its first rows are no CSV of this delimiter and encoding") from None


def _jsonl(source: sources.Source) -> list[dict[str, object]]:
    stream = source.stream()
    found: list[dict[str, object]] = []
    while len(found) < SAMPLE and (line := stream.readline(LINE_BYTES)):
        if line.strip():
            try:
                found.append(msgspec.json.decode(line, type=dict[str, Any]))
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                raise SourceUnreadable(why=f"its row {len(found) + 1} is not a JSON object") from None
    return found


def _parquet(source: Path | BinaryIO) -> list[dict[str, object]]:
    try:
        batch = next(parquet.ParquetFile(source).iter_batches(batch_size=SAMPLE), None)
    except (pa.ArrowException, OSError, ValueError):
        raise SourceUnreadable(why="it is no sound Parquet file") from None
    return [] if batch is None else batch.to_pylist()


def _free_name(column: str, at: int, taken: set[str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", column.strip().lower()).strip("_")[:NAME_LENGTH]
    # A column whose header is no name may be headed by a person: it gets a number.
    if not name or not name[0].isalpha() or name in RESERVED or name in taken or "@" in column:
        return f"column_{at}"
    return name


def _field(name: str, cells: list[object], rows: int, region: str | None, before: Sequence[Field]) -> Field:
    type_ = _type(name, cells, region)
    kind = {"email": "email", "phone": "phone"}.get(type_)
    unique = len(cells) >= _FEW and len({str(cell) for cell in cells}) == len(cells)
    if kind is None and type_ in {"text", "integer"} and _REFERENCE.search(name) and len(cells) == rows and unique:
        kind, type_ = "reference", "reference"
    if kind is None or not unique or any(field.identifier == kind for field in before):
        return Field(name=name, type=type_, region=region if type_ == "phone" else None)
    return Field(
        name=name,
        type=type_,
        kind="identifier",
        identifier=kind,  # type: ignore[arg-type]  # one of the three
        region=region if type_ == "phone" else None,
    )


def _type(name: str, cells: list[object], region: str | None) -> values.Type:
    if not cells:
        return "text"
    if _PHONE.search(name) and _all(values.parser("phone", region), cells):
        return "phone"
    for type_ in _NARROWEST_FIRST:
        # A column of 0 and 1 may well be a count: only words make a boolean.
        words = type_ != "boolean" or not any(str(cell).strip().isdigit() for cell in cells)
        if words and _all(values.parser(type_), cells):
            return type_
    return "text"


def _all(parse: values.Parser, cells: list[object]) -> bool:
    try:
        for cell in cells:
            parse(cell)
    except Unfit:
        return False
    return True
