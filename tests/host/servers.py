"""A PostgreSQL that somebody else runs: TCP on this machine, SCRAM passwords, an administrator who is not us."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.installation import _free_port
from troth.host import leash, placement

ADMIN_PASSWORD = "of-the-test-alone"


def system_binaries() -> Path:
    """The programs of a PostgreSQL of the system: another version than the wheel's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        pytest.skip("missing: a PostgreSQL of the system (apt-get install postgresql)")
    return found[-1].parent


@dataclass
class Foreign:
    """A running server."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes]"

    def url(self, login: str = "postgres", password: str = ADMIN_PASSWORD, database: str = "troth") -> str:
        """What an operator would put into TROTH_DATABASE_URL."""
        return f"postgresql://{login}:{password}@127.0.0.1:{self.port}/{database}"

    def administer(self, *statements: str) -> None:
        """As its administrator."""
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def log(self) -> str:
        """Everything it wrote down, with all statements."""
        return (self.folder / "log").read_text()

    def close(self) -> None:
        """Stop it and remove it."""
        self.process.terminate()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(binaries: Path) -> Foreign:
    """A new one of these programs."""
    user = placement.SYSTEM_USER if os.geteuid() == 0 else None
    entry = pwd.getpwnam(user) if user else None
    folder = Path(tempfile.mkdtemp(prefix="troth-foreign-"))
    (folder / "password").write_text(ADMIN_PASSWORD)
    for path in (folder, folder / "password"):
        os.chown(path, entry.pw_uid if entry else -1, entry.pw_gid if entry else -1)
    subprocess.run(
        [
            *(str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-E", "UTF8", "--locale=C"),
            *("--auth=scram-sha-256", f"--pwfile={folder / 'password'}"),
        ],
        user=entry.pw_uid if entry else None,
        group=entry.pw_gid if entry else None,
        extra_groups=[] if entry else None,
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
    )
    port = _free_port()
    with (folder / "log").open("wb") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(Path(leash.__file__)), "3", str(os.getpid()), user or "-"),
                *(str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port)),
                *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "log_statement=all"),
            ],
            stdout=out,
            stderr=out,
            cwd="/",
        )
    found = Foreign(folder, port, process)
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(found.url(database="postgres")).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return found
