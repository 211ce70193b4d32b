"""Packed arrays mean to PostgreSQL what was put into them."""

import psycopg
import pytest
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.vault import arrays

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


def _back(packed: object, type_: str) -> object:
    connections["default"].ensure_connection()
    cursor = psycopg.Cursor(connections["default"].connection)
    arrays.understood(cursor.adapters)
    cursor.execute(f"select %b::{type_}[]".encode(), [packed], binary=True)
    (row,) = cursor.fetchall()
    return row[0]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.uuids()), st.lists(st.binary(max_size=40)), st.lists(st.none() | TEXT))
def test_what_goes_in_comes_back(ids: list[object], blobs: list[bytes], texts: list[str | None]) -> None:
    assert _back(arrays.uuids(ids), "uuid") == ids  # type: ignore[arg-type]
    assert [bytes(blob) for blob in _back(arrays.byteas(blobs), "bytea")] == blobs  # type: ignore[attr-defined]
    assert _back(arrays.texts(texts), "text") == texts


@pytest.mark.parametrize("numbers", [[], [0], [-(2**63), 2**63 - 1, -1, 256]])
def test_numbers(numbers: list[int]) -> None:
    assert _back(arrays.bigints(numbers), "bigint") == numbers
