"""The log: every access in it, complete, sealed in time, not to be rewritten; broken by breaking the real thing."""

import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections

from tests.controls.breaking import superuser, swallowed
from tests.controls.looks import facts_of, verdict_of
from tests.fixtures.world import Person, World
from troth.access import gate
from troth.access.roles import Action
from troth.audit import sealer
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM
from troth.promises.probing import canaries, heads_outside
from troth.vault import actions as vault
from troth.vault import queries
from troth.vault.schema import Field, Schema

SCHEMA = Schema((Field(name="mail", type="email", kind="identifier", identifier="email"), Field(name="name")))


def with_data(world: World, people: int = 3) -> tuple[Person, UUID, list[UUID]]:
    """A customer with its owner, a dataset and some records."""
    owner = world.person(world.customer())
    permit = gate.permit(owner.actor, owner.customer_id, Action.DATASETS_ADD, Action.RECORDS_STORE)
    dataset_id = vault.add_dataset(permit, "people", SCHEMA)
    rows = [{"mail": f"p{number}@example.org", "name": "x"} for number in range(people)]
    stored = vault.store(permit, dataset_id, rows)
    return owner, dataset_id, [record_id for record_id, _ in stored.records]


def sealed_now() -> None:
    while sealer.seal_once():
        pass


class TestEveryAccess:
    ID = "every_access_is_logged"

    def test_held(self, sealing: None) -> None:
        verdict = verdict_of(self.ID)
        assert (verdict.state, verdict.code) == ("kept", "access.logged"), verdict

    @pytest.mark.parametrize("operation", ["record.read", "records.scanned"])
    def test_a_look_that_leaves_no_entry(self, sealing: None, operation: str) -> None:
        canaries.ensure()
        with swallowed("audit_inbox", f"new.operation = '{operation}'"):
            verdict = verdict_of(self.ID)
        assert (verdict.state, verdict.code) == ("broken", "access.unlogged")

    def test_without_a_sealer_the_entries_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from troth.promises.probing import tracing

        monkeypatch.setattr(tracing, "PATIENCE", timedelta(seconds=0.3))
        monkeypatch.setattr(tracing.follow, "__kwdefaults__", {"patience": timedelta(seconds=0.3)})
        verdict = verdict_of(self.ID)
        assert (verdict.state, verdict.code) == ("at_risk", "access.not_sealed")

    def test_an_entry_that_does_not_say_who(self, sealing: None) -> None:
        canary, _ = canaries.ensure()
        with swallowed("audit_opening", f"new.customer_id = '{canary.customer_id}'"):
            verdict = verdict_of(self.ID)
        assert (verdict.state, verdict.code) == ("broken", "access.vague")


class TestEntriesAreComplete:
    ID = "access_log_entries_are_complete"

    def test_held(self, world: World) -> None:
        owner, _, (first, *_) = with_data(world)
        queries.get(gate.permit(owner.actor, owner.customer_id, Action.RECORDS_READ, purpose="test"), first)
        sealed_now()
        facts = facts_of(self.ID, customer_id=owner.customer_id)
        assert facts.looked_at >= 3
        assert verdict_of(self.ID, customer_id=owner.customer_id).code == "entry.complete"

    def test_an_entry_without_its_address(self, world: World) -> None:
        owner, _, (first, *_) = with_data(world)
        hidden = Actor(
            kind="account",
            route="GET /somewhere",
            role="owner",
            customer_id=owner.customer_id,
            account_id=owner.account_id,
        )
        queries.get(gate.permit(hidden, owner.customer_id, Action.RECORDS_READ, purpose="test"), first)
        sealed_now()
        verdict = verdict_of(self.ID, customer_id=owner.customer_id)
        assert (verdict.state, verdict.code) == ("broken", "entry.incomplete")
        assert verdict.params["missing"] == ("source_address",)
        wanted = {"audit.entry_holds": ("time",), "audit.entry_holds.all_of": ("time", "operation")}
        assert verdict_of(self.ID, customer_id=owner.customer_id, terms=wanted).state == "kept"

    def test_nobody_did_anything(self, world: World) -> None:
        verdict = verdict_of(self.ID, customer_id=world.customer())
        assert verdict.state in {"unverified", "kept"}
        assert verdict.code in {"entry.none", "entry.only_tests"}


class TestNotRewritten:
    ID = "log_cannot_be_rewritten"

    def test_held(self, world: World) -> None:
        owner, _, _ = with_data(world)
        sealed_now()
        verdict = verdict_of(self.ID, customer_id=owner.customer_id)
        assert verdict.state == "kept", verdict
        facts = facts_of(self.ID, customer_id=owner.customer_id)
        assert facts.refused > 20
        assert facts.looked_at == facts.entries > 0
        assert facts.outside >= 1
        assert facts.outside_since is not None

    def test_held_over_a_long_log(self, world: World) -> None:
        """Full tiles, two levels of them."""
        owner = world.person(world.customer())
        from troth.audit.actions import record

        with wall.within(owner.customer_id):
            for _ in range(700):
                record("test", by=owner.actor, customer_id=owner.customer_id)
        sealed_now()
        facts = facts_of(self.ID, customer_id=owner.customer_id)
        assert not facts.damaged
        assert not facts.forked
        assert facts.looked_at > 256

    def test_held_while_the_sealer_goes_on(self, world: World, sealing: None) -> None:
        """What is appended during a look is no damage."""
        import threading

        from troth.audit.actions import record
        from troth.audit.checking import customer
        from troth.keys import signing

        owner, _, _ = with_data(world)
        signer, done = signing.signer(), threading.Event()

        def write() -> None:
            while not done.is_set():
                with wall.within(owner.customer_id):
                    for _ in range(20):
                        record("test", by=owner.actor, customer_id=owner.customer_id)
                time.sleep(0.02)
            connections.close_all()

        writing = threading.Thread(target=write)
        writing.start()
        try:
            deadline = time.monotonic() + 60
            size = 0
            while size < 900 and time.monotonic() < deadline:
                found = customer(owner.customer_id, signer, tiles=(0.1, 0.5, 0.9), earlier=0.5)
                assert not found.damaged
                assert not found.forked
                size = found.size
        finally:
            done.set()
            writing.join()
        assert size > 256

    @pytest.mark.parametrize(
        "change",
        [
            "leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'done', 'gone'), 'UTF8')",
            "operation = 'nothing'",
            "event_id = gen_random_uuid()",
        ],
    )
    def test_an_entry_edited_by_the_superuser(self, world: World, change: str) -> None:
        owner, _, _ = with_data(world)
        sealed_now()
        superuser(
            f"update audit_entry set {change} where customer_id = '{owner.customer_id}' and leaf_index = 1",
            guards_off=True,
        )
        verdict = verdict_of(self.ID, customer_id=owner.customer_id)
        assert (verdict.state, verdict.code) == ("broken", "log.damaged")
        assert verdict.params["which"] == (str(owner.customer_id),)

    def test_an_entry_removed_by_the_superuser(self, world: World) -> None:
        owner, _, _ = with_data(world)
        sealed_now()
        superuser(
            f"delete from audit_entry where customer_id = '{owner.customer_id}' and leaf_index = 2", guards_off=True
        )
        assert verdict_of(self.ID, customer_id=owner.customer_id).code == "log.damaged"

    def test_a_past_that_was_exchanged(self, world: World) -> None:
        """The newest head is whole; an earlier one is of another past."""
        owner, _, _ = with_data(world)
        sealed_now()
        other, _, _ = with_data(world)
        sealed_now()
        head = (
            f"update audit_checkpoint set overall_index = (select overall_index from audit_checkpoint where"
            f" customer_id = '{other.customer_id}' limit 1) where customer_id = '{owner.customer_id}'"
        )
        superuser(head, guards_off=True)
        assert verdict_of(self.ID, customer_id=owner.customer_id).code == "log.forked"

    def test_a_head_kept_outside_that_today_does_not_continue(self, world: World) -> None:
        from troth.audit import note
        from troth.keys import signing

        owner, _, _ = with_data(world)
        sealed_now()
        home, signer = Path(settings.TROTH_HOME), signing.signer()
        for path in (home / heads_outside.FOLDER).glob("*.txt"):
            path.unlink()
        foreign = note.sign(note.Checkpoint(signer.name, 1, bytes(32)), signer)
        heads_outside.keep(home, foreign, now=SYSTEM.now() - timedelta(days=900))
        try:
            assert verdict_of(self.ID, customer_id=owner.customer_id).code == "log.forked"
        finally:
            for path in (home / heads_outside.FOLDER).glob("*.txt"):
                path.unlink()
        facts_of(self.ID, customer_id=owner.customer_id)
        assert verdict_of(self.ID, customer_id=owner.customer_id).code == "log.whole_since"

    @pytest.mark.parametrize("role", ["app", "sealer"])
    def test_a_role_that_may_write(self, world: World, role: str) -> None:
        from troth.kernel.database import role_name
        from troth.settings import CONFIG

        owner, _, _ = with_data(world)
        sealed_now()
        who = role_name(role, CONFIG.database)  # type: ignore[arg-type]  # two roles
        superuser(f"grant update on audit_entry to {who}", "alter table audit_entry disable trigger audit_entry_kept")
        try:
            verdict = verdict_of(self.ID, customer_id=owner.customer_id)
        finally:
            superuser(
                f"revoke update on audit_entry from {who}", "alter table audit_entry enable trigger audit_entry_kept"
            )
        assert (verdict.state, verdict.code) == ("broken", "log.writable")
        assert f"{role} can change an entry" in verdict.params["which"]  # type: ignore[operator]  # a list
        assert "audit_entry has lost its guard kept" in verdict.params["which"]  # type: ignore[operator]  # a list


class TestSealedInTime:
    ID = "log_is_sealed_in_time"

    def test_held(self, sealing: None) -> None:
        verdict = verdict_of(self.ID)
        assert verdict.state in {"kept", "at_risk"}, verdict
        assert verdict.code in {"seal.in_time", "seal.slow"}

    def test_no_sealer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from troth.promises.probing import tracing

        monkeypatch.setattr(tracing.follow, "__kwdefaults__", {"patience": timedelta(seconds=0.3)})
        verdict = verdict_of(self.ID)
        assert (verdict.state, verdict.code) == ("broken", "seal.missing")


class TestDetailsExpire:
    ID = "log_details_expire_in_time"

    def test_held(self, world: World) -> None:
        owner, _, _ = with_data(world)
        assert verdict_of(self.ID, customer_id=owner.customer_id).code == "details.in_time"

    @pytest.mark.parametrize(("days", "state"), [(1, "at_risk"), (3, "broken")])
    def test_an_opening_past_its_day(self, world: World, days: int, state: str) -> None:
        owner, _, _ = with_data(world)
        superuser(
            f"update audit_opening set who_until = (now() at time zone 'UTC')::date - {days}"
            f" where customer_id = '{owner.customer_id}'"
        )
        assert verdict_of(self.ID, customer_id=owner.customer_id).state == state
        if state == "broken":
            assert verdict_of(self.ID).state == "broken"
        with connections["sealer"].cursor() as cursor:
            cursor.execute("select 1")
        from troth.audit.actions import expire_openings

        while expire_openings(SYSTEM.now().date()):
            pass
        assert verdict_of(self.ID, customer_id=owner.customer_id).state == "kept"

    def test_a_period_longer_than_promised(self, world: World) -> None:
        owner, _, _ = with_data(world)
        promised = {"audit.kept_for.at_most": timedelta(days=365)}
        verdict = verdict_of(self.ID, customer_id=owner.customer_id, terms=promised)
        assert (verdict.state, verdict.code) == ("broken", "details.kept_too_long")


class TestStaffReasons:
    ID = "staff_access_has_a_reason"

    def test_held(self, world: World) -> None:
        owner, _, (first, *_) = with_data(world)
        staff = world.staff("support")
        queries.get(
            gate.permit(staff.actor, owner.customer_id, Action.RECORDS_READ, purpose="help", reason="ticket 12"), first
        )
        sealed_now()
        facts = facts_of(self.ID, customer_id=owner.customer_id)
        assert (facts.staff_entries, facts.unreasoned) == (1, 0)
        assert verdict_of(self.ID, customer_id=owner.customer_id).code == "reason.asked"

    def test_a_look_without_a_reason(self, world: World) -> None:
        """Somebody made a permit past the gate, as code with a mistake in it could."""
        from dataclasses import replace

        owner, _, (first, *_) = with_data(world)
        staff = world.staff("support")
        permit = gate.permit(staff.actor, owner.customer_id, Action.RECORDS_READ, purpose="help", reason="ticket 12")
        queries.get(replace(permit, reason=None), first)
        sealed_now()
        verdict = verdict_of(self.ID, customer_id=owner.customer_id)
        assert (verdict.state, verdict.code) == ("broken", "reason.missing")

    def test_a_gate_that_does_not_ask(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        from troth.access import roles

        customer_id = world.customer()
        asked = roles.STAFF_NEEDS_REASON

        class Forgetful(frozenset[Action]):
            """Listed by the probe, and empty for the gate."""

            def __rand__(self, other: object) -> frozenset[Action]:
                return frozenset()

        monkeypatch.setattr(roles, "STAFF_NEEDS_REASON", Forgetful(asked))
        verdict = verdict_of(self.ID, customer_id=customer_id)
        assert (verdict.state, verdict.code) == ("broken", "reason.not_asked")
