"""Shares: any M restore the secret, fewer say nothing; a slip of the pen is found in its line."""

import itertools
import os
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.keys import second_reader
from troth.keys import shamir
from troth.keys.errors import BadShare
from troth.keys.shares import Share, parse


@settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.integers(1, 8), st.integers(0, 5), st.randoms())
def test_any_threshold_of_shares_restores_the_secret(secret: bytes, threshold: int, more: int, random: object) -> None:
    parts = shamir.split(secret, threshold, threshold + more)
    chosen = random.sample(sorted(parts), threshold)  # type: ignore[attr-defined]
    some = {number: parts[number] for number in chosen}
    assert shamir.combine(some) == secret
    if threshold > 1:
        few = dict(itertools.islice(some.items(), threshold - 1))
        # Equal by chance once in 2^256: the polynomial is random.
        assert shamir.combine(few) != secret


def test_another_implementation_restores_it() -> None:
    secret = os.urandom(32)
    parts = shamir.split(secret, 3, 5)
    assert second_reader.combine({number: parts[number] for number in (5, 1, 4)}) == secret


def test_fewer_shares_say_nothing() -> None:
    """With one share too few every secret is equally possible: for each value there is a share that leads to it."""
    parts = shamir.split(b"\x2a", 2, 3)
    reached = {shamir.combine({1: parts[1], 2: bytes([guess])}) for guess in range(256)}
    assert len(reached) == 256


@pytest.mark.parametrize(("threshold", "shares"), [(0, 3), (4, 3), (2, 256), (-1, 1)])
def test_impossible_splits_are_refused(threshold: int, shares: int) -> None:
    with pytest.raises(BadShare):
        shamir.split(b"x" * 32, threshold, shares)


def test_impossible_shares_are_refused() -> None:
    for bad in ({}, {0: b"x"}, {256: b"x"}, {1: b"x", 2: b"xy"}):
        with pytest.raises(BadShare):
            shamir.combine(bad)


def _share() -> Share:
    return Share(kit=uuid4(), threshold=3, shares=5, number=2, value=os.urandom(32))


def _sheet(share: Share) -> str:
    return share.text(made="2026-11-22", installation="key place /var/troth")


@given(st.data())
def test_a_sheet_is_read_again_however_it_is_typed(data: st.DataObject) -> None:
    share = _share()
    sheet = _sheet(share)
    assert parse(sheet) == share
    lines = [line for line in sheet.splitlines() if "=" in line]
    typed = data.draw(st.permutations(lines))
    mangled = "\n".join(line.lower().replace("0", "o").replace("1", "l", 0) for line in typed)
    assert parse(mangled) == share
    kit, threshold, shares, number, value = second_reader.share(sheet)
    assert Share(kit, threshold, shares, number, value) == share


@given(st.data())
def test_a_slip_is_found_in_its_line(data: st.DataObject) -> None:
    sheet = _sheet(_share())
    lines = sheet.splitlines()
    rows = [at for at, line in enumerate(lines) if "=" in line]
    row = data.draw(st.sampled_from(rows))
    letters = [at for at in range(5, lines[row].index("=")) if lines[row][at] != " "]
    at = data.draw(st.sampled_from(letters))
    wrong = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if c != lines[row][at]]))
    lines[row] = lines[row][:at] + wrong + lines[row][at + 1 :]
    with pytest.raises(BadShare) as found:
        parse("\n".join(lines))
    # Two letters of check miss one slip in 1,024; the check of the whole share finds that one too.
    assert f"line {rows.index(row) + 1} " in found.value.explain() or "check fails" in found.value.explain()


@pytest.mark.parametrize("drop", range(6))
def test_a_missing_line_is_named(drop: int) -> None:
    lines = [line for line in _sheet(_share()).splitlines() if "=" in line]
    del lines[drop]
    with pytest.raises(BadShare, match=f"line {drop + 1} is missing"):
        parse("\n".join(lines))


@pytest.mark.parametrize("text", ["", "hello", " 1: ZZZZ = 00", "\x00" * 50, " 1: ÄÖÜ = 00", "99: AAAA = 77"])
def test_what_is_no_sheet_is_refused(text: str) -> None:
    with pytest.raises(BadShare):
        parse(text)


def test_a_share_prints_no_value() -> None:
    share = _share()
    assert repr(share.value) not in repr(share)
