"""What each type takes, refuses, and makes of it."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from troth.vault import mails, phones, values
from troth.vault.errors import Unfit
from troth.vault.text import folded, kept, visible

GOOD: list[tuple[values.Type, object, values.Stored]] = [
    ("text", "  Ann  ", "Ann"),
    ("text", "", None),
    ("text", "   ", None),
    ("text", "e\u0301", "\u00e9"),
    ("text", "a\u200bb\u202ec", "abc"),
    ("text", "\ufeffname", "name"),
    ("text", "می\u200cخواهم", "می\u200cخواهم"),
    ("text", "two\nlines\tand a tab", "two\nlines\tand a tab"),
    ("text", 12, "12"),
    ("integer", " 42 ", 42),
    ("integer", "-0", 0),
    ("integer", "", None),
    ("integer", 3.0, 3),
    ("integer", Decimal(7), 7),
    ("integer", str(2**63 - 1), 2**63 - 1),
    ("decimal", "0012.50", "12.50"),
    ("decimal", "-0.00", "0.00"),
    ("decimal", ".5", "0.5"),
    ("decimal", "5.", "5"),
    ("decimal", 0.1, "0.1"),
    ("decimal", 1e3, "1000.0"),
    ("decimal", 7, "7"),
    ("boolean", "Yes", True),
    ("boolean", "0", False),
    ("boolean", True, True),
    ("boolean", 1, True),
    ("date", "2024-02-29", "2024-02-29"),
    ("date", date(2020, 1, 2), "2020-01-02"),
    ("timestamp", "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00.000000Z"),
    ("timestamp", "2026-01-31 12:00Z", "2026-01-31T12:00:00.000000Z"),
    ("timestamp", datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00.000000Z"),
    ("email", " Ann.O'Neil+x@Example.ORG ", "Ann.O'Neil+x@Example.ORG"),
    ("email", "\u200bann@example.org\u200b", "ann@example.org"),
    ("email", "jos\u00e9@m\u00fcller.example", "jos\u00e9@m\u00fcller.example"),
    ("email", "\uff41nn@example.org", "ann@example.org"),
    ("phone", "+33 (0)6.12.34.56.78", "+33612345678"),
    ("phone", "06 12 34 56 78", "+33612345678"),
    ("phone", "+33612345678", "+33612345678"),
    ("phone", "+390612345678", "+390612345678"),
    ("country", "fr", "FR"),
    ("reference", "  K-12 34 ", "K-12 34"),
    ("reference", 99, "99"),
]

BAD: list[tuple[values.Type, object]] = [
    ("text", "nul\x00"),
    ("text", "esc\x1b[0m"),
    ("text", "\ud800"),
    ("text", "x" * 65_537),
    ("text", ["list"]),
    ("text", True),
    ("integer", "1_000"),
    ("integer", "1.5"),
    ("integer", "١٢"),
    ("integer", 2**63),
    ("integer", str(2**63)),
    ("integer", True),
    ("integer", 1.5),
    ("integer", float("inf")),
    ("integer", float("nan")),
    ("integer", Decimal("NaN")),
    ("integer", Decimal("sNaN")),
    ("decimal", Decimal("sNaN")),
    ("integer", Decimal("1E+500")),
    ("decimal", "1,5"),
    ("decimal", "1e5"),
    ("decimal", "NaN"),
    ("decimal", float("nan")),
    ("decimal", "."),
    ("decimal", "1" * 40),
    ("decimal", True),
    ("boolean", "maybe"),
    ("boolean", 2),
    ("boolean", 0.0),
    ("date", "2023-02-29"),
    ("date", "31/01/2026"),
    ("date", "2026-1-1"),
    ("date", datetime(2026, 1, 1, tzinfo=UTC)),
    ("timestamp", "2026-01-31T12:07:00"),
    ("timestamp", datetime(2026, 1, 31)),  # noqa: DTZ001 - the very thing that is refused
    ("timestamp", "2026-13-01T00:00:00Z"),
    ("timestamp", "0001-01-01T00:00:00+14:00"),
    ("email", "ann"),
    ("email", "ann@"),
    ("email", "@example.org"),
    ("email", "ann@localhost"),
    ("email", "a b@example.org"),
    ("email", "a@b@example.org"),
    ("email", "a..b@example.org"),
    ("email", "an\u200bn@example.org"),
    ("email", "ann\u202egro.elpmaxe@example.org"),
    ("email", "ann@exa\u00admple.org"),
    ("email", "x" * 65 + "@example.org"),
    ("email", "ann@" + "d" * 64 + ".org"),
    ("email", "ann@example.org\r\nBcc: all@example.org"),
    ("email", 5.5),
    ("phone", "call me"),
    ("phone", "1800 FLOWERS"),
    ("phone", "+999123456789"),
    ("phone", "+33 6 12"),
    ("phone", "06 12 34 56 78 ext. 5"),
    ("phone", "+" + "1" * 50),
    ("country", "France"),
    ("country", "XX"),
    ("reference", "a\u200db"),
    ("reference", "a\x00b"),
    ("reference", "x" * 201),
]


@pytest.mark.parametrize(("type_", "value", "stored"), GOOD)
def test_taken(type_: values.Type, value: object, stored: values.Stored) -> None:
    found = values.parser(type_, "FR" if type_ == "phone" else None)(value)
    assert found == stored
    assert type(found) is type(stored)


@pytest.mark.parametrize(("type_", "value"), BAD)
def test_refused_without_quoting(type_: values.Type, value: object) -> None:
    with pytest.raises(Unfit) as caught:
        values.parser(type_, "FR" if type_ == "phone" else None)(value)
    if isinstance(value, str) and len(value) > 1:
        assert value not in str(caught.value)


def test_a_number_without_country_needs_a_region() -> None:
    with pytest.raises(Unfit):
        values.parser("phone")("06 12 34 56 78")


ANYTHING = st.one_of(
    st.text(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.decimals(),
    st.dates(),
    st.datetimes(timezones=st.just(timezone(timedelta(hours=2)))),
    st.binary(),
    st.lists(st.integers(), max_size=2),
)


@given(st.sampled_from(values.TYPES), ANYTHING)
@example("integer", Decimal("sNaN"))
def test_whatever_comes_is_stored_idempotently_or_refused(type_: values.Type, value: object) -> None:
    parse = values.parser(type_, "FR")
    try:
        stored = parse(value)
    except Unfit:
        return
    if stored is not None:
        again = parse(stored)
        assert again == stored
        assert type(again) is type(stored)


@given(st.text())
def test_folding_and_keeping_are_idempotent(value: str) -> None:
    assert folded(folded(value)) == folded(value)
    for way in (kept, visible):
        try:
            once = way(value)
        except Unfit:
            continue
        assert way(once) == once


@given(st.emails())
def test_a_mail_address_is_the_same_in_every_case(address: str) -> None:
    try:
        stored = mails.parse(address)
    except Unfit:
        return
    assert mails.parse(stored) == stored
    assert mails.matched(stored) == mails.matched(mails.parse(address.upper()))
    assert mails.matched(mails.matched(stored)) == mails.matched(stored)


@settings(max_examples=400)
@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True), st.sampled_from([None, "FR", "US", "IT"]))
def test_the_short_way_gives_what_the_long_way_gives(number: str, region: str | None) -> None:
    def tried(way: object) -> str | None:
        try:
            return way(number, region)  # type: ignore[operator]
        except Unfit:
            return None

    assert tried(phones.parse) == tried(phones.parse_slowly)
