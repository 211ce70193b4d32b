"""Held as stored; broken by digests that the database's administrator puts in their place."""

import hashlib

import pytest

from tests.controls.looks import facts_of, verdict_of
from tests.fixtures.world import World
from tests.keys.world import admin
from troth.promises.probing import canaries

ID = "identifiers_are_keyed_pseudonyms"


@pytest.fixture
def put(world: World):  # type: ignore[no-untyped-def]  # a function of the test's own
    """Put another digest in the place of the canary's, and the old one back."""
    canary, _ = canaries.ensure()
    where = "where customer_id = %s and subject_id = %s"
    with admin(autocommit=True) as connection:
        found = connection.execute(
            f"select digest from vault_identifier {where}".encode(), [canary.customer_id, canary.subject_id]
        ).fetchone()
        assert found is not None

        def change(value: bytes) -> None:
            statement = f"update vault_identifier set digest = %s {where}"
            connection.execute(statement.encode(), [value, canary.customer_id, canary.subject_id])

        yield canary, change
        change(bytes(found[0]))


def test_held(world: World) -> None:
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("kept", "pseudonyms.kept")
    assert facts_of(ID).sampled >= 2


@pytest.mark.parametrize("name", ["md5", "sha256"])
def test_a_digest_that_anybody_can_compute(put, name: str) -> None:  # type: ignore[no-untyped-def]  # the fixture above
    canary, change = put
    change(hashlib.new(name, canary.ring_number.encode()).digest()[:16])
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("broken", "pseudonyms.guessed")
    assert verdict.params["digests"] == (name,)


def test_an_identifier_in_the_clear(put) -> None:  # type: ignore[no-untyped-def]  # the fixture above
    canary, change = put
    change(canary.ring_number.encode())
    assert verdict_of(ID).code == "pseudonyms.clear"


def test_a_digest_that_finds_nobody_proves_nothing(put) -> None:  # type: ignore[no-untyped-def]  # the fixture above
    _, change = put
    change(hashlib.sha256(b"something else").digest()[:16])
    assert verdict_of(ID).code == "pseudonyms.no_twin"


def test_readable_bytes_are_no_digest(put) -> None:  # type: ignore[no-untyped-def]  # the fixture above
    _, change = put
    change(b"ada@example.org!")
    assert verdict_of(ID).code == "pseudonyms.odd"
