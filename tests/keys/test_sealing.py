"""Sealed bytes open with their key, in their context, unaltered; or not at all."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys import second_reader
from troth.keys.errors import CannotOpen
from troth.keys.sealing import OVERHEAD, context, derive, new_key, seal, unseal

parts = st.lists(
    st.one_of(st.uuids(), st.integers(0, 2**64 - 1), st.text(max_size=20), st.binary(max_size=20)), max_size=4
)


@given(st.binary(max_size=500), st.text(max_size=10), parts)
def test_what_is_sealed_opens(plain: bytes, kind: str, where: list[UUID | int | str | bytes]) -> None:
    key = new_key()
    sealed = seal(key, plain, context(kind, *where))
    assert len(sealed) == len(plain) + OVERHEAD
    assert unseal(key, sealed, context(kind, *where)) == plain
    assert second_reader.unseal(key, sealed, second_reader.context(kind, *where)) == plain


@given(st.binary(max_size=100), st.data())
def test_altered_bytes_never_open(plain: bytes, data: st.DataObject) -> None:
    key = new_key()
    sealed = bytearray(seal(key, plain, b"here"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        unseal(key, bytes(sealed), b"here")


@given(st.binary(max_size=100), st.binary(max_size=40), st.binary(max_size=40))
def test_another_context_never_opens(plain: bytes, here: bytes, there: bytes) -> None:
    key = new_key()
    sealed = seal(key, plain, here)
    if here != there:
        with pytest.raises(CannotOpen):
            unseal(key, sealed, there)


@given(st.text(max_size=10), parts, st.text(max_size=10), parts)
def test_no_two_contexts_are_alike(
    one: str, ones: list[UUID | int | str | bytes], two: str, twos: list[UUID | int | str | bytes]
) -> None:
    same = one == two and [(type(a), a) for a in ones] == [(type(b), b) for b in twos]
    assert (context(one, *ones) == context(two, *twos)) is same


def test_another_key_never_opens() -> None:
    sealed = seal(new_key(), b"secret", b"")
    with pytest.raises(CannotOpen) as found:
        unseal(new_key(), sealed, b"")
    assert found.value.__cause__ is None
    assert found.value.__suppress_context__


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 28, b"\x02" + bytes(60), b"\x00" + bytes(60)])
def test_what_is_no_sealed_value_is_refused(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        unseal(new_key(), sealed, b"")


def test_a_context_refuses_what_does_not_fit() -> None:
    for bad in (-1, 2**64):
        with pytest.raises(OverflowError):
            context("page", bad)


def test_derived_keys_differ_by_their_use() -> None:
    secret, customer = new_key(), uuid4()
    assert derive(secret, context("stable", customer, "a")) != derive(secret, context("stable", customer, "b"))
    assert derive(secret, b"x") == derive(secret, b"x")
