"""Versions, activations and agreements: kept for ever, decided one at a time, never against one another."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.db.utils import IntegrityError, ProgrammingError

from tests.fixtures.policies import pack_text
from tests.fixtures.world import World, logged_leaves
from troth.audit.sealer import seal_once
from troth.kernel import wall
from troth.kernel.errors import Invalid
from troth.kernel.ids import OPERATOR
from troth.policy import actions, agreements, freshness, packs_kept, queries
from troth.policy.errors import (
    ActivationRefused,
    AgreementRefused,
    NoSuchVersion,
    PackAltered,
    PackChanged,
    PackInvalid,
)
from troth.policy.lexicon import known
from troth.policy.pack import load

P1D = {"A-4b": "erasure.production_within: {at_most: P1D}"}
WITHIN = "erasure.production_within"
InForce = Callable[..., Any]


class At:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant


def agreement(terms: str, reference: str = "MSA-1") -> agreements.Agreement:
    return agreements.load(f"{{reference: {reference}, terms: {{{terms}}}}}", known())


def agree(world: World, customer: UUID, terms: str, reference: str = "MSA-1") -> int:
    return actions.agree(customer, agreement(terms, reference), by=world.cli, known=known())


def test_a_pack_in_force_is_what_terms_read(world: World, in_force: InForce) -> None:
    assert queries.in_force() is None
    assert dict(queries.terms()) == {}
    in_force(P1D)
    assert queries.terms().duration(WITHIN) == timedelta(days=1)
    found = queries.current()
    assert found is not None
    assert found.pack.id == "test"
    (decided,) = queries.history()
    assert (decided.reason, decided.state, decided.version) == ("a test", "in_force", 1)


def test_activation_is_in_the_log_with_its_reason_sealed(world: World, in_force: InForce) -> None:
    in_force(P1D)
    leaf = next(leaf for name, leaf in reversed(logged_leaves(OPERATOR)) if name == "policy.activated")
    assert leaf["detail"]["pack"] == "test"  # type: ignore[index]  # a leaf is JSON
    assert "reason" in leaf["commitments"]  # type: ignore[operator]  # as above
    assert "a test" not in json.dumps(leaf)


def test_an_agreement_binds_where_it_asks_for_more_and_not_where_it_asks_for_less(
    world: World, in_force: InForce
) -> None:
    in_force(P1D)
    strict, lax, none = world.customer(), world.customer(), world.customer()
    agree(world, strict, f"{WITHIN}: {{at_most: PT12H}}")
    agree(world, lax, f"{WITHIN}: {{at_most: P3D}}")
    assert queries.terms(strict).duration(WITHIN) == timedelta(hours=12)
    assert queries.terms(lax).duration(WITHIN) == timedelta(days=1)
    assert queries.terms(none).explain(WITHIN) == "24 h, from clause A-4b"
    assert (
        queries.terms(strict).explain(WITHIN)
        == "12 h: 24 h, from clause A-4b; the agreement with this customer says 12 h"
    )
    assert queries.terms(lax).explain(WITHIN).endswith("the agreement with this customer says 3 days (does not bind)")
    assert agree(world, strict, "") == 2
    assert queries.terms(strict).duration(WITHIN) == timedelta(days=1)
    assert [kept.number for kept in queries.agreements(strict)] == [2, 1]


def test_terms_are_read_from_inside_another_customers_context(world: World, in_force: InForce) -> None:
    in_force(P1D)
    here, there = world.customer(), world.customer()
    agree(world, there, f"{WITHIN}: {{at_most: PT12H}}")
    with wall.within(here):
        assert queries.terms().duration(WITHIN) == timedelta(days=1)
        assert queries.terms(there).duration(WITHIN) == timedelta(hours=12)
    with wall.door("staff_directory"):
        assert queries.terms(there).duration(WITHIN) == timedelta(hours=12)


def test_a_pack_that_excludes_an_agreement_is_refused_with_the_clause_and_the_agreement(
    world: World, in_force: InForce
) -> None:
    in_force(P1D)
    customer = world.customer()
    agree(world, customer, "audit.kept_for: {at_least: P2Y}", "MSA/2024 17")
    with pytest.raises(ActivationRefused) as refused:
        in_force({"B-1": "audit.kept_for: {at_most: P1Y}", "B-2": "audit.kept_for: {at_most: P9Y}"})
    (clash,) = refused.value.found
    assert clash.customer_id == customer
    assert clash.sources == ("clause B-1", "the agreement MSA/2024 17")
    assert queries.current().pack.version == 1  # type: ignore[union-attr]  # it is in force


def test_a_pack_that_excludes_itself_is_refused(world: World, in_force: InForce) -> None:
    with pytest.raises(ActivationRefused) as refused:
        in_force({"B-1": "audit.kept_for: {at_most: P1Y}", "B-2": "audit.kept_for: {at_least: P2Y}"})
    assert refused.value.found[0].sources == ("clause B-1", "clause B-2")
    assert queries.in_force() is None


def test_an_agreement_that_excludes_the_policy_or_one_to_come_is_refused(world: World, in_force: InForce) -> None:
    customer = world.customer()
    in_force({"B-1": "audit.kept_for: {at_least: P1Y}"})
    with pytest.raises(AgreementRefused):
        agree(world, customer, "audit.kept_for: {at_most: P9M}")
    in_force({"B-1": "audit.kept_for: {at_least: P3Y}"}, effective_at=datetime.now(UTC) + timedelta(days=30))
    with pytest.raises(AgreementRefused) as refused:
        agree(world, customer, "audit.kept_for: {at_most: P2Y}")
    assert refused.value.found[0].sources == ("clause B-1", "the agreement MSA-1")
    agree(world, customer, "audit.kept_for: {at_most: P4Y}")


def test_a_date_that_arrives_brings_the_policy_into_force_by_itself(world: World, in_force: InForce) -> None:
    now = datetime.now(UTC)
    in_force(P1D)
    in_force({"A-4b": f"{WITHIN}: {{at_most: PT12H}}"}, effective_at=now + timedelta(days=10))
    assert queries.terms().duration(WITHIN) == timedelta(days=1)
    assert [decided.state for decided in queries.history()] == ["waiting", "in_force"]
    later = At(now + timedelta(days=11))
    assert queries.terms(clock=later).duration(WITHIN) == timedelta(hours=12)
    assert [decided.state for decided in queries.history(clock=later)] == ["in_force", "past"]


def test_a_newer_decision_undoes_one_that_waits(world: World, in_force: InForce) -> None:
    now = datetime.now(UTC)
    in_force({"A-4b": f"{WITHIN}: {{at_most: PT12H}}"}, effective_at=now + timedelta(days=10))
    in_force(P1D)
    later = At(now + timedelta(days=11))
    assert queries.terms(clock=later).duration(WITHIN) == timedelta(days=1)
    assert [decided.state for decided in queries.history(clock=later)] == ["in_force", "undone"]


def test_a_clock_that_goes_back_takes_no_policy_out_of_force(world: World, in_force: InForce) -> None:
    in_force(P1D)
    back = At(datetime.now(UTC) - timedelta(days=400))
    assert queries.terms(clock=back).duration(WITHIN) == timedelta(days=1)
    in_force({"A-4b": f"{WITHIN}: {{at_most: PT12H}}"}, clock=back)
    assert queries.terms(clock=back).duration(WITHIN) == timedelta(hours=12)
    assert queries.in_force(datetime.now(UTC) - timedelta(days=1)) is None


def test_no_policy_comes_into_force_in_the_past(world: World, in_force: InForce) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(Invalid):
        in_force(P1D, effective_at=past)
    with pytest.raises(Invalid):
        in_force({"A-4b": f"{WITHIN}: {{at_most: PT12H}}"}, effective_at=datetime.now() + timedelta(days=3))  # noqa: DTZ005 - a time without its zone is what is tried


def test_a_version_never_changes(world: World, in_force: InForce) -> None:
    pack = in_force(P1D)
    other = load(pack_text({"A-4b": f"{WITHIN}: {{at_most: P2D}}"}), known())
    with pytest.raises(PackChanged):
        actions.publish(other, by=world.cli, known=known())
    actions.publish(pack, by=world.cli, known=known())
    with pytest.raises(NoSuchVersion):
        actions.activate("test", 9, by=world.cli, reason="a test", known=known())


def test_a_reason_is_needed(world: World, in_force: InForce) -> None:
    in_force(P1D)
    for reason in ("", " \n ", "x" * 501, "a\x00b", "abc\u202ecba"):
        with pytest.raises(Invalid):
            actions.activate("test", 1, by=world.cli, reason=reason, known=known())


def test_a_control_that_the_platform_does_not_have_is_refused_at_publication(world: World, no_policy: None) -> None:
    text = pack_text(P1D).replace("terms:", "controls: [invented]\n        terms:")
    with pytest.raises(PackInvalid, match="no control"):
        actions.publish(load(text), by=world.cli, known=known({"erased_data_leaves_production": ()}))


@pytest.mark.parametrize("table", ["policy_pack", "policy_activation", "policy_agreement"])
def test_nothing_can_be_changed_or_taken_away(world: World, in_force: InForce, table: str) -> None:
    in_force(P1D)
    customer = world.customer()
    agree(world, customer, f"{WITHIN}: {{at_most: PT12H}}")
    for statement in (f"delete from {table}", f"update {table} set event_id = event_id", f"truncate {table}"):
        with pytest.raises(ProgrammingError), wall.within(customer), connections["default"].cursor() as cursor:
            cursor.execute(statement)


def test_the_database_itself_refuses_a_decision_about_the_past(world: World, in_force: InForce) -> None:
    in_force(P1D)
    with pytest.raises(IntegrityError), wall.within(OPERATOR), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into policy_activation select gen_random_uuid(), number + 1, digest, decided_at,"
            " decided_at - interval '1 day', reason, event_id from policy_activation"
        )


def test_an_agreement_is_walled(world: World, in_force: InForce) -> None:
    customer, other = world.customer(), world.customer()
    agree(world, customer, f"{WITHIN}: {{at_most: PT12H}}")
    assert queries.agreement(other) is None
    with wall.within(other), connections["default"].cursor() as cursor:
        cursor.execute("select count(*) from policy_agreement")
        assert cursor.fetchone() == (0,)


def test_reading_terms_asks_the_database_once_a_second_at_most(world: World, in_force: InForce) -> None:
    in_force(P1D)
    customer = world.customer()
    queries.terms(customer)
    with connections["default"].execute_wrapper(_never):
        for _ in range(100):
            queries.terms(customer)
            queries.terms()
    freshness.forget()
    with pytest.raises(AssertionError), connections["default"].execute_wrapper(_never):
        queries.terms()


def _never(*_: object) -> None:
    raise AssertionError("the database was asked")


def test_a_decision_that_the_log_does_not_know_is_shown_as_such(world: World, in_force: InForce) -> None:
    in_force(P1D, effective_at=datetime.now(timezone(timedelta(hours=5))) + timedelta(hours=1))
    while seal_once():
        pass
    assert [each.in_log for each in queries.history()] == ["sealed"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("update policy_activation set effective_at = effective_at + interval '1 s'")
    assert [each.in_log for each in queries.history()] == ["differs"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("update policy_activation set event_id = gen_random_uuid()")
    assert [each.in_log for each in queries.history()] == ["waiting"]
    assert [each.in_log for each in queries.history(clock=At(datetime.now(UTC) + timedelta(hours=1)))] == ["missing"]


def test_a_version_altered_in_the_database_is_never_read(world: World, in_force: InForce) -> None:
    in_force(P1D)
    with connections["owner"].cursor() as cursor:
        cursor.execute("update policy_pack set body = replace(body, 'P1D', 'P9D')")
    packs_kept.parsed.cache_clear()
    queries._resolved.cache_clear()
    for read in (queries.in_force, queries.terms, lambda: queries.kept("test")):
        with pytest.raises(PackAltered):
            read()
