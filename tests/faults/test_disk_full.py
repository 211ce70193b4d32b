"""A full disk: said in a sentence, nothing broken, everything there once there is room."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.installation import Installation
from troth.host import dsn, state
from troth.host.errors import DiskFull

Make = Callable[..., Installation]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 220 MB."""
    tmp_path = Path("/tmp") / f"troth-host-disk-{os.getpid()}"
    tmp_path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=220m,mode=0711", "troth-test", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        tmp_path.rmdir()
        pytest.skip("only who may mount can make a small disk")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)
    tmp_path.rmdir()


def _fill(disk: Path, leave: int = 0) -> Path:
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as out:
        while True:
            room = os.statvfs(disk)
            if room.f_bavail * room.f_frsize <= leave:
                break
            out.write(b"\0" * min(1_000_000, room.f_bavail * room.f_frsize - leave))
    return filler


def test_a_first_start_on_a_full_disk(own_installation: Make, small_disk: Path) -> None:
    found = own_installation(running=False, TROTH_HOME=str(small_disk / "home"))
    filler = _fill(small_disk, leave=20_000_000)
    with pytest.raises(DiskFull) as refusal:
        found.start()
    assert str(small_disk) in refusal.value.explain()
    filler.unlink()
    found.start()


def test_a_disk_that_fills_while_it_runs(own_installation: Make, small_disk: Path) -> None:
    found = own_installation(running=False, TROTH_HOME=str(small_disk / "home"))
    found.start()
    owner = dsn.parameters(found.config, "owner")
    with psycopg.connect(**owner, autocommit=True) as connection:
        connection.execute("create table kept (number int primary key, words text)")
        connection.execute("alter table kept alter column words set storage external")
        connection.execute("insert into kept select n, repeat('x', 100) from generate_series(1, 10000) n")
        filler = _fill(small_disk, leave=3_000_000)
        refused = None
        try:
            for _ in range(200):
                connection.execute("insert into kept select max(number) + 1, repeat('x', 900000) from kept")
        except psycopg.Error as error:
            refused = error
        assert refused is not None
    # Some of the room goes to what a start itself writes; then it is full again.
    found.stop()
    _fill(small_disk)
    with suppress(DiskFull):
        found.start()
        found.stop()
    filler.unlink()
    found.start()
    with psycopg.connect(**owner, autocommit=True) as connection:
        row = connection.execute("select count(*), count(*) filter (where number <= 10000) from kept").fetchone()
        assert row is not None
        assert row[1] == 10000
        connection.execute("insert into kept values (0, 'room again')")


def test_a_running_platform_waits_for_room(own_installation: Make, small_disk: Path) -> None:
    """The database dies for want of room: said in the status, and up again by itself when there is some."""
    found = own_installation(running=False, TROTH_HOME=str(small_disk / "home"))
    found.up()
    filler = _fill(small_disk)
    notes = state.read(found.config)
    assert notes is not None
    os.kill(next(each.process or 0 for each in notes.processes if each.name == "postgres"), signal.SIGKILL)
    time.sleep(3)
    supervisor = found._spawned[-1]
    assert supervisor.poll() is None
    filler.unlink()

    def whole() -> bool:
        notes = state.read(found.config)
        return notes is not None and all(each.state == "running" for each in notes.processes)

    deadline = time.monotonic() + 60
    while not whole():
        assert time.monotonic() < deadline, state.read(found.config)
        time.sleep(0.2)
    with psycopg.connect(**dsn.parameters(found.config, "app")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
