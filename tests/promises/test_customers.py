"""A customer's own statement: its own terms and evidence, behind its wall, gone with it."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections

from tests.erasure.conftest import make_world
from tests.fixtures.world import World
from tests.keys.world import admin
from tests.promises.stage import HOME, Facts, Stage
from troth.erasure import dsse, payload, plan, purging, queries
from troth.kernel.wall import within
from troth.policy import actions as policy
from troth.policy.agreements import load
from troth.policy.lexicon import known
from troth.promises import watchdog
from troth.promises.models import Evidence, Interval
from troth.tenancy import actions as tenancy
from troth.tenancy.errors import CustomerClosed


def _agree(world: World, customer_id: UUID, within_: str) -> None:
    text = f'{{"reference": "C-1", "terms": {{"erasure.production_within": {{"at_most": "{within_}"}}}}}}'
    policy.agree(customer_id, load(text, known()), by=world.cli, known=known())


def test_its_own_terms_judge_its_own_evidence(stage: Stage, world: World) -> None:
    name, shared = stage.control(per_customer=True), stage.control()
    stage.policy((name,), (shared,))
    strict, other = world.customer(), world.customer()
    _agree(world, strict, "PT12H")
    stage.sees[name] = Facts(3, slowest=timedelta(hours=15))
    for home in (None, strict, other):
        stage.check(name, home)
    stage.check(shared)
    assert stage.scopes[1].customer_id == strict
    assert stage.scopes[1].terms["erasure.production_within"] == timedelta(hours=12)
    assert stage.line("T-1").state == "kept"
    assert stage.line("T-1", strict).state == "broken"
    assert stage.line("T-1", other).state == "kept"
    assert "12" in stage.line("T-1", strict).terms[0].derivation
    # What is observed for all alike is the platform's evidence.
    assert stage.line("T-2", strict).state == "kept"
    assert [miss.state for miss in stage.line("T-1", strict).misses] == ["broken"]
    assert stage.line("T-1").misses == ()


def test_nothing_of_it_shows_elsewhere(stage: Stage, world: World) -> None:
    name = stage.control(per_customer=True)
    stage.policy((name,))
    customer = world.customer()
    stage.check(name, customer)
    with within(HOME):
        assert not Evidence.objects.filter(control=name).exists()
    with within(customer):
        assert Evidence.objects.filter(control=name).count() == 1
    assert stage.line().code == "evidence.none"


def test_each_active_customer_has_its_turn(stage: Stage, world: World) -> None:
    name, shared = stage.control(per_customer=True), stage.control()
    stage.policy((name, shared))
    customer, leaving = world.customer(), world.customer()
    tenancy.close(leaving, by=world.cli)
    due = {(one.control.id, one.customer_id) for one in watchdog.due(stage.clock.now())}
    assert {(name, None), (shared, None), (name, customer)} <= due
    assert (name, leaving) not in due
    assert (shared, customer) not in due
    stage.check(name, customer)
    due = {(one.control.id, one.customer_id) for one in watchdog.due(stage.clock.now())}
    assert (name, customer) not in due
    stage.later(timedelta(hours=2))
    assert customer in set(watchdog.silent(stage.clock.now()))


def test_nothing_is_written_about_a_customer_that_is_leaving(stage: Stage, world: World) -> None:
    name = stage.control(per_customer=True)
    stage.policy((name,))
    customer = world.customer()
    tenancy.close(customer, by=world.cli)
    with pytest.raises(CustomerClosed):
        stage.check(name, customer)
    with within(customer):
        assert not Evidence.objects.filter(customer_id=customer).exists()


def test_canaries_are_no_customers(stage: Stage) -> None:
    from troth.promises.probing import canaries

    name = stage.control(per_customer=True)
    stage.policy((name,))
    mine, neighbour = canaries.ensure()
    due = {one.customer_id for one in watchdog.due(stage.clock.now())}
    assert not {mine.customer_id, neighbour.customer_id} & due


TABLES = [table for table in plan.TABLES if table.name.startswith("promises_") and table.customer is plan.How.PURGED]


def _erasing(customer: UUID) -> None:
    """Mark the customer as being erased, as the erasure itself does once keys begin to die."""
    with admin() as connection:
        connection.execute(
            "insert into erasure_request (customer_id, erasure_id, target, target_id, state, asked_kind, asked_route,"
            " confirmed_at, grace_until, production_within, backups_within)"
            " values (%(id)s, %(id)s, 'customer', %(id)s, 'erasing', 'cli', 'test', now(), now(), '1 day', '90 days')",
            {"id": customer},
        )
        connection.commit()


def _unmark(customer: UUID) -> None:
    with admin() as connection:
        connection.execute("delete from erasure_request where customer_id = %s", [customer])
        connection.commit()


def test_it_goes_with_its_customer_and_nobody_else_s_does(stage: Stage, world: World) -> None:
    """Purged through the parent table: places in the heap repeat from partition to partition."""
    name = stage.control(per_customer=True)
    stage.policy((name,))
    leaving, staying = world.customer(), world.customer()
    # In turns, so that in each year the one lies where in the other year the other does.
    stage.check(name, leaving)
    stage.check(name, staying)
    stage.later(timedelta(days=400))
    stage.check(name, staying)
    stage.check(name, leaving)

    def counted(customer: UUID) -> int:
        return sum(purging.count_rows(table, "customer", customer, customer) for table in TABLES)

    before = counted(staying)
    assert before == counted(leaving) > 0
    with pytest.raises(Exception, match="append-only"), connections["keeper"].cursor() as cursor:
        cursor.execute("delete from promises_evidence where customer_id = %s", [leaving])
    _erasing(leaving)
    try:
        for table in TABLES:
            statement = purging.delete_statement(table, "customer")
            with within(leaving, using=table.using), connections[table.using].cursor() as cursor:
                cursor.execute(statement, {"customer": leaving, "target": leaving, "batch": 1_000})
    finally:
        _unmark(leaving)
    assert counted(leaving) == 0
    assert counted(staying) == before
    with within(staying):
        assert Interval.objects.filter(customer_id=staying).exists()


def test_a_whole_erasure_takes_it_along_and_says_so(stage: Stage) -> None:
    """From the owner's word to the certificate, with the engine's own steps."""
    name = stage.control(per_customer=True)
    stage.policy((name,))
    leaving = make_world(Path(settings.TROTH_HOME))
    leaving.add(2)
    stage.check(name, leaving.customer_id)
    asked = leaving.delete()
    leaving.finish(asked.erasure_id)
    assert {purging.count_rows(table, "customer", leaving.customer_id, leaving.customer_id) for table in TABLES} == {0}
    assert asked.receipt is not None
    _, _, issued = queries.receipt(asked.receipt)
    assert issued is not None
    said = payload.decode(dsse.payload_of(issued.envelope, payload.TYPE))
    removed = {one.store: one.count for one in said.removed}
    assert (removed["promises_evidence"], removed["promises_interval"]) == (1, 2)
