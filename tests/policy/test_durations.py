"""ISO 8601 durations, and what a month is worth on either side."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.policy.durations import iso, parse


@pytest.mark.parametrize(
    ("text", "at_most", "at_least"),
    [
        ("P1D", 1, 1),
        ("PT24H", 1, 1),
        ("P2W", 14, 14),
        ("P1M", 28, 31),
        ("P3M", 89, 92),
        ("P6M", 181, 184),
        ("P1Y", 365, 366),
        ("P12M", 365, 366),
        ("P7Y", 2555, 2557),
        ("P8Y", 2921, 2922),
        ("P100Y", 36524, 36525),
    ],
)
def test_a_limit_reads_the_shortest_and_a_minimum_the_longest(text: str, at_most: int, at_least: int) -> None:
    assert parse(text, "at_most") == timedelta(days=at_most)
    assert parse(text, "at_least") == timedelta(days=at_least)


@given(st.integers(1, 60), st.dates(date(1900, 1, 1), date(2100, 12, 28)).map(lambda day: day.replace(day=1)))
def test_the_fixed_length_keeps_the_calendars(months: int, begin: date) -> None:
    year, month = divmod(begin.month - 1 + months, 12)
    end = date(begin.year + year, month + 1, 1)
    assert parse(f"P{months}M", "at_most") <= end - begin <= parse(f"P{months}M", "at_least")
    assert monthrange(end.year, end.month)


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=36_000)).map(lambda d: timedelta(d.days, d.seconds)))
def test_every_length_has_a_text_that_reads_the_same_on_both_sides(length: timedelta) -> None:
    if length:
        assert parse(iso(length), "at_most") == parse(iso(length), "at_least") == length


@pytest.mark.parametrize(
    "text",
    [
        "", "P", "PT", "P1", "1D", "P-1D", "-P1D", "P1.5D", "P1DT", "PT1D", "P0D", "PT0S", "P101Y", "P99999Y", "P1W2D",
        "p1d", "P1D ", "P١D", "inf", "nan", "Infinity", "P9999999999D", "PT" + "9" * 40 + "S", "P1H", "1e9",
    ],
)  # fmt: skip
def test_anything_else_is_no_duration(text: str) -> None:
    for side in ("at_most", "at_least"):
        with pytest.raises(ValueError):  # noqa: PT011 - the sentence is the pack's test
            parse(text, side)  # type: ignore[arg-type]  # the two sides
