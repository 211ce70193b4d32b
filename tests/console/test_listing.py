"""Tables as data: sorting, paging, and files that say the same."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.test import RequestFactory

from troth.console.listing import PER_PAGE, Column, Listing, code, exported, instant, number, state, text

ASK = RequestFactory()
COLUMNS = [Column("name", "Name"), Column("size", "Size", numeric=True), Column("hidden", "H", on_page=False)]


def made(rows: list[tuple[str | None, int | None]]) -> Listing:
    return Listing("things", COLUMNS, [[text(name), number(size), text("x")] for name, size in rows])


def names(listing: Listing) -> list[object]:
    return [row[0].value for row in listing.rows]


def test_sorting_is_by_value_and_puts_nothing_last_either_way() -> None:
    rows: list[tuple[str | None, int | None]] = [("b", 2), (None, 10), ("A", None), ("c", 9)]
    assert names(made(rows).arrange(ASK.get("/?sort=name"))) == ["A", "b", "c", None]
    assert names(made(rows).arrange(ASK.get("/?sort=-name"))) == ["c", "b", "A", None]
    assert names(made(rows).arrange(ASK.get("/?sort=-size"))) == [None, "c", "b", "A"]


@pytest.mark.parametrize(
    "asked", ["/?sort=secret", "/?sort=", "/?sort=--name", "/?page=-1", "/?page=9999999999999", "/?page=x"]
)
def test_what_makes_no_sense_falls_back(asked: str) -> None:
    assert len(made([("a", 1), ("b", 2)]).arrange(ASK.get(asked)).rows) == 2


def test_a_sorted_head_leads_to_the_other_order_and_keeps_the_rest_of_the_address() -> None:
    heads = made([("a", 1)]).arrange(ASK.get("/?sort=name&since=2026-01-01&page=3")).heads
    assert heads[0].sorted == "ascending"
    assert heads[0].url == "?since=2026-01-01&sort=-name"
    assert heads[1].url == "?since=2026-01-01&sort=size"
    assert [head.column.name for head in heads] == ["name", "size"]


def test_pages_lead_on_and_back() -> None:
    rows: list[tuple[str | None, int | None]] = [(f"{n:03}", n) for n in range(PER_PAGE + 5)]
    first = made(rows).arrange(ASK.get("/"))
    assert (first.first, first.last, first.total, first.previous, first.following) == (1, 50, 55, "", "?page=2")
    second = made(rows).arrange(ASK.get("/?page=2"))
    assert (second.first, second.last, second.previous, second.following) == (51, 55, "?page=1", "")
    assert made(rows).arrange(ASK.get("/?page=99")).first == 51


def test_files_hold_every_column_and_codes_rather_than_words() -> None:
    at = datetime(2026, 11, 22, 7, 14, 9, tzinfo=UTC)
    columns = [Column("id", "Id"), Column("state", "State"), Column("at", "At"), Column("more", "M", on_page=False)]
    listing = Listing("x", columns, [[code("abc"), state("kept", "Actif", "active"), instant(at), number(3)]])
    told = json.loads(exported(ASK.get("/?as=json"), listing).content)
    assert told == [{"id": "abc", "state": "active", "at": "2026-11-22T07:14:09Z", "more": 3}]
    rows = list(csv.reader(io.StringIO(exported(ASK.get("/?as=csv"), listing).content.decode())))
    assert rows == [["id", "state", "at", "more"], ["abc", "active", "2026-11-22T07:14:09Z", "3"]]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_takes_no_text_for_a_formula(formula: str) -> None:
    listing = Listing("x", [Column("a", "A")], [[text(formula)]])
    ((value,),) = list(csv.reader(io.StringIO(exported(ASK.get("/?as=csv"), listing).content.decode(), newline="")))[1:]
    assert value == f"'{formula}"
    assert json.loads(exported(ASK.get("/?as=json"), listing).content) == [{"a": formula}]
