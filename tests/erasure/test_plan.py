"""The plan against the catalogue, the folders and the words; and each guard of the certificate, taken away."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connections
from psycopg import sql

from tests.erasure.conftest import World
from tests.keys.world import admin
from troth.access.roles import Action
from troth.erasure import files, plan, queries, rendering, scanning
from troth.erasure.models import Receipt, Request
from troth.erasure.rules import Step, StepState
from troth.kernel import wall
from troth.kernel.database import role_name
from troth.kernel.wall import within
from troth.settings import CONFIG
from troth.vault import purging as vault


def test_every_table_of_a_customer_is_planned() -> None:
    found = scanning.customer_tables()
    assert plan.unplanned_tables(found) == []
    assert {table.name for table in plan.TABLES} == set(found)


def test_a_new_table_is_noticed() -> None:
    assert plan.unplanned_tables([*scanning.customer_tables(), "vault_photo"]) == ["vault_photo"]


def test_every_table_with_a_subject_says_what_becomes_of_it() -> None:
    with admin() as connection:
        found = connection.execute(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where a.attname = 'subject_id' and c.relkind = 'r' and n.nspname = 'public'"
        ).fetchall()
    planned = {table.name for table in plan.TABLES if table.subject is plan.How.PURGED}
    assert {name for (name,) in found} <= planned


def test_the_vault_purges_what_the_plan_says_it_does() -> None:
    assert set(vault.TABLES) == {table.name for table in plan.tables("customer", Step.ROWS, plan.How.PURGED)}
    assert set(vault.SUBJECT_TABLES) == {table.name for table in plan.tables("subject", Step.ROWS, plan.How.PURGED)}


def test_rows_go_before_what_they_refer_to() -> None:
    order = [table.name for table in plan.TABLES]
    with admin() as connection:
        keys = connection.execute(
            "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f'"
        ).fetchall()
    purged = {table.name for table in plan.TABLES if table.customer is plan.How.PURGED}
    wrong = [(child, parent) for child, parent in keys if {child, parent} <= purged and child != parent]
    assert [pair for pair in wrong if order.index(pair[0]) > order.index(pair[1])] == []


def test_the_login_that_purges_may() -> None:
    for table in plan.TABLES:
        if table.customer is plan.How.PURGED:
            role = role_name("app" if table.using == "default" else "keeper", CONFIG.database)
            with admin() as connection:
                (may,) = connection.execute(
                    sql.SQL("select has_table_privilege({}, {}, 'DELETE')").format(role, table.name)
                ).fetchone() or (False,)
            assert may, table.name


@pytest.mark.parametrize("language", rendering.LANGUAGES)
@pytest.mark.parametrize("target", ["subject", "customer"])
def test_everything_that_a_certificate_can_say_has_words(target: str, language: rendering.Language) -> None:
    words = rendering.words(language).sections
    stores = {table.name for table in plan.TABLES} | {store.name for store in plan.FILES} | {plan.JOBS}
    shown = {t.name for t in plan.TABLES if t.how(target) in {plan.How.PURGED, plan.How.EMPTIED, plan.How.WITH_KEYS}}  # type: ignore[arg-type]  # the two targets
    assert shown <= words["store"].keys()
    assert (stores - {table.name for table in plan.TABLES}) <= words["store"].keys()
    always = [("older_copies", "expires"), ("server_logs", "operations"), ("freed_space", "reuse")]
    for what, why in [*plan.remains(target), *always]:  # type: ignore[arg-type]  # the two targets
        assert what in words["remains"]
        assert why in words["why"]


def test_a_folder_that_nobody_planned_is_noticed(tmp_path: Path) -> None:
    for name in ("postgres", "exports", "key-place-1", "photos"):
        (tmp_path / name).mkdir()
    assert files.strange(tmp_path, [tmp_path / "key-place-1"]) == ["photos"]


def test_a_file_that_names_the_target_is_found_anywhere(world: World, tmp_path: Path) -> None:
    deep = tmp_path / "somewhere" / "else"
    deep.mkdir(parents=True)
    (deep / f"dump-{world.customer_id}.sql").touch()
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / str(world.customer_id)).touch()
    assert files.naming(tmp_path, world.customer_id) == 1
    assert files.naming(tmp_path, world.customer_id, apart=[tmp_path / "somewhere"]) == 0


def test_a_link_in_a_store_is_removed_and_not_followed(world: World, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    store = plan.FILES[0]
    own = files.own(tmp_path, store, world.customer_id)
    own.parent.mkdir()
    own.symlink_to(tmp_path / "precious")
    assert files.empty(tmp_path, store, world.customer_id) == 1
    assert (tmp_path / "precious" / "file").exists()
    assert files.count(tmp_path, store, world.customer_id) == 0


def test_a_scan_of_nothing_certifies_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    monkeypatch.setattr(scanning, "_looks", lambda work: iter(()))
    world.run(asked.erasure_id)
    step = world.steps(asked.erasure_id)[Step.SCAN]
    assert (step.state, step.error_code) == (StepState.FAILED, "erasure.nothing_scanned")
    assert queries.certificates(world.permit(Action.CERTIFICATES_READ)) == []
    monkeypatch.undo()
    world.finish(asked.erasure_id)


def test_a_table_that_nobody_planned_certifies_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    monkeypatch.setattr(scanning, "customer_tables", lambda: ["vault_photo"])
    for _ in range(world.terms.pace.stuck_after):
        world.run(asked.erasure_id)
    step = world.steps(asked.erasure_id)[Step.SCAN]
    assert (step.state, step.error_code) == (StepState.FAILED, "erasure.unplanned")
    assert queries.progress(world.permit(Action.ERASURES_READ), asked.erasure_id, terms=world.terms).stuck
    monkeypatch.undo()
    world.finish(asked.erasure_id)


def test_the_database_itself_refuses_a_hasty_end(world: World) -> None:
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    with pytest.raises(IntegrityError), within(world.customer_id):
        Request.objects.filter(customer_id=world.customer_id, erasure_id=asked.erasure_id).update(state="done")
    world.finish(asked.erasure_id)


def test_certificates_can_not_be_changed_by_the_application(world: World) -> None:
    (_, subject), *_ = world.add(1)
    world.finish(world.ask(subject).erasure_id)
    for statement in ("update erasure_certificate set envelope = ''", "delete from erasure_certificate"):
        with pytest.raises(Exception, match="permission denied"), within(world.customer_id):
            connections["default"].cursor().execute(statement)


def test_the_receipt_s_door_shows_nothing_to_who_brings_no_id(world: World) -> None:
    world.delete()
    with wall.door("receipt"):
        assert list(Receipt.objects.all()) == []


def test_the_test_installation_has_no_unplanned_folder() -> None:
    apart = (*settings.TROTH_KEY_PLACES, settings.TROTH_CUSTODIAN)
    assert files.strange(Path(settings.TROTH_HOME), apart) == []
