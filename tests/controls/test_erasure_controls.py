"""Erasures: in time, certified, searched after, and on the owner's word alone; broken by breaking the real thing."""

import time
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from tests.controls.breaking import superuser
from tests.controls.looks import facts_of, verdict_of
from tests.erasure.conftest import IMPATIENT, World, make_world
from troth.audit import sealer
from troth.erasure import actions, engine
from troth.erasure.models import Request
from troth.erasure.rules import State
from troth.erasure.terms import ErasureTerms
from troth.erasure.work import KEEPER, Surroundings
from troth.kernel.clock import SYSTEM, Clock
from troth.promises.probing import canaries, rehearsals
from troth.tenancy import queries as tenancies

TERMS = {"erasure.production_within": timedelta(hours=24)}
LEAVES, CERTIFIED = "erased_data_leaves_production", "erasures_are_certified"
VERIFIED, OWNER = "deletion_is_verified", "owner_deletes_customer_data"


class Earlier:
    """A clock that is late."""

    def __init__(self, by: timedelta) -> None:
        self.by = by

    def now(self) -> datetime:
        return SYSTEM.now() - self.by


@pytest.fixture
def mine() -> World:
    """A customer of its own."""
    return make_world(settings.TROTH_HOME)


def work(until: float = 30) -> None:
    """Do what the worker does, for the canaries' erasures, until none is open."""
    around = Surroundings(home=settings.TROTH_HOME, terms=ErasureTerms(pace=IMPATIENT))
    canary_ids = {one.customer_id for one in tenancies.canaries()}
    deadline = time.monotonic() + until
    while time.monotonic() < deadline:
        sealer.seal_once()
        open_ = Request.objects.using(KEEPER).exclude(state__in=[State.DONE, State.CANCELLED])
        theirs = [one for one in open_ if one.customer_id in canary_ids]
        if not theirs:
            return
        for one in theirs:
            engine.run(one.customer_id, one.erasure_id, around)
    raise AssertionError("the canaries' erasures do not end")


@pytest.fixture(scope="module", autouse=True)
def rehearsed() -> None:
    """The day's own erasure has been carried out."""
    canary, _ = canaries.ensure()
    rehearsals.erase_when_due(canary, now=SYSTEM.now(), clock=SYSTEM)
    work()


def erased(world: World, clock: Clock = SYSTEM) -> UUID:
    """A person was erased here; the erasure."""
    ((_, subject_id),) = world.add(1, prefix=f"x{uuid4().hex}")
    world.clock = clock
    erasure_id = world.ask(subject_id).erasure_id
    world.finish(erasure_id)
    world.clock = SYSTEM
    return erasure_id


class TestLeavesProduction:
    def test_held_by_our_own_test_alone(self, mine: World) -> None:
        verdict = verdict_of(LEAVES, terms=TERMS, customer_id=mine.customer_id)
        assert (verdict.state, verdict.code) == ("kept", "erasure.only_tests")

    def test_held(self, mine: World) -> None:
        erased(mine)
        facts = facts_of(LEAVES, terms=TERMS, customer_id=mine.customer_id)
        assert (facts.finished, facts.running, facts.late_count) == (1, 0, 0)
        assert verdict_of(LEAVES, terms=TERMS, customer_id=mine.customer_id).code == "erasure.in_time"

    def test_one_is_running(self, mine: World) -> None:
        ((_, subject_id),) = mine.add(1)
        mine.clock = Earlier(timedelta(hours=3))
        mine.ask(subject_id)
        assert verdict_of(LEAVES, terms=TERMS, customer_id=mine.customer_id).code == "erasure.running"

    @pytest.mark.parametrize(
        ("hours", "state", "code"),
        [(20, "at_risk", "erasure.nears_limit"), (25, "broken", "erasure.late")],
    )
    def test_the_worker_has_stopped(self, mine: World, hours: int, state: str, code: str) -> None:
        ((_, subject_id),) = mine.add(1)
        mine.clock = Earlier(timedelta(hours=hours))
        erasure_id = mine.ask(subject_id).erasure_id
        verdict = verdict_of(LEAVES, terms=TERMS, customer_id=mine.customer_id)
        assert (verdict.state, verdict.code) == (state, code)
        if state == "broken":
            assert verdict.params["late"] == (str(erasure_id),)
        whole = verdict_of(LEAVES, terms=TERMS)
        assert whole.state in {state, "broken"}
        actions.cancel(mine.permit(actions.Action.SUBJECTS_ERASE), erasure_id)

    def test_it_was_finished_too_late(self, mine: World) -> None:
        ((_, subject_id),) = mine.add(1)
        mine.clock = Earlier(timedelta(hours=30))
        erasure_id = mine.ask(subject_id).erasure_id
        mine.clock = SYSTEM
        mine.finish(erasure_id)
        verdict = verdict_of(LEAVES, terms=TERMS, customer_id=mine.customer_id)
        assert (verdict.state, verdict.code) == ("broken", "erasure.late")

    def test_a_survivor(self, mine: World) -> None:
        ((_, subject_id),) = mine.add(1)
        mine.finish(mine.ask(subject_id).erasure_id)
        came_back(mine, subject_id)
        for control in (LEAVES, VERIFIED):
            verdict = verdict_of(control, terms=TERMS, customer_id=mine.customer_id)
            assert verdict.state == "broken"
            assert verdict.params["where"] == ("vault_change:1",)

    def test_a_shorter_limit_than_then(self, mine: World) -> None:
        ((_, subject_id),) = mine.add(1)
        mine.clock = Earlier(timedelta(hours=6))
        erasure_id = mine.ask(subject_id).erasure_id
        mine.clock = SYSTEM
        mine.finish(erasure_id)
        shorter = {"erasure.production_within": timedelta(hours=4)}
        verdict = verdict_of(LEAVES, terms=shorter, customer_id=mine.customer_id)
        assert (verdict.state, verdict.code) == ("at_risk", "erasure.slower_than_now_promised")


def came_back(world: World, subject_id: UUID) -> None:
    """Somebody writes about the erased person after the fact."""
    superuser(
        "insert into vault_change (customer_id, change_id, record_id, subject_id, version, what, fields, changed_at,"
        f" actor_kind) values ('{world.customer_id}', '{uuid4()}', '{uuid4()}', '{subject_id}', 1, 'x', '{{}}', now(),"
        " 'cli')"
    )


class TestCertified:
    def test_held(self, mine: World) -> None:
        erased(mine)
        facts = facts_of(CERTIFIED, customer_id=mine.customer_id)
        assert facts.finished == 1
        assert facts.verified >= 2
        assert verdict_of(CERTIFIED, customer_id=mine.customer_id).code == "certificate.all"

    def test_a_certificate_that_is_gone(self, mine: World) -> None:
        erasure_id = erased(mine)
        superuser(f"delete from erasure_certificate where erasure_id = '{erasure_id}'")
        verdict = verdict_of(CERTIFIED, customer_id=mine.customer_id)
        assert (verdict.state, verdict.code) == ("broken", "certificate.missing")
        assert verdict.params["which"] == (str(erasure_id),)

    def test_a_certificate_that_was_altered(self, mine: World) -> None:
        erasure_id = erased(mine)
        altered = "convert_to(replace(convert_from(envelope, 'UTF8'), '\"payload\":\"e', '\"payload\":\"f'), 'UTF8')"
        superuser(f"update erasure_certificate set envelope = {altered} where erasure_id = '{erasure_id}'")
        assert verdict_of(CERTIFIED, customer_id=mine.customer_id).code == "certificate.wrong"

    def test_a_certificate_of_another_erasure(self, mine: World) -> None:
        one, other = erased(mine), erased(mine)
        superuser(
            "update erasure_certificate set envelope = (select envelope from erasure_certificate where erasure_id ="
            f" '{one}') where erasure_id = '{other}'"
        )
        verdict = verdict_of(CERTIFIED, customer_id=mine.customer_id)
        assert (verdict.code, verdict.params["which"]) == ("certificate.wrong", (str(other),))


class TestVerified:
    def test_held(self, mine: World) -> None:
        erased(mine)
        facts = facts_of(VERIFIED, customer_id=mine.customer_id)
        assert facts.fewest_places > 5
        assert facts.again >= 2
        assert verdict_of(VERIFIED, customer_id=mine.customer_id).code == "scan.clean"

    def test_no_search_was_made(self, mine: World) -> None:
        erasure_id = erased(mine)
        superuser(f"delete from erasure_tally where erasure_id = '{erasure_id}' and phase = 'checked'")
        assert verdict_of(VERIFIED, customer_id=mine.customer_id).code == "scan.missing"

    def test_the_search_had_found_something(self, mine: World) -> None:
        erasure_id = erased(mine)
        superuser(
            f"update erasure_tally set count = 2 where erasure_id = '{erasure_id}' and phase = 'checked'"
            " and store = 'vault_record'"
        )
        assert verdict_of(VERIFIED, customer_id=mine.customer_id).code == "scan.finished_with_survivors"


class TestOwner:
    def test_under_way_then_held(self) -> None:
        first = verdict_of(OWNER, terms=TERMS)
        assert (first.state, first.code) in {("unverified", "deletion.under_way"), ("kept", "deletion.by_owner")}
        work()
        verdict = verdict_of(OWNER, terms=TERMS)
        assert (verdict.state, verdict.code) == ("kept", "deletion.by_owner")
        facts = facts_of(OWNER, terms=TERMS)
        assert {"administrator", "viewer", "another customer's owner", "staff: administrator"} <= set(facts.refused)
        before = len(tenancies.canaries())
        facts_of(OWNER, terms=TERMS)
        assert len(tenancies.canaries()) == before, "not more than daily"

    def test_another_role_may(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A change of the table of roles, as a release could bring it."""
        from troth.access import roles

        table = roles._TABLE
        monkeypatch.setitem(
            table, ("customer", "manager"), table["customer", "manager"] | {actions.Action.CUSTOMER_DELETE}
        )
        verdict = verdict_of(OWNER, terms=TERMS)
        assert (verdict.state, verdict.code) == ("broken", "deletion.by_others")
        assert verdict.params["who"] == ("manager",)

    def test_it_never_ends(self) -> None:
        facts_of(OWNER, terms=TERMS)
        work()
        (newest,) = [
            one
            for one in Request.objects.using(KEEPER).filter(target="customer").order_by("-confirmed_at")
            if one.customer_id in {each.customer_id for each in tenancies.canaries()}
        ][:1]
        superuser(
            f"update erasure_request set state = 'erasing', confirmed_at = now() - interval '30 hours'"
            f" where erasure_id = '{newest.erasure_id}'"
        )
        try:
            verdict = verdict_of(OWNER, terms=TERMS)
        finally:
            superuser(f"update erasure_request set state = 'done' where erasure_id = '{newest.erasure_id}'")
        assert (verdict.state, verdict.code) == ("broken", "deletion.never_ends")
