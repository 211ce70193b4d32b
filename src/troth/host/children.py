"""The processes under the supervisor: how each is started, watched, restarted and stopped."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from troth.host import leash
from troth.host.config import Config
from troth.host.errors import HostError
from troth.host.postgres import Embedded
from troth.kernel.clock import SYSTEM

State = Literal["starting", "running", "waiting", "stopped"]
LONGEST_WAIT = 30.0
SOUND_AFTER = 60.0
"""Seconds of life after which earlier failures no longer count."""


@dataclass
class Watch:
    """What the supervisor knows of one process, whatever it is."""

    name: str
    state: State = "stopped"
    since: datetime = field(default_factory=SYSTEM.now)
    restarts: int = 0
    words: str = ""
    _failures: int = 0
    _begun: float = 0.0
    _next: float = 0.0

    def enter(self, state: State, words: str = "") -> None:
        """Note a change of state."""
        self.state, self.words, self.since = state, words, SYSTEM.now()

    def failed(self, words: str) -> None:
        """It ended without being asked: wait longer each time."""
        now = time.monotonic()
        self._failures = 1 if now - self._begun > SOUND_AFTER else self._failures + 1
        self._next = now + min(0.25 * 2**self._failures, LONGEST_WAIT)
        self.restarts += 1
        self.enter("waiting", words)

    def begun(self) -> None:
        """It was started."""
        self._begun = time.monotonic()
        self.enter("starting")

    def due(self) -> bool:
        """Is the wait over?"""
        return time.monotonic() >= self._next


def command(config: Config, name: str) -> tuple[list[str], dict[str, str]]:
    """The command and the environment of one of our own processes, leashed to this one."""
    environment = dict(os.environ)
    environment |= {
        "TROTH_PROCESS": name,
        "TROTH_HOME": str(config.home),
        "DJANGO_SETTINGS_MODULE": "troth.settings",
        "PYTHONUNBUFFERED": "1",
    }
    if name != "setup":
        # The administrator's login is for the installing process; the roles' own passwords stand in a file.
        environment = _without_password(environment)
    words = [
        *(sys.executable, "-I", "-S", str(Path(leash.__file__)), str(int(signal.SIGTERM)), str(os.getpid()), "-"),
        *(sys.executable, "-m", "troth.host.child", name),
    ]
    return words, environment


def _without_password(environment: dict[str, str]) -> dict[str, str]:
    url = environment.get("TROTH_DATABASE_URL", "")
    scheme, mark, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    if mark and at:
        environment["TROTH_DATABASE_URL"] = f"{scheme}://{login.partition(':')[0]}@{place}"
    return environment


class Own:
    """One of our own Python processes: web, worker or sealer."""

    def __init__(self, config: Config, name: str, ready: Callable[[], bool] = lambda: True) -> None:
        self.config = config
        self.watch = Watch(name)
        self.process: subprocess.Popen[bytes] | None = None
        self._ready = ready

    @property
    def number(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        words, environment = command(self.config, self.watch.name)
        log = self.config.logs / f"{self.watch.name}.out"
        # What a dying interpreter says may quote values: nobody else's to read.
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            os.fchmod(out.fileno(), 0o600)
            self.process = subprocess.Popen(
                words,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.watch.begun()

    def tend(self) -> None:
        """Look after it once: note that it came up, that it died, or start it again when its wait is over."""
        if self.watch.state == "waiting":
            if self.watch.due():
                self._try_again()
        elif self.process is not None and (code := self.process.poll()) is not None:
            self._kill_group()
            self.process = None
            self.watch.failed(f"it ended with {_how(code)}")
        elif self.watch.state == "starting" and self._ready():
            self.watch.enter("running")

    def _try_again(self) -> None:
        try:
            self.start()
        except OSError as error:
            self.watch.failed(f"it can't be started: {error.strerror}")

    def stop(self, patience: float) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
            self._kill_group()
        self.process = None
        self.watch.enter("stopped")

    def _kill_group(self) -> None:
        """Whatever it started is in its session: nothing of it stays."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()


class Database:
    """The embedded server, as the supervisor's first child."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.server = Embedded(config)
        self.watch = Watch("postgres")

    @property
    def number(self) -> int | None:
        return self.server.process.pid if self.server.process else None

    def start(self) -> None:
        """Start it and wait until it answers: what stands in its way is raised."""
        self.watch.begun()
        self.server.start()
        self.watch.enter("running")

    def tend(self) -> None:
        try:
            if self.watch.state == "waiting":
                if self.watch.due():
                    self.watch.begun()
                    self.server.launch()
            elif self.server.ready() and self.watch.state == "starting":
                self.watch.enter("running")
        except HostError as error:
            self.watch.failed(f"{error.explain()} {error.advise()}")
        except OSError as error:
            self.watch.failed(f"it can't be started: {error.strerror}.")

    def stop(self, patience: float) -> None:
        self.server.stop(patience)
        self.watch.enter("stopped")


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
