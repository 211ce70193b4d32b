"""Sign-in, sensitive actions, the API and changes leave their trace; a password leaves none."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.controls.breaking import superuser, swallowed
from tests.controls.looks import facts_of, verdict_of
from tests.fixtures.world import World
from troth.promises.probing import canaries, tracing

ATTEMPTS, SENSITIVE, API = "sign_in_attempts_are_logged", "sensitive_actions_are_logged", "api_use_is_logged"
CHANGES, MARKER = "changes_are_kept", "passwords_are_never_logged"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing.follow, "__kwdefaults__", {"patience": timedelta(seconds=0.3)})


class TestSignIn:
    def test_held(self, world: World, sealing: None) -> None:
        verdict = verdict_of(ATTEMPTS)
        assert (verdict.state, verdict.code) == ("kept", "attempt.logged"), verdict

    @pytest.mark.parametrize(("outcome", "missing"), [("done", ("right",)), ("refused", ("wrong", "unknown"))])
    def test_attempts_that_leave_no_entry(
        self, world: World, sealing: None, outcome: str, missing: tuple[str, ...]
    ) -> None:
        canaries.ensure()
        lost = (
            f"new.operation = 'sign_in' and position('\"outcome\":\"{outcome}\"' in convert_from(new.leaf, 'UTF8')) > 0"
        )
        with swallowed("audit_inbox", lost):
            verdict = verdict_of(ATTEMPTS)
        assert (verdict.state, verdict.code) == ("broken", "attempt.unlogged")
        assert set(verdict.params["which"]) == set(missing)  # type: ignore[arg-type]  # a list

    def test_without_a_sealer(self, world: World, impatient: None) -> None:
        assert verdict_of(ATTEMPTS).code == "attempt.not_sealed"


class TestSensitive:
    def test_held(self, world: World, sealing: None) -> None:
        facts = facts_of(SENSITIVE)
        assert {"account.role", "api_key.add", "record.corrected", "erasure.requested"} <= set(facts.done)
        assert not facts.unlogged
        assert not facts.vague
        assert verdict_of(SENSITIVE).code == "sensitive.logged"

    @pytest.mark.parametrize("operation", ["account.role", "api_key.revoke", "record.deleted", "erasure.requested"])
    def test_one_that_leaves_no_entry(self, world: World, sealing: None, operation: str) -> None:
        canaries.ensure()
        with swallowed("audit_inbox", f"new.operation = '{operation}'"):
            verdict = verdict_of(SENSITIVE)
        assert (verdict.state, verdict.code, verdict.params["which"]) == (
            "broken",
            "sensitive.unlogged",
            (operation,),
        )


class TestApi:
    def test_held(self, world: World, sealing: None) -> None:
        verdict = verdict_of(API)
        assert (verdict.state, verdict.code) == ("kept", "api.logged"), verdict

    @pytest.mark.parametrize(
        ("operation", "missing"),
        [
            ("record.read", {"a record"}),
            ("api.request", {"no such key"}),
            ("records.read", {"no purpose", "another customer"}),
        ],
    )
    def test_calls_that_leave_no_entry(self, world: World, sealing: None, operation: str, missing: set[str]) -> None:
        canaries.ensure()
        with swallowed("audit_inbox", f"new.operation = '{operation}'"):
            verdict = verdict_of(API)
        assert (verdict.state, verdict.code) == ("broken", "api.unlogged")
        assert set(verdict.params["which"]) == missing  # type: ignore[arg-type]  # a list

    def test_an_entry_that_does_not_say_which_key(self, world: World, sealing: None) -> None:
        canary, _ = canaries.ensure()
        with swallowed("audit_opening", f"new.customer_id = '{canary.customer_id}'"):
            assert verdict_of(API).code == "api.vague"

    def test_a_look_that_can_not_be_taken_is_an_error(self, world: World, sealing: None) -> None:
        canaries.ensure()
        superuser("alter table access_api_key rename to access_api_key_away")
        try:
            with pytest.raises(Exception, match="access_api_key"):
                facts_of(API)
        finally:
            superuser("alter table access_api_key_away rename to access_api_key")


class TestChanges:
    def test_held(self, world: World) -> None:
        assert verdict_of(CHANGES).state == "kept"
        assert verdict_of(CHANGES).params["n"] >= 2  # type: ignore[operator]  # a number

    def test_a_change_that_is_not_kept(self, world: World) -> None:
        canary, _ = canaries.ensure()
        with swallowed("vault_change", f"new.customer_id = '{canary.customer_id}'"):
            verdict = verdict_of(CHANGES)
        assert (verdict.state, verdict.code) == ("broken", "change.lost")
        assert verdict_of(CHANGES).code == "change.history_gone"
        superuser(f"delete from vault_record where customer_id = '{canary.customer_id}'")

    def test_a_history_that_was_removed(self, world: World) -> None:
        canary, _ = canaries.ensure()
        verdict_of(CHANGES)
        superuser(f"delete from vault_change where customer_id = '{canary.customer_id}'")
        assert verdict_of(CHANGES).code == "change.history_gone"
        superuser(f"delete from vault_record where customer_id = '{canary.customer_id}'")


class TestMarker:
    def test_held(self, world: World, sealing: None) -> None:
        facts = facts_of(MARKER)
        assert facts.signed_in
        assert facts.refused
        assert facts.control_found
        assert facts.tables > 20
        assert verdict_of(MARKER).code == "marker.nowhere"

    def test_a_log_file_with_the_password(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Somebody writes a line that says too much, at the place that every sign-in passes."""
        from troth.access import passwords

        path = Path(settings.TROTH_HOME) / "log" / "careless.log"
        path.parent.mkdir(exist_ok=True)
        matches = passwords.matches

        def careless(password: str, encoded: str) -> bool:
            with path.open("a") as file:
                file.write(f"password={password}\n")
            return matches(password, encoded)

        monkeypatch.setattr(passwords, "matches", careless)
        try:
            verdict = verdict_of(MARKER)
        finally:
            path.unlink()
        assert (verdict.state, verdict.code, verdict.params["where"]) == ("broken", "marker.found", ("careless.log",))

    def test_a_table_with_the_password(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        from troth.access import passwords

        monkeypatch.setattr(passwords, "make", lambda password: f"plain${password}")
        monkeypatch.setattr(passwords, "matches", lambda password, encoded: encoded == f"plain${password}")
        monkeypatch.setattr(passwords, "outdated", lambda _: False)
        try:
            verdict = verdict_of(MARKER)
        finally:
            monkeypatch.undo()
            canary, _ = canaries.ensure()
            canaries.credentials(canary)
        assert (verdict.state, verdict.code) == ("broken", "marker.found")
        assert verdict.params["where"] == ("access_account",)

    def test_nobody_could_sign_in(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        from troth.access import passwords

        monkeypatch.setattr(passwords, "matches", lambda *_: False)
        assert verdict_of(MARKER).code == "marker.no_sign_in"
