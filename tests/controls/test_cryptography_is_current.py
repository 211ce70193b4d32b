"""Held as installed; broken by bytes of no known version, an old root, and a review that nobody held."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.controls.looks import facts_of, judged, verdict_of
from tests.controls.sound import make_sound
from tests.fixtures.world import World
from tests.keys.world import admin
from troth.keys import standards
from troth.promises.probing import canaries


@pytest.fixture(autouse=True)
def _sound() -> None:
    make_sound()


ID = "cryptography_is_current"


class Later:
    """A clock that is ahead."""

    def __init__(self, by: timedelta) -> None:
        self.by = by

    def now(self):  # type: ignore[no-untyped-def]  # a clock of the test's own
        from troth.kernel.clock import SYSTEM

        return SYSTEM.now() + self.by


def test_held(world: World) -> None:
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("kept", "cryptography.kept")
    facts = facts_of(ID)
    assert facts.sampled > 5
    assert len(facts.algorithms) == len(standards.USES)


def test_bytes_of_no_known_version(world: World) -> None:
    canary, _ = canaries.ensure()
    where = "where customer_id = %s and account_id = %s"
    ident = (canary.customer_id, canary.account_id)
    with admin(autocommit=True) as connection:
        row = connection.execute(f"select mail from access_account {where}".encode(), ident).fetchone()
        assert row is not None
        put = f"update access_account set mail = %s {where}".encode()
        connection.execute(put, [b"\x09" + bytes(row[0])[1:], *ident])
        try:
            verdict = verdict_of(ID)
        finally:
            connection.execute(put, [bytes(row[0]), *ident])
    assert (verdict.state, verdict.code) == ("broken", "cryptography.unknown")


def test_a_root_that_nobody_renewed(world: World) -> None:
    """A year and a day later, by the installation's own clock; the review has its own day."""
    facts = facts_of(ID)
    old = replace(facts, root_age=standards.ROOT_LIVES + timedelta(days=1))
    assert judged(ID, old).code == "cryptography.old_root"
    with admin(autocommit=True) as connection:
        connection.execute("update keys_epoch set made_at = made_at - interval '400 days'")
        try:
            assert verdict_of(ID).code == "cryptography.old_root"
        finally:
            connection.execute("update keys_epoch set made_at = made_at + interval '400 days'")


def test_a_review_that_nobody_held(world: World) -> None:
    assert verdict_of(ID, clock=Later(timedelta(days=4_000))).code == "cryptography.review_overdue"
    facts = replace(facts_of(ID), seen_at=standards.REVIEW_AGAIN - timedelta(days=3))
    assert judged(ID, facts).state == "at_risk"


def test_a_seal_that_opens_with_any_key(world: World) -> None:
    assert judged(ID, replace(facts_of(ID), opens=False)).code == "cryptography.fails"
