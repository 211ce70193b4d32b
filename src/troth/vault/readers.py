"""Rows out of CSV, JSON lines and Parquet, one at a time, whatever the size of the source.

Guarantees: memory is bounded by the longest row allowed; a row that can't be read is given as refused, with its line,
and the next one is read; only what makes every later row doubtful (an unknown header, an open quote, a cut-off
archive) ends the reading. No error quotes what the source holds: a missing header makes the first person one.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

import msgspec
import pyarrow as pa
from pyarrow import parquet

from troth.vault.errors import RowRefused, SourceUnreadable
from troth.vault.limits import FIELDS_AT_MOST, LINE_BYTES
from troth.vault.schema import Schema
from troth.vault.sources import Source

Format = Literal["csv", "jsonl", "parquet"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
ENCODINGS: Final = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252")
DELIMITERS: Final = (",", ";", "\t", "|")
IGNORED: Final = frozenset({"line", "reason"})
"""What rejected-rows files add, so that a repaired one can be imported as it is."""

_SUFFIXES: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PARQUET_ROWS: Final = 2_000
_SIZE_OF_CELL: Final = 16


class Read(NamedTuple):
    """One row: its line (or row number), about how large it is, and its cells by field, or why it is refused."""

    line: int
    size: int
    row: Mapping[str, object]
    refused: RowRefused | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to read; None is found out. `columns` maps columns of the source to fields; to an empty name: left out."""

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    columns: Mapping[str, str] | None = None


def format_of(source: object, options: Options) -> Format:
    """The format that was named, or that the file's name tells."""
    if options.format is not None:
        return options.format
    if isinstance(source, Path):
        name = source.with_suffix("") if source.suffix.lower() == ".gz" else source
        if (found := _SUFFIXES.get(name.suffix.lower())) is not None:
            return found
    raise SourceUnreadable(why="its name does not tell its format: say csv, jsonl or parquet")


def rows(source: Source, format_: Format, schema: Schema, options: Options, spool: Path) -> Iterator[Read]:
    """Every row of the source."""
    if format_ == "csv":
        return _csv(source, schema, options)
    if format_ == "jsonl":
        return _jsonl(source, schema, options)
    return _parquet(source, schema, options, spool)


def _names(found: list[str], schema: Schema, options: Options) -> list[str | None]:
    """The field of each column; None for one that is left out."""
    if len(found) > FIELDS_AT_MOST + len(IGNORED):
        raise SourceUnreadable(why=f"it has more than {FIELDS_AT_MOST} columns")
    names: list[str | None] = []
    for at, column in enumerate(found, 1):
        name = _name(column.strip(), schema, options)
        if name is not None and name not in schema.by_name:
            raise SourceUnreadable(
                why=f"its column {at} is no field of the schema; name it in `columns`, or leave it out"
            )
        if name is not None and name in names:
            raise SourceUnreadable(why=f"its column {at} is the second one of its name")
        names.append(name)
    if not any(names):
        raise SourceUnreadable(why="none of its columns is a field of the schema")
    return names


def _name(column: str, schema: Schema, options: Options) -> str | None:
    if options.columns is not None and column in options.columns:
        return options.columns[column] or None
    if column in schema.by_name:
        return column
    if column in IGNORED:
        return None
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")


class Lines:
    """Lines of a text stream, none of them endless; what one row may take in all is bounded too."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        while line := readline(LINE_BYTES):
            self.taken += len(line)
            if self.taken >= LINE_BYTES:
                raise SourceUnreadable(
                    why=f"a row of it is longer than {LINE_BYTES} characters, or a quote is left open"
                )
            yield line


def text_of(source: Source, options: Options) -> io.TextIOWrapper:
    stream = source.stream()
    encoding = options.encoding
    if encoding is not None and encoding not in ENCODINGS:
        raise SourceUnreadable(why=f"its encoding must be one of {', '.join(ENCODINGS)}")
    mark = next((name for bytes_, name in _MARKS if stream.peek(3).startswith(bytes_)), None)
    if encoding in {None, "utf-8"}:
        encoding = mark or "utf-8"
    # Bytes that don't decode become lone surrogates, which no value may hold: only their row is refused.
    errors = "surrogateescape" if encoding in {"utf-8", "utf-8-sig"} else "strict"
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")


def delimiter_of(first: str) -> str:
    """The most frequent of the usual ones in the header, outside quotes."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", first)
    return max(DELIMITERS, key=bare.count)


def _csv(source: Source, schema: Schema, options: Options) -> Iterator[Read]:
    text = text_of(source, options)
    try:
        yield from _cells(Lines(text), schema, options)
    except UnicodeError:
        raise SourceUnreadable(why="its bytes are not of the encoding that it is said to have") from None


def _cells(lines: Lines, schema: Schema, options: Options) -> Iterator[Read]:
    feed = iter(lines)
    first = next(feed, "")
    if not first.strip():
        raise SourceUnreadable(why="it is empty, or its first line is; the first line must name the columns")
    delimiter = options.delimiter or delimiter_of(first)
    if len(delimiter) != 1:
        raise SourceUnreadable(why="its delimiter must be one character")

    def _again() -> Iterator[str]:
        yield first
        yield from feed

    reader = csv.reader(_again(), delimiter=delimiter, strict=True)
    begins = 1
    try:
        names = _names(next(reader), schema, options)
        width, left_out = len(names), None in names
        begins, lines.taken = reader.line_num + 1, 0
        for cells in reader:
            size, lines.taken = lines.taken, 0
            line, begins = begins, reader.line_num + 1
            if len(cells) == width:
                row = dict(zip(names, cells, strict=True))
                if left_out:
                    row.pop(None, None)
                yield Read(line, size, row)  # type: ignore[arg-type]  # None was taken out
            elif cells:
                yield Read(line, size, {"raw": cells}, _ragged(len(cells), width))
    except csv.Error:
        # From here on nobody knows where a row ends.
        raise SourceUnreadable(why=f"at line {begins} a quote is wrong or left open, or a cell is too long") from None


def _ragged(cells: int, width: int) -> RowRefused:
    return RowRefused("(row)", f"has {cells} cells where the header has {width}")


def _jsonl(source: Source, schema: Schema, options: Options) -> Iterator[Read]:
    # Numbers with a point are read as decimals: 1.10 stays what it is.
    decoder = msgspec.json.Decoder(dict[str, object], float_hook=Decimal)
    stream = source.stream()
    line = 0
    while raw := stream.readline(LINE_BYTES):
        line += 1
        if len(raw) >= LINE_BYTES:
            raise SourceUnreadable(why=f"line {line} is longer than {LINE_BYTES} bytes")
        if line == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if not raw.strip():
            continue
        try:
            found = decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            yield Read(line, len(raw), {"raw": raw.decode("utf-8", "replace")}, _NOT_AN_OBJECT)
            continue
        yield Read(line, len(raw), _renamed(found, schema, options))


_NOT_AN_OBJECT: Final = RowRefused("(row)", "is not a JSON object on one line")


def _renamed(found: dict[str, object], schema: Schema, options: Options) -> dict[str, object]:
    fields = schema.by_name
    if all(name in fields for name in found):
        return found
    renamed: dict[str, object] = {}
    for column, value in found.items():
        name = _name(column, schema, options)
        if name is not None:
            # What no field is called keeps its name, and is refused with its row.
            renamed[name if name in fields else column] = value
    return renamed


def _parquet(source: Source, schema: Schema, options: Options, spool: Path) -> Iterator[Read]:
    with source.file(spool) as file:
        try:
            opened = parquet.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
            names = _names(list(opened.schema_arrow.names), schema, options)
            row_number = 0
            for batch in opened.iter_batches(batch_size=_PARQUET_ROWS, use_threads=False):
                columns = [
                    column.to_pylist() for column, name in zip(batch.columns, names, strict=True) if name is not None
                ]
                kept = [name for name in names if name is not None]
                size = batch.nbytes // max(1, batch.num_rows) + _SIZE_OF_CELL * len(kept)
                for cells in zip(*columns, strict=True):
                    row_number += 1
                    yield Read(row_number, size, dict(zip(kept, cells, strict=True)))
        except (pa.ArrowException, OSError, ValueError, OverflowError):
            raise SourceUnreadable(why="it is no sound Parquet file") from None
