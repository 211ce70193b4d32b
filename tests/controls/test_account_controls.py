"""Accounts, passwords and roles; broken as a mistake in the database, the code or the terms would break them."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.controls.breaking import superuser
from tests.controls.looks import facts_of, judged, verdict_of
from tests.fixtures.world import World
from troth.access import actions as access
from troth.access import gate, passwords, roles
from troth.access import terms as access_terms
from troth.access.roles import Action
from troth.audit import sealer
from troth.policy.made import Made

HASHED, PRESET = "passwords_are_hashed", "no_password_is_preset"
ONE, RULES, ROLES = "accounts_belong_to_one_customer", "password_rules_hold", "roles_restrict_access"


def sealed_now() -> None:
    while sealer.seal_once():
        pass


def invite_somebody(world: World, customer_id: UUID) -> None:
    """Somebody who has not enrolled yet."""
    permit = gate.permit(world.cli, customer_id, Action.ACCOUNTS_MANAGE, reason="test")
    access.invite(permit, role="viewer", mail=f"p{uuid4().hex}@example.org")


def a_release_with(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Other rules for passwords where no policy says anything."""
    rules = replace(access_terms.DEFAULTS.password, **changes)
    monkeypatch.setattr(access_terms, "DEFAULTS", replace(access_terms.DEFAULTS, password=rules))
    monkeypatch.setattr(access_terms, "_MADE", Made(access_terms.of))


class TestHashed:
    def test_held(self, world: World) -> None:
        owner = world.person(world.customer())
        facts = facts_of(HASHED, customer_id=owner.customer_id)
        assert (facts.hashes, facts.otherwise, facts.weaker) == (1, 0, 0)
        assert verdict_of(HASHED, customer_id=owner.customer_id).code == "hash.all"

    @pytest.mark.parametrize(
        "stored",
        [
            "pbkdf2_sha256$600000$abcdefghijkl$Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyMTI=",
            "md5$$5f4dcc3b5aa765d61d8327deb882cf99",
            "argon2$argon2i$v=19$m=102400,t=2,p=8$c29tZXNhbHRzb21lc2FsdA$Zm9vYmFyZm9vYmFyZm9vYmFy",
            "hunter2",
        ],
    )
    def test_a_password_in_another_format(self, world: World, stored: str) -> None:
        owner = world.person(world.customer())
        superuser(f"update access_account set password = '{stored}' where account_id = '{owner.account_id}'")
        verdict = verdict_of(HASHED, customer_id=owner.customer_id)
        assert (verdict.state, verdict.code) == ("broken", "hash.otherwise")
        assert verdict.params["where"] == (str(owner.customer_id),)

    def test_a_hash_under_smaller_parameters(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        a_release_with(monkeypatch, argon2_kibibytes=8_192)
        owner = world.person(world.customer())
        monkeypatch.undo()
        verdict = verdict_of(HASHED, customer_id=owner.customer_id)
        assert (verdict.state, verdict.code) == ("at_risk", "hash.weaker")

    def test_two_accounts_under_one_salt(self, world: World) -> None:
        customer_id = world.customer()
        one, other = world.person(customer_id), world.person(customer_id, "viewer")
        superuser(
            f"update access_account set password = (select password from access_account where account_id ="
            f" '{one.account_id}') where account_id = '{other.account_id}'"
        )
        assert verdict_of(HASHED, customer_id=customer_id).code == "hash.same_salt"


class TestPreset:
    def test_held(self, world: World) -> None:
        owner = world.person(world.customer())
        invite_somebody(world, owner.customer_id)
        sealed_now()
        facts = facts_of(PRESET, customer_id=owner.customer_id)
        assert (facts.passwords, facts.preset, facts.unlogged, facts.early) == (1, 0, 0, 0)
        assert verdict_of(PRESET, customer_id=owner.customer_id).code == "preset.own"

    @pytest.mark.parametrize("state", ["active", "invited"])
    def test_an_account_inserted_with_a_password(self, world: World, state: str) -> None:
        owner = world.person(world.customer())
        superuser(
            "insert into access_account (customer_id, account_id, role, state, page, slot, mail, mail_index, password,"
            f" locale, created_at, changed_at) select customer_id, '{uuid4()}', 'viewer', '{state}', page, slot, mail,"
            f" sha256(mail_index), '{passwords.make('a preset password')}', 'en', now(), now() from access_account"
            f" where account_id = '{owner.account_id}'"
        )
        verdict = verdict_of(PRESET, customer_id=owner.customer_id)
        assert (verdict.state, verdict.code) == ("broken", "preset.there")

    def test_an_enrolment_that_the_log_does_not_know(self, world: World) -> None:
        owner = world.person(world.customer())
        superuser(
            f"delete from audit_inbox where customer_id = '{owner.customer_id}' and operation = 'account.enrol'",
            f"update access_account set changed_at = now() - interval '1 hour' where account_id = '{owner.account_id}'",
        )
        sealed_now()
        verdict = verdict_of(PRESET, customer_id=owner.customer_id)
        assert (verdict.state, verdict.code) == ("broken", "preset.unlogged")


class TestOneCustomer:
    def test_held(self, world: World) -> None:
        owner = world.person(world.customer())
        verdict = verdict_of(ONE, customer_id=owner.customer_id)
        assert (verdict.state, verdict.code) == ("kept", "accounts.in_one")
        assert verdict.params["constraints"] == 5

    def test_a_constraint_that_was_dropped(self, world: World) -> None:
        owner = world.person(world.customer())
        superuser("drop index access_account_mail")
        try:
            verdict = verdict_of(ONE, customer_id=owner.customer_id)
        finally:
            superuser(
                "create unique index access_account_mail on access_account (customer_id, mail_index)"
                " where not (state = 'deactivated')"
            )
        assert (verdict.state, verdict.code) == ("broken", "accounts.unguarded")
        assert verdict.params["which"] == ("an address opens one account",)

    def test_an_account_at_two_customers(self, world: World) -> None:
        owner, elsewhere = world.person(world.customer()), world.customer()
        superuser(
            "insert into access_account (customer_id, account_id, role, state, page, slot, password, locale,"
            f" created_at, changed_at) select '{elsewhere}', account_id, role, 'invited', 0, 0, '', 'en', now(), now()"
            f" from access_account where account_id = '{owner.account_id}'"
        )
        try:
            verdict = verdict_of(ONE)
        finally:
            superuser(f"delete from access_account where customer_id = '{elsewhere}'")
        assert (verdict.state, verdict.code) == ("broken", "accounts.in_several")

    def test_a_session_without_an_account(self, world: World) -> None:
        owner = world.person(world.customer())
        superuser(
            "insert into access_session (customer_id, session_id, account_id, key_digest, data, created_at, seen_at,"
            f" expires_at) values ('{owner.customer_id}', '{uuid4()}', '{uuid4()}', '\\x00', '', now(), now(), now())",
            guards_off=True,
        )
        assert verdict_of(ONE, customer_id=owner.customer_id).code == "accounts.strays"


class TestRules:
    PROMISED = {"access.password.length.at_least": 12}

    def test_held(self, world: World) -> None:
        facts = facts_of(RULES)
        assert (facts.shortest, facts.longest) == (12, 256)
        assert facts.without == ("lower", "upper", "digit", "special")
        assert verdict_of(RULES, terms=self.PROMISED).state == "kept"

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("access.password.length.at_least", 13, "password.too_short_taken"),
            ("access.password.length.at_most", 19, "password.too_long_taken"),
            ("access.password.classes.all_of", ("digit", "special"), "password.class_not_asked"),
            ("access.password.same_character.at_most", 50, "password.weak_taken"),
        ],
    )
    def test_rules_of_another_policy_are_not_in_force(self, world: World, name: str, value: object, code: str) -> None:
        verdict = verdict_of(RULES, terms={name: value})
        assert (verdict.state, verdict.code) == ("broken", code)

    def test_what_was_seen_under_another_policy_breaks_nothing(self, world: World) -> None:
        facts = facts_of(RULES, terms=self.PROMISED)
        verdict = judged(RULES, facts, {"access.password.length.at_most": 19})
        assert (verdict.state, verdict.code) == ("unverified", "password.other_rules_now")
        assert judged(RULES, facts, {"access.password.length.at_least": 10}).state == "kept"

    def test_the_strictest_rules_hold_when_they_are_in_force(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_release_with(
            monkeypatch,
            longest=19,
            classes=("lower", "upper", "digit", "special"),
            same_character=50,
        )
        promised = {
            "access.password.length.at_least": 12,
            "access.password.length.at_most": 19,
            "access.password.classes.all_of": ("digit", "lower", "special", "upper"),
            "access.password.same_character.at_most": 50,
        }
        verdict = verdict_of(RULES, terms=promised)
        assert (verdict.state, verdict.code) == ("kept", "password.rules")
        assert (verdict.params["shortest"], verdict.params["longest"]) == (12, 19)

    def test_a_rule_that_takes_shorter_ones(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        a_release_with(monkeypatch, shortest=8)
        assert verdict_of(RULES, terms=self.PROMISED).code == "password.too_short_taken"

    def test_common_ones_are_taken(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        a_release_with(monkeypatch, common_refused=False)
        assert verdict_of(RULES).code == "password.weak_taken"

    def test_nothing_is_taken(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        from troth.promises.probing import canaries

        canaries.ensure()
        a_release_with(monkeypatch, shortest=400)
        verdict = verdict_of(RULES)
        assert (verdict.state, verdict.code) == ("unverified", "password.none_taken")


class TestRoles:
    def test_held(self, world: World) -> None:
        verdict = verdict_of(ROLES, terms={"access.roles.all_of": ("administrator", "manager", "user", "viewer")})
        assert (verdict.state, verdict.code) == ("kept", "roles.restrict")
        facts = facts_of(ROLES)
        assert facts.asked > 500
        assert facts.refused > facts.asked / 3

    @pytest.mark.parametrize(
        ("side", "role", "action"),
        [
            ("customer", "viewer", Action.RECORDS_CORRECT),
            ("customer", "user", Action.RECORDS_EXPORT),
            ("customer", "administrator", Action.POLICY_ACTIVATE),
            ("operator", "auditor", Action.RECORDS_READ),
        ],
    )
    def test_a_slip_in_the_table(
        self, world: World, monkeypatch: pytest.MonkeyPatch, side: roles.Side, role: str, action: Action
    ) -> None:
        monkeypatch.setitem(roles._TABLE, (side, role), roles._TABLE[side, role] | {action})
        verdict = verdict_of(ROLES)
        assert (verdict.state, verdict.code) == ("broken", "roles.too_much")
        assert any(f"{role} {action.value}" in each for each in verdict.params["which"])  # type: ignore[union-attr]  # a list

    def test_a_role_that_a_clause_names_is_missing(self, world: World) -> None:
        verdict = verdict_of(ROLES, terms={"access.roles.all_of": ("emperor",)})
        assert (verdict.state, verdict.code) == ("broken", "roles.lacking")

    def test_a_role_that_may_do_nothing_proves_nothing(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(roles._TABLE, ("customer", "viewer"), frozenset({Action.DATASETS_LIST}))
        assert verdict_of(ROLES).code == "roles.not_tried"
