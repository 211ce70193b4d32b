"""A policy tried on today: what would break, at whom, and what nobody can say."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from tests.erasure.conftest import make_world
from tests.fixtures.policies import pack_text
from tests.fixtures.world import World
from tests.policy.test_actions import agree
from troth.audit.sealer import seal_once
from troth.kernel.clock import SYSTEM
from troth.policy import queries, shipped
from troth.policy.lexicon import known
from troth.policy.pack import load
from troth.promises import actions as promises
from troth.promises import governing
from troth.promises.simulation import Simulation, simulate

InForce = Callable[..., Any]
WITHIN = "erasure.production_within"


class Later:
    """A clock some hours ahead."""

    def __init__(self, hours: float) -> None:
        self.hours = hours

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(hours=self.hours)


def tried(world: World, clauses: dict[str, str], hours: float = 0) -> Simulation:
    pack = load(pack_text(clauses, pack="next"), known())
    return simulate(pack, by=world.cli, clock=Later(hours))


def test_nothing_is_written(world: World, in_force: InForce) -> None:
    in_force({"P-1": f"{WITHIN}: {{at_most: P1D}}"})
    before = (queries.versions(), queries.history())
    tried(world, {"P-1": f"{WITHIN}: {{at_most: PT1H}}"})
    assert (queries.versions(), queries.history()) == before


def test_agreements_that_a_pack_excludes_are_named(world: World, in_force: InForce) -> None:
    customer = world.customer()
    agree(world, customer, "audit.kept_for: {at_most: P1Y}")
    found = tried(world, {"P-1": "audit.kept_for: {at_least: P5Y}"})
    (clash,) = [each for each in found.clashes if each.customer_id == customer]
    assert clash.sources == ("clause P-1", "the agreement MSA-1")
    assert found.difference is None
    assert found.promises == ()


def test_an_open_erasure_that_would_be_late_is_named(world: World, in_force: InForce) -> None:
    in_force({"P-1": f"{WITHIN}: {{at_most: P1D}}"})
    house = make_world(settings.TROTH_HOME)
    ((_, subject),) = house.add(1)
    asked = house.ask(subject)
    found = tried(world, {"P-1": f"{WITHIN}: {{at_most: PT4H}}"}, hours=5)
    (customer,) = [each for each in found.customers if each.customer_id == house.customer_id]
    (late,) = customer.erasures
    assert (late.erasure_id, late.state, late.limit) == (asked.erasure_id, "late", timedelta(hours=4))
    calm = tried(world, {"P-1": f"{WITHIN}: {{at_most: PT4H}}"})
    assert house.customer_id not in {each.customer_id for each in calm.customers}
    house.finish(asked.erasure_id)


def test_passwords_can_not_be_judged_and_that_is_said(world: World, no_policy: None) -> None:
    world.person(world.customer())
    found = tried(world, {"P-1": "access.password.length: {at_least: 12, at_most: 19}"})
    (unknown,) = [each for each in found.unknown if each.why == "passwords_are_hashed"]
    assert unknown.count >= 1
    assert not [each for each in tried(world, {"P-1": f"{WITHIN}: {{at_most: P1D}}"}).unknown if each.count]


def test_backups_and_what_nothing_measures_are_said(world: World, no_policy: None) -> None:
    found = tried(world, {"P-1": "backups.every: {at_most: P1D}"})
    whys = {each.why: each for each in found.unknown}
    assert "no_backups" in whys
    assert whys["nothing_measures"].about == ("backups.every",)


@pytest.mark.parametrize("name", shipped.NAMES)
def test_every_shipped_pack_can_be_tried_on_and_activated(world: World, in_force: InForce, name: str) -> None:
    pack = load(shipped.text(name), governing.known())
    found = simulate(pack, by=world.cli)
    assert found.clashes == ()
    assert len(found.promises) >= len(list(pack.clauses))
    assert {each.then for each in found.promises} <= {"kept", "at_risk", "broken", "stale", "unverified", "declared"}
    assert json.dumps(asdict(found), default=str)
    in_force(pack)
    assert queries.in_force() == pack


def test_sealed_facts_are_judged_again_under_the_new_terms(world: World, in_force: InForce) -> None:
    """What kept yesterday's promise breaks tomorrow's: seen without a new look."""
    clause = "      - id: A-4b\n        kinds: [enforced]\n"
    text = pack_text({"A-4b": f"{WITHIN}: {{at_most: P1D}}"}).replace(
        "      - id: A-4b\n        kinds: [declared]\n",
        clause + "        controls: [erased_data_leaves_production]\n",
    )
    in_force(load(text, governing.known()))
    house = make_world(settings.TROTH_HOME, clock=Later(-5))
    ((_, subject),) = house.add(1)
    asked = house.ask(subject)
    house.clock = SYSTEM
    house.finish(asked.erasure_id)
    promises.check("erased_data_leaves_production", by=world.cli)
    while seal_once():
        pass
    strict = load(text.replace("P1D", "PT4H").replace("pack: test", "pack: next"), governing.known())
    found = simulate(strict, by=world.cli)
    (promise,) = [each for each in found.promises if each.clause_id == "A-4b" and each.customer_id is None]
    assert "no_facts" not in {each.why for each in found.unknown}
    assert promise.now is not None
    # Other tests of the run may have left one that was late by any terms.
    assert (promise.then, promise.code) in {
        ("at_risk", "erasure.slower_than_now_promised"),
        ("broken", "erasure.late"),
    }
    assert promise.sentence
    looser = load(text.replace("P1D", "P9D").replace("pack: test", "pack: next"), governing.known())
    assert simulate(looser, by=world.cli).breaks == ()
