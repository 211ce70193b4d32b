"""Tables as data: one description gives the page, the CSV and the JSON, so that they can't disagree."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse

Plain = str | int | None
Kind = Literal["text", "number", "instant", "state", "code"]
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row. `plain` is what an export says; `mark` is the state's shape; `url` makes it a link."""

    kind: Kind
    value: str | int | datetime | None
    mark: str = ""
    url: str = ""
    plain: str = ""

    def exported(self) -> Plain:
        """What CSV and JSON carry: the UTC instant for a time, the code rather than the translated word for a state."""
        if isinstance(self.value, datetime):
            return self.value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return self.plain or self.value

    @property
    def order(self) -> tuple[bool, str | int | datetime]:
        """Sorts empty cells last."""
        if self.value is None:
            return (True, "")
        return (False, self.value.casefold() if isinstance(self.value, str) else self.value)


def text(value: object, url: str = "") -> Cell:
    """Words."""
    return Cell("text", None if value is None else str(value), url=url)


def number(value: int | None) -> Cell:
    """A count."""
    return Cell("number", value)


def instant(value: datetime | None) -> Cell:
    """A moment, said twice."""
    return Cell("instant", value)


def state(mark: str, word: object, code: str) -> Cell:
    """A state: a shape, a colour and a word."""
    return Cell("state", str(word), mark=mark, plain=code)


def code(value: object, url: str = "") -> Cell:
    """An id or a digest, in full."""
    return Cell("code", str(value), url=url)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its stable name in exports and sort orders, and its word on the page."""

    name: str
    label: str
    numeric: bool = False
    sortable: bool = True
    on_page: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head as the page shows it."""

    column: Column
    url: str = ""
    sorted: Literal["", "ascending", "descending"] = ""


@dataclass(slots=True)
class Listing:
    """A table's rows, sorted and cut by what the address asks for.

    `previous` and `following` are the addresses of the pages before and after this one.
    """

    name: str
    columns: Sequence[Column]
    rows: list[list[Cell]]
    caption: str = ""
    total: int | None = None
    previous: str = ""
    following: str = ""
    first: int = 1
    heads: list[Head] = field(default_factory=list)
    shown: list[list[tuple[Column, Cell]]] = field(default_factory=list)
    export_query: str = ""

    def arrange(self, request: HttpRequest, *, cut: bool = True) -> "Listing":
        """Sort and page as `?sort=` and `?page=` say; unknown values fall back to the given order.

        Without `cut` the rows are one page that the database cut already, of an unknown number.
        """
        names = {column.name: number for number, column in enumerate(self.columns) if column.sortable}
        wanted = request.GET.get("sort", "")
        key, down = wanted.lstrip("-"), wanted.startswith("-")
        if key in names:
            place = names[key]
            filled = [row for row in self.rows if row[place].value is not None]
            empty = [row for row in self.rows if row[place].value is None]
            filled.sort(key=lambda row: row[place].order, reverse=down)
            self.rows = filled + empty
        self.heads = [self._head(column, request, key, down) for column in self.columns if column.on_page]
        if self.total is None and cut:
            self._cut(request)
        self.shown = [[(c, cell) for c, cell in zip(self.columns, row, strict=True) if c.on_page] for row in self.rows]
        self.export_query = _query(request, page=None)
        return self

    def _head(self, column: Column, request: HttpRequest, key: str, down: bool) -> Head:
        if not column.sortable:
            return Head(column)
        current = column.name == key
        return Head(
            column,
            url=_query(request, sort=f"-{column.name}" if current and not down else column.name, page=None),
            sorted=("descending" if down else "ascending") if current else "",
        )

    def _cut(self, request: HttpRequest) -> None:
        asked = request.GET.get("page", "1")
        self.total = len(self.rows)
        pages = max(1, -(-self.total // PER_PAGE))
        page = min(max(int(asked) if asked.isdecimal() and len(asked) < 9 else 1, 1), pages)  # noqa: PLR2004 - digits
        if page > 1:
            self.previous = _query(request, page=str(page - 1))
        if page < pages:
            self.following = _query(request, page=str(page + 1))
        self.first = (page - 1) * PER_PAGE + 1
        self.rows = self.rows[self.first - 1 : self.first - 1 + PER_PAGE]

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1


def _query(request: HttpRequest, **changes: str | None) -> str:
    query = request.GET.copy()
    query.pop("as", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}" if query else "?"


def exported(request: HttpRequest, listing: Listing) -> HttpResponse:
    """The listing as a file: `?as=csv` or `?as=json`, with every row rather than one page."""
    rows = listing.rows
    names = [column.name for column in listing.columns]
    as_json = request.GET.get("as") == "json"
    if as_json:
        body = json.dumps(
            [dict(zip(names, (c.exported() for c in row), strict=True)) for row in rows], ensure_ascii=False, indent=1
        )
    else:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(names)
        writer.writerows([inert(cell.exported()) for cell in row] for row in rows)
        body = out.getvalue()
    response = HttpResponse(body, content_type="application/json" if as_json else "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{listing.name}.{"json" if as_json else "csv"}"'
    return response


def inert(value: Plain) -> Plain:
    """A spreadsheet must not take text for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
