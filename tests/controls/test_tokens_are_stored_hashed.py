"""Held as stored; broken by rows in which somebody keeps the token itself."""

from collections.abc import Iterator

import pytest

from tests.controls.looks import facts_of, verdict_of
from tests.fixtures.world import World
from tests.keys.world import admin
from troth.kernel.ids import new_id
from troth.promises.probing import canaries

ID = "tokens_are_stored_hashed"


def test_held(world: World) -> None:
    facts = facts_of(ID)
    assert (facts.made, facts.worked) == (3, 3)
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("kept", "tokens.kept")


@pytest.fixture
def copying_trigger(world: World) -> Iterator[None]:
    """Somebody keeps what they see: a new API key's digest column gets readable bytes."""
    canary, _ = canaries.ensure()
    key = new_id()
    with admin(autocommit=True) as connection:
        connection.execute(
            "insert into access_api_key (customer_id, key_id, account_id, name, secret_digest, created_at, expires_at)"
            " values (%s, %s, %s, 'old', %s, now(), now())",
            [canary.customer_id, key, canary.account_id, b"an API key's secret of 43 letters, as it is"],
        )
        yield
        connection.execute("delete from access_api_key where key_id = %s", [key])


def test_a_stored_token_that_is_no_digest(copying_trigger: None) -> None:
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("broken", "tokens.odd")
    assert verdict.params["odd"] == 1


def test_a_token_in_a_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that says too much: the real file, written by the code that hands out tokens."""
    from pathlib import Path

    from django.conf import settings

    from troth.access import tokens

    log = Path(settings.TROTH_HOME) / "log" / "chatty.log"
    honest = tokens.new_secret

    def chatty() -> str:
        secret = honest()
        with log.open("a") as file:
            file.write(f'{{"event":"made","token":"{secret}"}}\n')
        return secret

    monkeypatch.setattr(tokens, "new_secret", chatty)
    try:
        verdict = verdict_of(ID)
    finally:
        log.unlink()
    assert (verdict.state, verdict.code) == ("broken", "tokens.logged")
