"""Facts as bytes: what is written is read back, and nothing else is read."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_judge.facts import FactsInvalid, decode, decode_terms, encode, encode_terms
from troth_judge.instants import duration, duration_text, instant, instant_text


@dataclass(frozen=True, slots=True)
class Facts:
    """One of each."""

    count: int
    share: float
    name: str
    good: bool
    slowest: timedelta | None
    at: datetime
    ids: tuple[str, ...]
    pairs: tuple[tuple[str, int], ...] = ()


ONE = Facts(
    7, 0.5, "é", good=True, slowest=timedelta(hours=3, minutes=12), at=datetime(2026, 11, 22, tzinfo=UTC), ids=("a",)
)

texts = st.text(st.characters(exclude_categories=["Cs"]))
spans = st.timedeltas(timedelta(days=-100_000), timedelta(days=100_000))
instants = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - given its zone at once
facts = st.builds(
    Facts,
    count=st.integers(-(2**53), 2**53),
    share=st.floats(allow_nan=False, allow_infinity=False),
    name=texts,
    good=st.booleans(),
    slowest=st.none() | spans,
    at=instants,
    ids=st.lists(texts, max_size=5).map(tuple),
    pairs=st.lists(st.tuples(texts, st.integers(0, 9)), max_size=3).map(tuple),
)
values = spans | st.integers(0, 10**9) | st.booleans() | texts | st.lists(texts, max_size=4).map(tuple)


@given(facts)
def test_what_is_written_is_read_back(some: Facts) -> None:
    raw = encode(some)
    assert decode(Facts, raw) == some
    assert encode(decode(Facts, raw)) == raw


@given(st.dictionaries(st.text(st.sampled_from("abc."), min_size=1), values, max_size=5))
def test_terms_too_with_their_kinds(terms: dict[str, Any]) -> None:
    found = decode_terms(encode_terms(terms))
    assert found == terms
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in terms.items()}


@given(spans)
def test_a_duration_is_exact(span: timedelta) -> None:
    assert duration(duration_text(span)) == span


@given(instants)
def test_an_instant_is_exact(at: datetime) -> None:
    assert instant(instant_text(at)) == at


def test_the_bytes_are_these() -> None:
    """Frozen: another byte would be another leaf."""
    assert (
        encode(ONE)
        == (
            '{"at":"2026-11-22T00:00:00Z","count":7,"good":true,"ids":["a"],"name":"é","pairs":[],"share":0.5,'
            '"slowest":"PT3H12M"}'
        ).encode()
    )
    assert encode_terms({"b.within": timedelta(days=1), "a.shortest": 12, "c.on": True, "d.in": ("DE", "FR")}) == (
        b'{"a.shortest":{"count":12},"b.within":{"duration":"P1D"},"c.on":{"flag":true},"d.in":{"set":["DE","FR"]}}'
    )


GOOD = encode(ONE)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"nonsense",
        b"\xff",
        b"[" * 100_000,
        GOOD[:-1],
        GOOD + b" ",
        GOOD.replace(b'"count":7', b'"count": 7'),
        GOOD.replace(b'"count":7', b'"count":7.5'),
        GOOD.replace(b'"count":7', b'"count":true'),
        GOOD.replace(b'"count":7', b'"count":"7"'),
        GOOD.replace(b'"count":7,', b""),
        GOOD.replace(b'"count":7', b'"count":7,"dount":8'),
        GOOD.replace(b'"count":7', b'"count":7,"count":7'),
        GOOD.replace(b"PT3H12M", b"PT3H12"),
        GOOD.replace(b"PT3H12M", b"P"),
        GOOD.replace(b"00:00:00Z", b"00:00:00"),
        GOOD.replace(b"2026-11-22", b"2026-13-22"),
        GOOD.replace(b'["a"]', b'"a"'),
        GOOD.replace(b'["a"]', b"[1]"),
        GOOD.replace(b"0.5", b"NaN"),
        GOOD.replace("é".encode(), b"\\u00e9"),
    ],
)
def test_other_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(FactsInvalid):
        decode(Facts, raw)


@pytest.mark.parametrize(
    "change",
    [{"share": float("nan")}, {"share": float("inf")}, {"name": "\ud800"}, {"ids": ["a"]}, {"name": object()}],
)
def test_what_can_not_be_written_exactly_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(FactsInvalid):
        encode(replace(ONE, **change))


@pytest.mark.parametrize(
    "raw", [b'{"a":1}', b'{"a":{"count":1,"flag":true}}', b'{"a":{"colour":1}}', b'{"a":{"count":"1"}}']
)
def test_other_terms_are_refused(raw: bytes) -> None:
    with pytest.raises(FactsInvalid):
        decode_terms(raw)


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant_text(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
