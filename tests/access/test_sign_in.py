"""Sign-in: the same answer and the same work for everyone, every try logged, nobody locked out by another."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections

from tests.fixtures.world import World, logged, logged_leaves
from troth.access import actions, gate, passwords, sessions
from troth.access import terms as terms_module
from troth.access.errors import SeveralAccounts, SignInRefused, TooManyTries
from troth.access.models import Account, Session
from troth.access.roles import Action
from troth.access.sessions import SessionStore
from troth.access.sign_in import sign_in, sign_out, sign_out_everywhere
from troth.access.terms import AccessTerms, PasswordTerms
from troth.kernel import wall
from troth.kernel.actor import Actor, nobody
from troth.kernel.ids import OPERATOR


def visitor() -> Actor:
    return nobody("test", source_address=f"198.51.100.{secrets.randbelow(250)}-{secrets.token_hex(4)}")


@pytest.fixture
def hashes() -> Iterator[list[str]]:
    """Every hash that is computed for a comparison."""
    done: list[str] = []
    real = Argon2PasswordHasher.verify

    def counted(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        done.append(encoded)
        return bool(real(self, password, encoded))

    with mock.patch.object(Argon2PasswordHasher, "verify", counted):
        yield done


def test_signing_in_opens_a_session_of_one_account(world: World) -> None:
    person = world.person(world.customer(), "manager")
    opened = sign_in(person.mail.upper(), person.password, by=visitor())
    found = SessionStore(opened.session_key).bound
    assert found is not None
    assert (found.account_id, found.customer_id, found.role) == (person.account_id, person.customer_id, "manager")
    assert opened.session_key not in repr(opened)
    assert logged(person.customer_id)[-1] == "sign_in"


def test_the_answer_and_the_work_tell_nothing(world: World, hashes: list[str]) -> None:
    person = world.person(world.customer())
    invited = actions.invite(
        gate.permit(world.cli, person.customer_id, Action.ACCOUNTS_MANAGE), role="viewer", mail="waiting@example.org"
    )
    assert invited
    told, work = [], []
    for mail, password in (
        (person.mail, "wrong password here"),
        ("nobody-at-all@example.org", person.password),
        ("waiting@example.org", "anything at all"),
        ("no address", "anything at all"),
        (person.mail, "x" * 100_000),
    ):
        hashes.clear()
        with pytest.raises(SignInRefused) as refusal:
            sign_in(mail, password, by=visitor())
        told.append((refusal.value.code, refusal.value.explain(), refusal.value.advise(), refusal.value.data))
        work.append(len(hashes))
    assert len({str(one) for one in told}) == 1
    assert set(work) == {3}
    hashes.clear()
    sign_in(person.mail, person.password, by=visitor())
    assert len(hashes) == 3


def test_a_failed_try_is_logged_where_it_belongs_without_secrets(world: World) -> None:
    person = world.person(world.customer())
    by = visitor()
    with pytest.raises(SignInRefused):
        sign_in(person.mail, "planted-secret-password", by=by)
    operation, leaf = logged_leaves(person.customer_id)[-1]
    assert (operation, leaf["outcome"]) == ("sign_in", "refused")
    text = str(leaf)
    for secret in ("planted-secret", person.mail, str(person.account_id), str(by.source_address)):
        assert secret not in text
    before = len(logged(OPERATOR))
    with pytest.raises(SignInRefused):
        sign_in("stranger@example.org", "planted-secret-password", by=visitor())
    assert logged(OPERATOR)[before:] == ["sign_in"]


def test_tries_are_limited_per_account_and_address(world: World) -> None:
    person = world.person(world.customer())
    attacker = visitor()
    for _ in range(10):
        with pytest.raises(SignInRefused):
            sign_in(person.mail, "wrong password here", by=attacker)
    with pytest.raises(TooManyTries):
        sign_in(person.mail, person.password, by=attacker)
    # From elsewhere the person still comes in: nobody can lock another out.
    sign_in(person.mail, person.password, by=visitor())


def test_tries_are_forgotten_after_a_success_and_after_the_window(world: World) -> None:
    class Later:
        def now(self) -> datetime:
            return datetime.now(UTC) + timedelta(minutes=16)

    person = world.person(world.customer())
    by = visitor()
    for _ in range(9):
        with pytest.raises(SignInRefused):
            sign_in(person.mail, "wrong password here", by=by)
    sign_in(person.mail, person.password, by=by)
    for _ in range(10):
        with pytest.raises(SignInRefused):
            sign_in(person.mail, "wrong password here", by=by)
    with pytest.raises(TooManyTries):
        sign_in(person.mail, person.password, by=by)
    sign_in(person.mail, person.password, by=by, clock=Later())


def test_an_address_at_two_customers_is_asked_which(world: World) -> None:
    mail = f"both{secrets.token_hex(4)}@example.org"
    first, second = world.person(world.customer(), mail=mail), world.person(world.customer(), mail=mail)
    assert sign_in(mail, first.password, by=visitor()).actor.customer_id == first.customer_id
    for person in (first, second):
        link = actions.reinvite(gate.permit(world.cli, person.customer_id, Action.ACCOUNTS_MANAGE), person.account_id)
        actions.enrol(link.token, "the same password twice", by=visitor())
    with pytest.raises(SeveralAccounts) as asked:
        sign_in(mail, "the same password twice", by=visitor())
    assert set(asked.value.choices) == {first.customer_id, second.customer_id}
    opened = sign_in(mail, "the same password twice", by=visitor(), customer_id=second.customer_id)
    assert opened.actor.account_id == second.account_id
    with pytest.raises(SignInRefused):
        sign_in(mail, "wrong password here", by=visitor(), customer_id=second.customer_id)


def test_the_hash_follows_the_terms(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person = world.person(world.customer())
    stronger = AccessTerms(password=PasswordTerms(argon2_passes=3))
    monkeypatch.setattr(terms_module, "DEFAULTS", stronger)
    # What was made of the old defaults is forgotten: the policy's own changes are noticed, a test's hand is not.
    monkeypatch.setattr(terms_module, "_MADE", terms_module.Made(terms_module.of))
    assert passwords.outdated(_stored(person.customer_id))
    sign_in(person.mail, person.password, by=visitor())
    assert not passwords.outdated(_stored(person.customer_id))
    assert "t=3" in _stored(person.customer_id)
    sign_in(person.mail, person.password, by=visitor())


def _stored(customer: object) -> str:
    with wall.within(customer):  # type: ignore[arg-type]  # an id of this test
        return Account.objects.get(customer_id=customer).password


def test_the_session_key_is_stored_as_a_digest_and_changes_at_sign_in(world: World) -> None:
    person = world.person(world.customer())
    first = sign_in(person.mail, person.password, by=visitor())
    with wall.within(person.customer_id), connections["default"].cursor() as cursor:
        cursor.execute("select access_session::text from access_session")
        assert all(first.session_key not in row[0] for row in cursor.fetchall())
    second = sign_in(person.mail, person.password, by=visitor(), replaces=first.session_key)
    assert second.session_key != first.session_key
    assert SessionStore(first.session_key).bound is None
    assert SessionStore(second.session_key).bound is not None


def test_a_chosen_session_key_is_not_taken(world: World) -> None:
    store = SessionStore("a" * 43)
    assert store.bound is None
    assert store.session_key is None
    store["kept"] = "no"
    store.save()
    assert store.is_empty()
    person = world.person(world.customer())
    store.adopt(sign_in(person.mail, person.password, by=visitor(), replaces=store.session_key))
    store["kept"] = "yes"
    store.save()
    assert SessionStore(store.session_key)["kept"] == "yes"
    old = store.session_key
    store.cycle_key()
    assert SessionStore(old).bound is None
    assert SessionStore(store.session_key)["kept"] == "yes"


@pytest.mark.parametrize("field", ["seen_at", "expires_at"])
def test_sessions_end_idle_and_absolutely(world: World, field: str) -> None:
    person = world.person(world.customer())
    opened = sign_in(person.mail, person.password, by=visitor())
    past = datetime.now(UTC) - timedelta(minutes=31)
    with wall.within(person.customer_id):
        Session.objects.filter(customer_id=person.customer_id).update(**{field: past})
    assert SessionStore(opened.session_key).bound is None


def test_being_seen_is_noted_at_most_once_a_minute(world: World) -> None:
    person = world.person(world.customer())
    opened = sign_in(person.mail, person.password, by=visitor())
    past = datetime.now(UTC) - timedelta(minutes=5)
    with wall.within(person.customer_id):
        Session.objects.filter(customer_id=person.customer_id).update(seen_at=past)
    with mock.patch.object(sessions, "_saw", wraps=sessions._saw) as saw:
        for _ in range(3):
            assert SessionStore(opened.session_key).bound is not None
    assert saw.call_count == 1


def test_signing_out(world: World) -> None:
    person = world.person(world.customer())
    opened = [sign_in(person.mail, person.password, by=visitor()) for _ in range(3)]
    sign_out(opened[0].session_key, by=opened[0].actor)
    assert [SessionStore(one.session_key).bound is None for one in opened] == [True, False, False]
    assert sign_out_everywhere(by=opened[1].actor) == 2
    assert all(SessionStore(one.session_key).bound is None for one in opened)


def test_the_doors_show_one_row_to_who_brings_its_digest(world: World) -> None:
    world.person(world.customer())
    for table, name in (
        ("access_account", "sign_in"),
        ("access_session", "session"),
        ("access_enrolment", "enrolment"),
        ("access_api_key", "key_lookup"),
        ("access_account", "key_lookup"),
    ):
        with wall.door(name), connections["default"].cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), (table, name)


def test_old_counters_are_forgotten(world: World) -> None:
    from troth.access import attempts, tasks

    class Earlier:
        def now(self) -> datetime:
            return datetime.now(UTC) - timedelta(hours=1)

    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    attempts.take(old, at_most=1, window=timedelta(minutes=15), clock=Earlier())
    attempts.take(new, at_most=1, window=timedelta(minutes=15))
    tasks.sweep_attempts(timestamp=0)
    with connections["aside"].cursor() as cursor:
        cursor.execute("select key from access_attempts where key in (%s, %s)", [old, new])
        assert [bytes(row[0]) for row in cursor.fetchall()] == [new]
