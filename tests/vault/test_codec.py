"""A record's blob: exact bytes, exact values, bound to where it belongs."""

import contextlib
import json
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.ids import new_id
from troth.keys.errors import CannotOpen
from troth.keys.sealing import new_key, unseal
from troth.vault import blind, codec
from troth.vault.codec import Binding, Unreadable, record_context
from troth.vault.errors import RowRefused
from troth.vault.schema import Field, Schema

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "records.json").read_text("utf-8"))
SCHEMA = Schema(fields=(Field(name="a"), Field(name="b", type="integer"), Field(name="c", type="boolean")))
VALUES = st.fixed_dictionaries(
    {
        "a": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
        "b": st.none() | st.integers(-(2**63), 2**63 - 1),
        "c": st.none() | st.booleans(),
    }
)


@given(VALUES)
def test_values_come_back_exactly(values: dict[str, str | int | bool | None]) -> None:
    key, bound_to = new_key(), record_context(new_id(), new_id(), new_id(), new_id(), 1)
    found = codec.opened(key, SCHEMA, codec.sealed(key, codec.pack(SCHEMA, values), bound_to), bound_to)
    assert found == values
    assert {name: type(value) for name, value in found.items()} == {name: type(values[name]) for name in values}


@given(st.uuids(), st.uuids(), st.uuids(), st.uuids(), st.integers(1, 32767))
def test_the_prepared_binding_is_the_context(a: UUID, b: UUID, c: UUID, d: UUID, version: int) -> None:
    assert Binding(a, b, version).to(c, d) == record_context(a, b, c, d, version)


def test_a_blob_opens_only_where_it_belongs() -> None:
    key, ids = new_key(), [new_id() for _ in range(4)]
    blob = codec.sealed(key, codec.pack(SCHEMA, {"a": "x"}), record_context(*ids, 1))
    for at in range(4):
        moved = [*ids[:at], new_id(), *ids[at + 1 :]]
        with pytest.raises(CannotOpen):
            codec.opened(key, SCHEMA, blob, record_context(*moved, 1))
    with pytest.raises(CannotOpen):
        codec.opened(key, SCHEMA, blob, record_context(*ids, 2))
    with pytest.raises(CannotOpen):
        codec.opened(new_key(), SCHEMA, blob, record_context(*ids, 1))


@given(st.binary(max_size=60))
def test_any_plaintext_is_read_or_refused(packed: bytes) -> None:
    with contextlib.suppress(Unreadable):
        codec.unpack(SCHEMA, packed)


def test_a_record_has_a_limit() -> None:
    with pytest.raises(RowRefused, match="larger"):
        codec.pack(SCHEMA, {"a": "x" * 300_000})


def test_the_frozen_vector_opens() -> None:
    schema = Schema.parse(VECTOR["schema"])
    customer, dataset, subject, record = (
        UUID(VECTOR[name]) for name in ("customer_id", "dataset_id", "subject_id", "record_id")
    )
    bound_to = record_context(customer, dataset, subject, record, VECTOR["schema_version"])
    assert bound_to.hex() == VECTOR["context"]
    key, blob = bytes.fromhex(VECTOR["key"]), bytes.fromhex(VECTOR["sealed"])
    assert unseal(key, blob, bound_to).hex() == VECTOR["plaintext"]
    assert codec.pack(schema, VECTOR["values"]).hex() == VECTOR["plaintext"]
    assert codec.opened(key, schema, blob, bound_to) == VECTOR["values"]


@pytest.mark.parametrize("entry", VECTOR["digests"], ids=lambda entry: entry["kind"])
def test_the_frozen_digests_hold(entry: dict[str, str]) -> None:
    key = bytes.fromhex(VECTOR["index_key"])
    assert blind.digest(key, entry["kind"], entry["stored"]).hex() == entry["digest"]


def test_equal_people_of_two_customers_have_unlike_digests() -> None:
    assert blind.digest(new_key(), "email", "a@example.org") != blind.digest(new_key(), "email", "a@example.org")


def test_kinds_never_share_digests() -> None:
    key = new_key()
    found = {blind.digest(key, kind, "+33612345678") for kind in ("phone", "reference", "reference:a", "reference:b")}
    assert len(found) == 4


def test_many_sealed_at_once_open_one_by_one_under_nonces_of_their_own() -> None:
    items = [(new_key(), codec.pack(SCHEMA, {"a": str(n)}), record_context(*[new_id()] * 4, n)) for n in range(300)]
    blobs = codec.sealed_many(items)
    assert [codec.opened(key, SCHEMA, blob, to)["a"] for (key, _, to), blob in zip(items, blobs, strict=True)] == [
        str(n) for n in range(300)
    ]
    assert len({blob[1:13] for blob in blobs}) == 300
    assert codec.sealed_many([]) == []
