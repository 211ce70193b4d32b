"""The embedded PostgreSQL: the programs of a wheel (or of TROTH_PG_BIN), with a life cycle of our own.

Guarantees: one server per folder; it never outlives the process that started it; a crash of either leaves a folder
that the next start takes up again; no network port; only this database's roles, only as our own user; a start that
fails says why in a sentence and leaves everything as it was.
"""

import errno
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

from troth.host import leash, placement, roles, server_files
from troth.host.config import Config
from troth.host.errors import AlreadyRunning, DiskFull, HostError, ServerFailed, WrongVersion
from troth.host.lock import FolderLock
from troth.host.remains import clear_remains

FAST, AT_ONCE = signal.SIGINT, signal.SIGQUIT
"""PostgreSQL's words for a clean stop without waiting for clients, and for a stop that the next start recovers from."""
_STATUS_LINE = 7
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Embedded:
    """One embedded server of one installation. `admin=True` lets us in as the superuser too: for tests and restores."""

    def __init__(self, config: Config, *, admin: bool = False) -> None:
        self.config = config
        self.admin = admin
        self.place = placement.of(config)
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: FolderLock | None = None

    def start(self, patience: float = 900.0) -> None:
        """Make the database where there is none, and start it. Returns when it answers; recovery may take its time."""
        self.launch()
        deadline = time.monotonic() + patience
        while not self.ready():
            if time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(why=f"it did not answer within {patience:.0f} s", log=self.place.log)
            time.sleep(0.02)

    def launch(self) -> None:
        """Everything of `start` but the waiting: then ask `ready`."""
        self.place = placement.settle(self.config)
        lock = FolderLock(self.place.lock)
        lock.take()
        try:
            self.binaries = placement.binaries(self.config)
            clear_remains(self.place)
            self._create()
            self._write_files()
            self._settle_roles()
            self._spawn()
        except BaseException as error:
            lock.release()
            if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise DiskFull(path=self.place.data) from error
            raise
        self._lock = lock

    def ready(self) -> bool:
        """True when it answers, False while it is coming up; raises what went wrong when it ended."""
        if self.process is None:
            return False
        if self.process.poll() is not None:
            self._ended()
            raise self._failure(self._words())
        try:
            lines = (self.place.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return (
            len(lines) > _STATUS_LINE and lines[0] == str(self.process.pid) and lines[_STATUS_LINE].strip() == "ready"
        )

    def running(self) -> bool:
        """Is the process that we started still there?"""
        return self.process is not None and self.process.poll() is None

    def stop(self, patience: float = 30.0) -> None:
        """Stop it, waiting for its last write; when that takes too long, at once (the next start recovers)."""
        if self.process is not None:
            for number, wait in ((FAST, patience), (AT_ONCE, 10.0), (signal.SIGKILL, 10.0)):
                if self.process.poll() is not None:
                    break
                self.process.send_signal(number)
                try:
                    self.process.wait(wait)
                except subprocess.TimeoutExpired:
                    continue
        self._ended()

    def _ended(self) -> None:
        self.process = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def version(self) -> str:
        """The programs' own word, e.g. `18.6`."""
        words = self._run(str(placement.binaries(self.config) / "postgres"), "--version").stdout
        found = re.search(r"(\d+(?:\.\d+)?)", words)
        return found.group(1) if found else "unknown"

    @property
    def _major(self) -> int:
        return int(self.version().split(".")[0])

    def _run(self, *command: str, text: str | None = None) -> "subprocess.CompletedProcess[str]":
        user = self.place.user
        entry = pwd.getpwnam(user) if user else None
        return subprocess.run(
            command,
            input=text,
            user=entry.pw_uid if entry else None,
            group=entry.pw_gid if entry else None,
            extra_groups=[] if entry else None,
            cwd="/",
            env=_ENVIRONMENT,
            umask=0o077,
            capture_output=True,
            text=True,
            check=False,
        )

    def _create(self) -> None:
        """A new cluster is made beside its place and moved there when it is whole: a kill leaves nothing half-made."""
        data = self.place.data
        if (data / "PG_VERSION").exists():
            found, have = (data / "PG_VERSION").read_text(encoding="utf-8").strip(), str(self._major)
            if found != have:
                raise WrongVersion(path=data, found=found, have=have)
            return
        if any(data.iterdir()):
            raise ServerFailed(why=f"{data} is no database, and not empty either", log=self.place.log)
        fresh = data.with_name("postgres.fresh")
        self._remake(fresh)
        try:
            self._fill(fresh)
            fresh.rename(data)  # over the empty one, in one step
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _remake(self, fresh: Path) -> None:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.place.user:
            shutil.chown(fresh, self.place.user, pwd.getpwnam(self.place.user).pw_gid)

    def _fill(self, fresh: Path) -> None:
        database = self.config.database
        done = self._run(
            *(str(self.binaries / "initdb"), "-k", "-D", str(fresh), "-U", server_files.ADMIN, "-E", "UTF8"),
            *("--auth-local=peer", "--auth-host=reject", "--locale=C", "--no-instructions"),
        )
        steps = ((*roles.all_roles(database), roles.create_database(database)), roles.restrict_database(database))
        for statements in steps:
            if done.returncode == 0:
                done = self._single_user(fresh, *statements)
        if done.returncode != 0:
            raise self._failure(done.stdout + done.stderr)
        self._mark_roles(fresh)

    def _single_user(
        self, data: Path, *statements: str, database: str = "postgres"
    ) -> "subprocess.CompletedProcess[str]":
        """Run statements with no server up: the superuser is reached by no socket."""
        return self._run(
            *(str(self.binaries / "postgres"), "--single", "-D", str(data), "-c", "exit_on_error=on"),
            *("-c", "logging_collector=off", "-c", "log_min_messages=error", "postgres"),
            text="\n".join(statements) + "\n",
        )

    def _roles_mark(self) -> str:
        text = "\n".join((*roles.all_roles(self.config.database), *roles.restrict_database(self.config.database)))
        return sha256(text.encode()).hexdigest()

    def _mark_roles(self, data: Path) -> None:
        (data / f"troth-roles-{self.config.database}").write_text(self._roles_mark() + "\n", encoding="utf-8")

    def _settle_roles(self) -> None:
        """After an upgrade that changed the roles, or for another database name: bring them up to date."""
        data, database = self.place.data, self.config.database
        mark = data / f"troth-roles-{database}"
        if mark.exists() and mark.read_text(encoding="utf-8").strip() == self._roles_mark():
            return
        done = self._single_user(data, *roles.all_roles(database))
        if done.returncode == 0 and not mark.exists():
            done = self._single_user(data, roles.create_database(database))
        if done.returncode == 0:
            done = self._single_user(data, *roles.restrict_database(database))
        if done.returncode != 0:
            raise self._failure(done.stdout + done.stderr)
        self._mark_roles(data)

    def _write_files(self) -> None:
        data = self.place.data
        files = {
            "postgresql.conf": server_files.main_file(self.config, self.place, self._major),
            "pg_hba.conf": server_files.access_file(self.config, admin=self.admin),
            "pg_ident.conf": server_files.users_file(self.config, admin=self.admin),
            "postgresql.auto.conf": "",  # ALTER SYSTEM would come last and win
        }
        entry = pwd.getpwnam(self.place.user) if self.place.user else None
        for name, text in files.items():
            fresh = data / f"{name}.troth"
            fresh.write_text(text, encoding="utf-8")
            fresh.chmod(0o600)
            if entry:
                os.chown(fresh, entry.pw_uid, entry.pw_gid)
            fresh.replace(data / name)

    def _spawn(self) -> None:
        start_log = self._start_log
        start_log.unlink(missing_ok=True)
        with start_log.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", str(Path(leash.__file__))),
                    *(str(int(FAST)), str(os.getpid()), self.place.user or "-"),
                    *(str(self.binaries / "postgres"), "-D", str(self.place.data)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,  # Ctrl-C in a terminal is for us to hear, and to pass on in order
            )

    @property
    def _start_log(self) -> Path:
        return self.place.log / "start.log"

    def _words(self) -> str:
        """What the server said last: before its collector ran, and through it."""
        texts = [self._start_log.read_text(encoding="utf-8", errors="replace")]
        begun = self._start_log.stat().st_ctime
        logs = [path for path in self.place.log.glob("postgres-*.log") if path.stat().st_mtime >= begun]
        texts += [path.read_text(encoding="utf-8", errors="replace")[-4000:] for path in logs]
        return "\n".join(texts)

    def _failure(self, words: str) -> HostError:
        if "No space left on device" in words or "Disk quota exceeded" in words:
            return DiskFull(path=self.place.data)
        if 'lock file "postmaster.pid" already exists' in words:
            lines = (self.place.data / "postmaster.pid").read_text(encoding="utf-8").split()
            return AlreadyRunning(folder=self.place.data, process=lines[0] if lines else "unknown")
        reasons = re.findall(r"(?:FATAL|PANIC|ERROR|error):\s+(.*)", words)
        last = [line for line in words.splitlines() if line.strip()][-1:] or ["it ended without a word"]
        return ServerFailed(why=(reasons or last)[-1], log=self.place.log)
