"""Held as stored; broken by plain bytes in a column, on a page, and in a folder."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.test import override_settings

from tests.controls.looks import facts_of, verdict_of
from tests.controls.sound import make_sound
from tests.fixtures.world import World
from tests.keys.world import admin
from tests.promises.test_canaries import erase
from troth.promises.probing import canaries
from troth.vault import spools


@pytest.fixture(autouse=True)
def _sound() -> None:
    make_sound()


ID = "stored_data_is_encrypted"
HOME = Path(settings.TROTH_HOME)


@pytest.fixture(autouse=True)
def tidy() -> None:
    """Other tests leave exports and rejected rows about."""
    for kind in spools.KINDS:
        shutil.rmtree(HOME / kind, ignore_errors=True)


@contextmanager
def plain_record(world: World) -> Iterator[None]:
    """The canary's words beside its sealed record. Freed space and log keep them: that canary has sung."""
    canary, _ = canaries.ensure()
    value = f'{{"song": "{canary.marker}"}}'
    where = "where customer_id = %s and record_id = %s"
    with admin(autocommit=True) as connection:
        put = f"update vault_record set plain = %s::jsonb {where}".encode()
        connection.execute(put, [value, canary.customer_id, canary.record_id])
        connection.execute("checkpoint")
        try:
            yield
        finally:
            erase(canary, world)


def test_held(world: World) -> None:
    canaries.ensure()
    with admin(autocommit=True) as connection:
        connection.execute("checkpoint")
    facts = facts_of(ID)
    assert facts.raw == "seen"
    assert facts.searched_bytes > 100_000
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("kept", "stored_data.kept")


def test_the_canary_s_words_in_a_plain_column(world: World) -> None:
    with plain_record(world):
        verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("broken", "stored_data.hit")
    assert {"rows of vault_record", "pages of vault_record"} <= set(verdict.params["where"])  # type: ignore[arg-type]  # a list


def test_a_value_that_is_not_sealed(world: World) -> None:
    where = "where customer_id = %s and account_id = %s"
    canary, _ = canaries.ensure()
    ident: tuple[UUID, UUID] = (canary.customer_id, canary.account_id)
    with admin(autocommit=True) as connection:
        row = connection.execute(f"select mail from access_account {where}".encode(), ident).fetchone()
        assert row is not None
        put = f"update access_account set mail = %s {where}".encode()
        connection.execute(put, [b"somebody@example.org, in the clear as ever", *ident])
        try:
            verdict = verdict_of(ID)
        finally:
            connection.execute(put, [bytes(row[0]), *ident])
    assert (verdict.state, verdict.code) == ("broken", "stored_data.unsealed")
    assert verdict.params["columns"] == ("access_account.mail",)


def test_a_folder_of_plain_bytes(world: World) -> None:
    folder = HOME / "dump-of-somebody"
    folder.mkdir()
    (folder / "people.csv").write_text("name,mail\n" + "Ada Lovelace,ada@example.org\n" * 20)
    try:
        verdict = verdict_of(ID)
    finally:
        shutil.rmtree(folder)
    assert (verdict.state, verdict.code) == ("broken", "stored_data.plain_folder")
    assert verdict.params["folders"] == ("dump-of-somebody",)


def test_a_canary_s_words_in_a_known_folder(world: World) -> None:
    canary, _ = canaries.ensure()
    path = HOME / "log" / "chatty.log"
    path.write_text(f"stored {canary.marker}\n")
    try:
        assert verdict_of(ID).params["where"] == ("folder log",)
    finally:
        path.unlink()


def test_an_export_that_lies_about_is_said(world: World) -> None:
    with spools.writing("exports", world.customer(), "people.csv") as file:
        file.write(b"song,age\n" + b"a long and legible line of an export,42\n" * 20)
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("at_risk", "stored_data.clear_files")


def test_pages_that_can_not_be_read_are_said(world: World) -> None:
    with override_settings(TROTH_POSTGRES=None):
        assert verdict_of(ID).code == "stored_data.kept_by_rows"
