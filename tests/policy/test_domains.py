"""The domains read the policy in force: erasure, passwords, keys, the log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.world import World, logged_leaves
from tests.policy.test_actions import agree
from troth.access import passwords
from troth.access.errors import PasswordRefused
from troth.access.terms import DEFAULTS, terms
from troth.audit.terms import DEFAULT as LOG_DEFAULT
from troth.audit.terms import terms as log_terms
from troth.erasure import rules
from troth.erasure.rules import State
from troth.erasure.terms import ErasureTerms, for_customer, of
from troth.kernel import wall
from troth.policy import terms as policy_terms
from troth.policy.constraints import Interval
from troth.policy.terms import Obligation, Source
from troth.policy.vocabulary.words import BY_NAME

InForce = Callable[..., Any]
NETWORK = {
    "N-2.3c": "access.password.length: {at_least: 12, at_most: 19}, "
    "access.password.classes: {all_of: [digit, lower, upper, special]}, access.password.same_character: {at_most: 50}"
}
WITHIN, BACKUPS = "erasure.production_within", "erasure.backups_within"


def test_without_a_policy_the_defaults_hold(world: World, no_policy: None) -> None:
    assert for_customer(world.customer()) == ErasureTerms()
    assert terms() is DEFAULTS
    assert log_terms(world.operator) is LOG_DEFAULT


def test_an_erasure_is_owed_what_policy_and_agreement_say(world: World, in_force: InForce) -> None:
    in_force({"A-4b": f"{WITHIN}: {{at_most: P2D}}", "A-4c": f"{BACKUPS}: {{at_most: P30D}}"})
    customer = world.customer()
    assert for_customer(customer).production_within == timedelta(days=2)
    assert for_customer(customer).backups_within == timedelta(days=30)
    agree(world, customer, f"{WITHIN}: {{at_most: PT1H}}")
    short = for_customer(customer)
    assert (short.production_within, short.grace_at_most) == (timedelta(hours=1), timedelta(minutes=30))


@pytest.mark.parametrize("seconds", [1, 59, 3_600, 43_200, 86_400, 10**8])
def test_every_limit_leaves_room_for_work(seconds: int) -> None:
    obligation = Obligation(WITHIN, Interval(None, timedelta(seconds=seconds)), Source("clause", "A-4b"))
    made = of(policy_terms.resolve([obligation], BY_NAME))
    assert made.grace_at_most + made.work_at_least <= made.production_within == timedelta(seconds=seconds)


def test_an_open_erasure_keeps_the_shorter_limit_and_an_ended_one_its_own() -> None:
    day, hours = timedelta(days=1), timedelta(hours=12)
    for state in (State.CONFIRMED, State.FROZEN, State.ERASING):
        assert rules.owed(state, day, hours) == rules.owed(state, hours, day) == hours
    for state in (State.DONE, State.CANCELLED):
        assert rules.owed(state, day, hours) == day
        assert rules.owed(state, hours, day) == hours


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Abcdefgh1!x", "shorter than 12"),
        ("Abcdefgh1!xAbcdefgh1!x", "longer than 19"),
        ("abcdefgh1!xyz", "capital"),
        ("ABCDEFGH1!XYZ", "small"),
        ("Abcdefghi!xyz", "digit"),
        ("Abcdefgh12xyz", "special"),
        ("Abcdefgh12 xyz", "special"),
        ("Aaaaaaaaaa1!bc", "one character takes up more than 50 percent"),
    ],
)
def test_the_password_rules_of_the_policy_are_kept(in_force: InForce, password: str, why: str) -> None:
    in_force(NETWORK)
    with pytest.raises(PasswordRefused) as refused:
        passwords.judge(password)
    assert why in str(refused.value)


def test_a_password_at_the_edges_is_taken(in_force: InForce) -> None:
    in_force(NETWORK)
    for password in ("Tr0ub4dor&3x", "Tr0ub4dor&3xTr0ub4d", "Éaàéèùç1!ôîûâ"):
        passwords.judge(password)


def test_a_policy_that_shortens_passwords_shuts_nobody_out(in_force: InForce) -> None:
    long = "correct horse battery staple and more"
    encoded = passwords.make(long)
    in_force(NETWORK)
    assert passwords.matches(long, encoded)
    assert not passwords.matches(long[:19], encoded)


def test_a_policy_that_asks_for_less_loosens_no_default(in_force: InForce) -> None:
    in_force({"B-1": "access.password.length: {at_least: 6}"})
    assert terms().password.shortest == DEFAULTS.password.shortest
    in_force({"B-1": "access.password.length: {at_most: 10}"})
    assert (terms().password.shortest, terms().password.longest) == (10, 10)


def test_an_agreement_holds_for_the_customers_own_accounts(world: World, in_force: InForce) -> None:
    customer = world.customer()
    agree(world, customer, "access.password.length: {at_least: 20}")
    assert terms(customer).password.shortest == 20
    assert terms().password.shortest == 12
    with pytest.raises(PasswordRefused):
        passwords.judge("correct horse bat", customer_id=customer)
    passwords.judge("correct horse bat")


def test_the_log_opens_for_as_long_as_logs_are_kept(world: World, in_force: InForce) -> None:
    customer = world.customer()
    in_force({"N-2.4b": "audit.kept_for: {at_least: P2D}"})
    assert log_terms(customer) == LOG_DEFAULT
    agree(world, customer, "audit.kept_for: {at_most: P30D}")
    assert log_terms(customer).who_opens_for == log_terms(customer).whence_opens_for == timedelta(days=30)
    assert log_terms(world.operator) == LOG_DEFAULT
    in_force({"N-2.4b": "audit.kept_for: {at_least: P10D}"})
    agree(world, customer, "audit.kept_for: {at_least: P5Y}")
    assert log_terms(customer).who_opens_for == timedelta(days=366 + 4 * 365 + 1)


def test_an_entry_expires_as_the_policy_says(world: World, in_force: InForce) -> None:
    from django.db import connections

    from troth.audit.actions import record

    customer = world.customer()
    agree(world, customer, "audit.kept_for: {at_most: P30D}")
    with wall.within(customer):
        event = record("test.looked", by=world.cli, customer_id=customer, reason="a test")
    with connections["sealer"].cursor() as cursor:
        cursor.execute("select who_until from audit_opening where event_id = %s", [event])
        assert cursor.fetchone() == ((datetime.now(UTC) + timedelta(days=30)).date(),)


def test_sessions_and_keys_live_as_long_as_the_policy_in_force_allows(world: World, in_force: InForce) -> None:
    """Also those that were opened and made before it."""
    from uuid import uuid4

    from troth.access import api_keys, sign_in
    from troth.access.models import ApiKey, Session
    from troth.access.sessions import _find
    from troth.kernel.actor import nobody

    person = world.person(world.customer())
    key = world.api_key(person)
    opened = sign_in.sign_in(person.mail, person.password, by=nobody("test"))
    with wall.within(person.customer_id):
        for kind in (ApiKey, Session):
            kind.objects.filter(customer_id=person.customer_id).update(
                created_at=datetime.now(UTC) - timedelta(hours=3)
            )

    def comes_in() -> tuple[bool, bool]:
        actor = api_keys.authenticate(key, route="test", source_address=None, request_id=uuid4())
        return _find(opened.session_key) is not None, actor is not None

    assert comes_in() == (True, True)
    in_force({"P-1": "access.session.lives: {at_most: PT2H}, access.api_key.lives: {at_most: P2D}"})
    assert comes_in() == (False, True)
    agree(world, person.customer_id, "access.api_key.lives: {at_most: PT1H}")
    assert comes_in() == (False, False)
    in_force({"P-1": "access.session.idle: {at_most: PT5H}"})
    assert comes_in() == (True, False)
    assert terms().session.idle == timedelta(hours=5)


def test_a_password_of_earlier_rules_opens_the_way_to_another_and_nothing_else(world: World, in_force: InForce) -> None:
    from troth.access import actions, sign_in
    from troth.access.errors import PasswordOutdated
    from troth.access.models import Session
    from troth.kernel.actor import nobody

    person = world.person(world.customer())
    in_force(NETWORK)
    with pytest.raises(PasswordOutdated) as refused:
        sign_in.sign_in(person.mail, person.password, by=nobody("test"))
    assert refused.value.token not in str(refused.value) + repr(refused.value.data)
    with wall.within(person.customer_id):
        assert not Session.objects.filter(customer_id=person.customer_id).exists()
    told = [leaf for name, leaf in logged_leaves(person.customer_id) if name == "sign_in"]
    assert (told[-1]["outcome"], told[-1]["detail"]) == ("refused", {"error": "access.password_outdated"})
    with pytest.raises(PasswordRefused):
        actions.enrol(refused.value.token, person.password, by=nobody("test"))
    actions.enrol(refused.value.token, "Tr0ub4dor&3x", by=nobody("test"))
    assert sign_in.sign_in(person.mail, "Tr0ub4dor&3x", by=nobody("test")).actor.account_id == person.account_id


def test_the_console_leads_from_an_outdated_password_to_another(world: World, in_force: InForce) -> None:
    from django.test import Client

    person = world.person(world.customer())
    in_force(NETWORK)
    client = Client(SERVER_NAME="localhost")
    answer = client.post("/sign-in", {"mail": person.mail, "password": person.password}, secure=True)
    assert answer.status_code == 303
    assert answer["Location"].startswith("/enrol/")
    page = client.get(answer["Location"], secure=True)
    assert "does not meet the rules that hold now" in page.content.decode()
    new = {"password": "Tr0ub4dor&3x", "again": "Tr0ub4dor&3x", "mail": ""}
    assert client.post(answer["Location"], new, secure=True).status_code == 303
    again = client.post("/sign-in", {"mail": person.mail, "password": "Tr0ub4dor&3x"}, secure=True)
    assert not again["Location"].startswith("/enrol/")


def test_the_log_says_which_clause_set_an_erasures_limit(world: World, in_force: InForce) -> None:
    from django.conf import settings

    from tests.erasure.conftest import make_world
    from troth.access.roles import Action
    from troth.erasure import actions

    in_force({"A-4b": f"{WITHIN}: {{at_most: PT20H}}"})
    house = make_world(settings.TROTH_HOME)
    ((_, subject),) = house.add(1)
    asked = actions.request_subject(house.permit(Action.SUBJECTS_ERASE), subject)
    (told,) = [leaf for name, leaf in logged_leaves(house.customer_id) if name == "erasure.requested"]
    assert told["detail"]["promised_by"] == ["A-4b"]  # type: ignore[index]  # a leaf is JSON
    assert told["detail"]["production_within_seconds"] == 20 * 3600  # type: ignore[index]  # as above
    assert house.request(asked.erasure_id).production_within == timedelta(hours=20)
    house.finish(asked.erasure_id)


def test_a_refusal_is_logged_though_its_transaction_has_failed(world: World, in_force: InForce) -> None:
    """The terms of the log are read elsewhere while the caller's own connection answers nothing."""
    from django.db import DatabaseError, connections

    from troth.audit.actions import refused
    from troth.policy import freshness

    in_force({"N-2.4b": "audit.kept_for: {at_least: P2D}"})
    customer = world.customer()
    with pytest.raises(DatabaseError), wall.within(customer):  # noqa: PT012 - what follows the failure is the test
        try:
            with connections["default"].cursor() as cursor:
                cursor.execute("select no_such_column")
        except DatabaseError:
            connections["default"].needs_rollback = True
            freshness.forget()
            refused("test.refused", by=world.cli, customer_id=customer, error="test.code")
            raise
    assert "test.refused" in [name for name, _ in logged_leaves(customer)]
