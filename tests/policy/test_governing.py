"""Who may decide: the gate before every write of the policy; and many deciding at once."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections

from tests.fixtures.policies import pack_text
from tests.fixtures.world import World, logged
from tests.policy.test_actions import agreement
from troth.access import roles
from troth.access.errors import Elsewhere, NotAllowed, NotSignedIn
from troth.access.roles import Action
from troth.kernel.actor import Actor, nobody
from troth.kernel.errors import TrothError
from troth.kernel.ids import OPERATOR
from troth.policy import queries
from troth.policy.errors import ActivationRefused, AgreementRefused
from troth.policy.lexicon import known
from troth.policy.pack import load
from troth.promises import governing, simulation

InForce = Callable[..., Any]
WITHIN = "erasure.production_within"
PACK = load(pack_text({"P-1": f"{WITHIN}: {{at_most: P1D}}"}), known())
MAY_DECIDE = {"administrator"}
MAY_AGREE = {"administrator", "data_protection_officer"}


def actor(role: str, customer_id: object = OPERATOR) -> Actor:
    return Actor(kind="account", route="test", role=role, customer_id=customer_id)  # type: ignore[arg-type]  # an id


def decisions(world: World) -> list[tuple[str, Action, Callable[[Actor], object]]]:
    """Every write, with the right that it needs."""
    customer = world.customer()
    return [
        ("publish", Action.POLICY_ACTIVATE, lambda by: governing.publish(PACK, by=by)),
        ("enact", Action.POLICY_ACTIVATE, lambda by: governing.enact(PACK, by=by, reason="a test")),
        ("activate", Action.POLICY_ACTIVATE, lambda by: governing.activate("test", 1, by=by, reason="a test")),
        ("agree", Action.AGREEMENTS_MANAGE, lambda by: governing.agree(customer, agreement(""), by=by)),
    ]


@pytest.mark.parametrize("write", [0, 1, 2, 3])
def test_only_those_with_the_right_decide(world: World, in_force: InForce, write: int) -> None:
    in_force(PACK)
    name, action, decide = decisions(world)[write]
    may = MAY_AGREE if action is Action.AGREEMENTS_MANAGE else MAY_DECIDE
    for role in roles.OPERATOR_ROLES:
        if role in may:
            decide(actor(role))
        else:
            with pytest.raises(NotAllowed):
                decide(actor(role))
    decide(world.cli)
    before = (len(queries.history()), len(queries.versions()))
    with pytest.raises(NotSignedIn):
        decide(nobody("test"))
    stranger = world.customer()
    for role in roles.CUSTOMER_ROLES:
        with pytest.raises((NotAllowed, Elsewhere)):
            decide(actor(role, stranger))
    with pytest.raises(NotAllowed):
        decide(Actor(kind="job", route="test", role="system"))
    assert (len(queries.history()), len(queries.versions())) == before, name


def test_a_customers_own_people_agree_to_nothing_themselves(world: World, no_policy: None) -> None:
    customer = world.customer()
    for role in roles.CUSTOMER_ROLES:
        with pytest.raises(NotAllowed):
            governing.agree(customer, agreement(f"{WITHIN}: {{at_most: PT1H}}"), by=actor(role, customer))
    assert queries.agreements(customer) == []
    assert "policy.agreed" not in logged(customer)


def test_terms_are_read_at_home_and_by_staff_alone(world: World, in_force: InForce) -> None:
    in_force(PACK)
    customer, other = world.customer(), world.customer()
    for role in roles.CUSTOMER_ROLES:
        assert governing.terms(customer, by=actor(role, customer)).duration(WITHIN) == timedelta(days=1)
        for elsewhere in (other, None):
            with pytest.raises(Elsewhere):
                governing.terms(elsewhere, by=actor(role, customer))
    for role in roles.OPERATOR_ROLES:
        assert governing.terms(other, by=actor(role)).duration(WITHIN) == timedelta(days=1)
    with pytest.raises(NotSignedIn):
        governing.terms(None, by=nobody("test"))


def test_a_simulation_is_for_staff_alone(world: World, no_policy: None) -> None:
    customer = world.customer()
    for by in (nobody("test"), *(actor(role, customer) for role in roles.CUSTOMER_ROLES)):
        with pytest.raises(TrothError):
            simulation.simulate(PACK, by=by)
    for role in roles.OPERATOR_ROLES:
        simulation.simulate(PACK, by=actor(role))


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Run them at the same moment, each on a connection of its own; return what they met."""
    wrong: list[BaseException] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
        except BaseException as error:  # noqa: BLE001 - what a thread met is asserted by the caller
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_two_who_decide_at_once_come_one_after_the_other(world: World, in_force: InForce) -> None:
    in_force(PACK)
    decide = partial(governing.activate, "test", 1, by=world.cli, reason="a decision")
    assert at_once(*[decide] * 6) == []
    made = queries.history()
    assert [each.number for each in made] == list(range(7, 0, -1))
    assert [each.state for each in made].count("in_force") == 1
    instants = [each.decided_at for each in reversed(made)]
    assert instants == sorted(instants)


def test_an_activation_and_an_agreement_never_slip_past_each_other(world: World, in_force: InForce) -> None:
    """Each is fine alone, and together they are not: whichever comes second is refused, every time."""
    asked = agreement("audit.kept_for: {at_most: P1Y}")
    for number in range(5):
        customer = world.customer()
        pack = load(pack_text({"P-1": "audit.kept_for: {at_least: P5Y}"}, pack=f"race{number}"), known())
        governing.publish(pack, by=world.cli)
        wrong = at_once(
            partial(governing.activate, pack.id, 1, by=world.cli, reason="a race"),
            partial(governing.agree, customer, asked, by=world.cli),
        )
        assert [type(error) for error in wrong] in ([ActivationRefused], [AgreementRefused])
        # The way is free again for the next race.
        governing.agree(customer, agreement(""), by=world.cli)
        in_force({"P-1": f"{WITHIN}: {{at_most: P1D}}"})


def test_refusals_name_the_date_that_is_to_come(world: World, in_force: InForce) -> None:
    in_force({"P-1": "audit.kept_for: {at_least: P5Y}"}, effective_at=datetime.now(UTC) + timedelta(days=9))
    with pytest.raises(AgreementRefused, match="clause P-1 and the agreement MSA-1"):
        governing.agree(world.customer(), agreement("audit.kept_for: {at_most: P1Y}"), by=world.cli)


def test_a_decision_that_is_refused_keeps_no_version(world: World, no_policy: None) -> None:
    torn = load(pack_text({"P-1": "audit.kept_for: {at_least: P5Y}", "P-2": "audit.kept_for: {at_most: P1Y}"}), known())
    with pytest.raises(ActivationRefused):
        governing.enact(torn, by=world.cli, reason="a test")
    with pytest.raises(TrothError):
        governing.enact(PACK, by=world.cli, reason=" ")
    with pytest.raises(TrothError):
        governing.enact(PACK, by=world.cli, reason="late", effective_at=datetime.now(UTC) - timedelta(days=1))
    assert (queries.versions(), queries.history(), queries.in_force()) == ([], [], None)
    governing.enact(PACK, by=world.cli, reason="a test")
    assert queries.in_force() == PACK


def test_one_version_published_twice_at_once_is_kept_once(world: World, no_policy: None) -> None:
    assert at_once(*[partial(governing.enact, PACK, by=world.cli, reason="a test")] * 4) == []
    assert len(queries.versions()) == 1
    assert len(queries.history()) == 4
