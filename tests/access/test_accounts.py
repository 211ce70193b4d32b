"""Accounts: nobody sets another's password, a link works once, and an ended account opens nothing."""

import re
import secrets
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from tests.fixtures.world import World, logged, logged_leaves
from troth.access import actions, api_keys, gate, queries
from troth.access.errors import LastAdministrator, LinkRefused, MailTaken, NotAllowed, PasswordRefused
from troth.access.models import Account
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.access.sessions import SessionStore
from troth.access.sign_in import sign_in
from troth.kernel import wall
from troth.kernel.actor import nobody
from troth.kernel.errors import Invalid, NotFound, TrothError
from troth.kernel.ids import OPERATOR, new_id

NOBODY = nobody("test", source_address="192.0.2.7")
PASSWORD = "nine unrelated words"


def manage(world: World, customer: object) -> Permit:
    return gate.permit(world.cli, customer, Action.ACCOUNTS_MANAGE)  # type: ignore[arg-type]  # ids of this test


class Later:
    def __init__(self, **by: float) -> None:
        self.by = timedelta(**by)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


def test_a_link_works_once(world: World) -> None:
    customer = world.customer()
    invited = actions.invite(manage(world, customer), role="owner", mail="Ada@Example.org")
    assert invited.token not in repr(invited)
    account = actions.enrol(invited.token, PASSWORD, by=NOBODY)
    assert account.account_id == invited.account_id
    assert account.password.startswith("argon2$argon2id$")
    with pytest.raises(LinkRefused):
        actions.enrol(invited.token, PASSWORD, by=NOBODY)
    assert logged(customer)[-2:] == ["account.invite", "account.enrol"]


def test_a_link_used_twice_at_the_same_time_works_once(world: World) -> None:
    customer = world.customer()
    invited = actions.invite(manage(world, customer), role="owner", mail="race@example.org")
    told: list[str] = []

    def use() -> None:
        try:
            actions.enrol(invited.token, f"{PASSWORD} {secrets.token_hex(2)}", by=NOBODY)
            told.append("in")
        except TrothError as error:
            told.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["access.link_refused"] * 3 + ["in"]


def test_unknown_expired_and_withdrawn_links_look_alike(world: World) -> None:
    customer = world.customer()
    permit = manage(world, customer)
    first = actions.invite(permit, role="owner", mail="b@example.org")
    second = actions.reinvite(permit, first.account_id)
    told = []
    for token, clock in ((first.token, Later()), ("x" * 43, Later()), (second.token, Later(days=30))):
        with pytest.raises(LinkRefused) as refusal:
            actions.enrol(token, PASSWORD, by=NOBODY, clock=clock)
        told.append((refusal.value.explain(), refusal.value.advise(), refusal.value.data))
    assert told[0] == told[1] == told[2]
    actions.enrol(second.token, PASSWORD, by=NOBODY)


def test_a_new_link_does_not_end_the_old_password_until_it_is_used(world: World) -> None:
    customer = world.customer()
    person = world.person(customer)
    opened = sign_in(person.mail, person.password, by=NOBODY)
    link = actions.reinvite(manage(world, customer), person.account_id)
    assert SessionStore(opened.session_key).bound is not None
    actions.enrol(link.token, "a wholly new password", by=NOBODY)
    assert SessionStore(opened.session_key).bound is None


def test_the_first_administrator_gives_their_own_address(world: World) -> None:
    with wall.within(OPERATOR):
        Account.objects.filter(customer_id=OPERATOR).delete()
    first = actions.first_administrator(by=world.cli)
    second = actions.first_administrator(by=world.cli)
    assert first is not None
    assert second is not None
    assert first.account_id == second.account_id
    with pytest.raises(LinkRefused):
        actions.enrol(first.token, PASSWORD, by=NOBODY, mail="root@example.org")
    with pytest.raises(Invalid):
        actions.enrol(second.token, PASSWORD, by=NOBODY)
    mail = f"root{secrets.token_hex(4)}@example.org"
    actions.enrol(second.token, PASSWORD, by=NOBODY, mail=mail)
    assert actions.first_administrator(by=world.cli) is None
    assert sign_in(mail, PASSWORD, by=NOBODY).actor.role == "administrator"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "sh0rt",
        "elevenchars",
        "a" * 40,
        "abababababababab",
        "x\x00yzxyzxyzxyzabc",
        "y" * 5000,
        "lovelace is my name",
        "qwertyuiop123",
    ],
)
def test_passwords_that_can_not_be_taken(world: World, password: str) -> None:
    customer = world.customer()
    invited = actions.invite(manage(world, customer), role="owner", mail="lovelace@example.org")
    with pytest.raises(PasswordRefused) as refusal:
        actions.enrol(invited.token, password, by=NOBODY)
    assert not password or password not in refusal.value.explain()
    actions.enrol(invited.token, PASSWORD, by=NOBODY)


@pytest.mark.parametrize(
    "mail", ["", "x", "a@b@c", "a b@c", "x" * 250 + "@example.org", "a\r\nBcc: b@c", "<a@b>", "@b", "a@"]
)
def test_addresses_that_can_not_be_taken(world: World, mail: str) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.invite(manage(world, world.customer()), role="owner", mail=mail)
    assert not mail or mail not in refusal.value.explain()


def test_one_address_opens_one_account_at_a_customer_and_another_elsewhere(world: World) -> None:
    first, second = world.customer(), world.customer()
    actions.invite(manage(world, first), role="owner", mail="both@example.org")
    with pytest.raises(MailTaken):
        actions.invite(manage(world, first), role="viewer", mail=" BOTH@example.org ")
    actions.invite(manage(world, second), role="owner", mail="both@example.org")


def test_the_address_is_stored_sealed_and_its_id_only_committed_to(world: World) -> None:
    customer = world.customer()
    invited = actions.invite(manage(world, customer), role="owner", mail="secret.person@example.org")
    with wall.within(customer), connections["default"].cursor() as cursor:
        cursor.execute("select mail, access_account::text from access_account")
        ((sealed, text),) = cursor.fetchall()
    assert b"secret" not in bytes(sealed)
    assert "secret" not in text
    (seen,) = queries.accounts(gate.permit(world.cli, customer, Action.ACCOUNTS_LIST))
    assert seen.mail == "secret.person@example.org"
    for _, leaf in logged_leaves(customer):
        assert str(invited.account_id) not in str(leaf)
        assert "secret" not in str(leaf)


def test_deactivation_ends_sessions_keys_and_links(world: World) -> None:
    customer = world.customer()
    world.person(customer)
    person = world.person(customer, "manager")
    opened = sign_in(person.mail, person.password, by=NOBODY)
    key = world.api_key(person)
    link = actions.reinvite(manage(world, customer), person.account_id)
    assert api_keys.authenticate(key, route="t", source_address=None, request_id=new_id()) is not None
    actions.deactivate(manage(world, customer), person.account_id)
    assert SessionStore(opened.session_key).bound is None
    assert api_keys.authenticate(key, route="t", source_address=None, request_id=new_id()) is None
    with pytest.raises(LinkRefused):
        actions.enrol(link.token, PASSWORD, by=NOBODY)
    with pytest.raises(TrothError) as refusal:
        sign_in(person.mail, person.password, by=NOBODY)
    assert refusal.value.code == "access.sign_in_refused"
    with pytest.raises(NotFound):
        actions.reinvite(manage(world, customer), person.account_id)


def test_a_new_role_ends_sessions_and_counts_at_once(world: World) -> None:
    customer = world.customer()
    world.person(customer)
    person = world.person(customer, "administrator")
    key = world.api_key(person)
    opened = sign_in(person.mail, person.password, by=NOBODY)
    actions.change_role(manage(world, customer), person.account_id, "viewer")
    assert SessionStore(opened.session_key).bound is None
    found = api_keys.authenticate(key, route="t", source_address=None, request_id=new_id())
    assert found is not None
    assert found.role == "viewer"


def test_the_last_owner_stays(world: World) -> None:
    customer = world.customer()
    owner = world.person(customer)
    with pytest.raises(LastAdministrator):
        actions.deactivate(manage(world, customer), owner.account_id)
    with pytest.raises(LastAdministrator):
        actions.change_role(manage(world, customer), owner.account_id, "viewer")
    world.person(customer)
    actions.deactivate(manage(world, customer), owner.account_id)


def test_nobody_makes_themselves_owner(world: World) -> None:
    customer = world.customer()
    owner, admin = world.person(customer), world.person(customer, "administrator")
    permit = gate.permit(admin.actor, customer, Action.ACCOUNTS_MANAGE)
    for attempt in (
        lambda: actions.invite(permit, role="owner", mail="new@example.org"),
        lambda: actions.change_role(permit, admin.account_id, "owner"),
        lambda: actions.deactivate(permit, owner.account_id),
        lambda: actions.reinvite(permit, owner.account_id),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    for role in ("boss", "security_officer", "cli", "system"):
        with pytest.raises(Invalid):
            actions.invite(permit, role=role, mail="new@example.org")


def test_another_customers_account_is_not_there(world: World) -> None:
    mine, theirs = world.customer(), world.customer()
    world.person(mine)
    person = world.person(theirs)
    permit = gate.permit(world.person(mine).actor, mine, Action.ACCOUNTS_MANAGE)
    for attempt in (
        lambda: actions.deactivate(permit, person.account_id),
        lambda: actions.reinvite(permit, person.account_id),
        lambda: actions.change_role(permit, person.account_id, "viewer"),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_key_is_shown_once_and_stored_as_a_digest(world: World) -> None:
    customer = world.customer()
    person = world.person(customer)
    text = world.api_key(person)
    assert re.fullmatch(r"troth_[0-9a-f]{32}_[\w-]{43}", text)
    with wall.within(customer), connections["default"].cursor() as cursor:
        cursor.execute("select access_api_key::text from access_api_key")
        ((row,),) = cursor.fetchall()
    assert text.split("_", 2)[2] not in row


def test_keys_that_open_nothing(world: World) -> None:
    customer = world.customer()
    person = world.person(customer)
    text = world.api_key(person)
    other = text[:-1] + ("A" if text[-1] != "A" else "B")
    for wrong in (
        other,
        "",
        "troth_",
        text + "x",
        text.upper(),
        f"troth_{new_id().hex}_{'a' * 43}",
        text.replace("_", "-"),
    ):
        assert api_keys.authenticate(wrong, route="t", source_address=None, request_id=new_id()) is None
    found = api_keys.authenticate(text, route="t", source_address=None, request_id=new_id())
    assert found is not None
    assert (found.kind, found.customer_id, found.account_id, found.role) == (
        "api_key",
        customer,
        person.account_id,
        "owner",
    )
    permit = gate.permit(person.actor, customer, Action.API_KEYS_MANAGE)
    (seen,) = queries.api_keys(permit)
    assert seen.seen_at is not None
    actions.revoke_api_key(permit, seen.key_id)
    assert api_keys.authenticate(text, route="t", source_address=None, request_id=new_id()) is None


def test_keys_expire_and_live_no_longer_than_the_terms_say(world: World) -> None:
    customer = world.customer()
    person = world.person(customer)
    permit = gate.permit(person.actor, customer, Action.API_KEYS_MANAGE)
    for lives in (timedelta(days=400), timedelta(0), timedelta(days=-1)):
        with pytest.raises(Invalid):
            actions.add_api_key(permit, name="x", lives=lives)
    made = actions.add_api_key(permit, name="x", lives=timedelta(hours=1), clock=Later(hours=-2))
    assert api_keys.authenticate(made.text, route="t", source_address=None, request_id=new_id()) is None


def test_nobody_makes_or_ends_a_key_of_another_person(world: World) -> None:
    customer = world.customer()
    owner, viewer = world.person(customer), world.person(customer, "viewer")
    theirs = gate.permit(viewer.actor, customer, Action.API_KEYS_MANAGE)
    with pytest.raises(NotAllowed):
        actions.add_api_key(theirs, name="x", account_id=owner.account_id)
    key = actions.add_api_key(gate.permit(owner.actor, customer, Action.API_KEYS_MANAGE), name="x")
    with pytest.raises(NotFound):
        actions.revoke_api_key(theirs, key.key_id)
    assert queries.api_keys(theirs) == []
    with pytest.raises(NotAllowed):
        gate.permit(viewer.actor, customer, Action.API_KEYS_REVOKE)
