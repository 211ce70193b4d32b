"""One foreground process that starts the others, watches them and stops them in order.

Guarantees: one supervisor per folder; a child that dies is started again, each time after a longer wait, visibly;
SIGTERM and SIGINT stop web, worker, sealer and database in this order and leave no process behind; when the supervisor
itself is killed, the kernel ends its children (`leash`), and the next start takes up what they left.
"""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import structlog

from troth.host import install, logs, state
from troth.host.children import Database, Own, Watch, command
from troth.host.config import Config
from troth.host.errors import PortTaken, StartFailed
from troth.host.lock import FolderLock
from troth.kernel.clock import SYSTEM

log = structlog.get_logger("troth.host")

_TICK = 0.1
_ROTATE_EVERY = 60.0
_PATIENCE = {"web": 10.0, "worker": 15.0, "sealer": 15.0, "postgres": 30.0}


class _Stopped(Exception):
    """Somebody asked us to stop while we were still starting."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the person who starts it must see. The link is a secret: shown once, on this terminal, kept nowhere."""

    address: str
    created: bool
    enrolment_link: str | None
    warnings: tuple[str, ...]
    certificate: str | None


@dataclass
class Supervisor:
    """The state of one run."""

    config: Config
    announce: Callable[[Announcement], None]
    only: tuple[str, ...] = ("web", "worker", "sealer")
    stopping: bool = False
    phase: str = "starting"
    database: Database | None = None
    children: list[Own] = field(default_factory=list)
    _installing: "subprocess.Popen[bytes] | None" = None
    _noted: object = None
    _since: Any = field(default_factory=SYSTEM.now)

    def run(self) -> None:
        """Everything from the first folder to the last stopped process."""
        install.prepare_home(self.config)
        lock = FolderLock(state.lock_path(self.config))
        lock.take()
        try:
            logs.open_log(self.config, "supervisor")
            with self._signals():
                self._live()
        finally:
            lock.release()

    def _live(self) -> None:
        try:
            self._start()
            self._tend()
        except _Stopped:
            pass
        finally:
            self._stop()

    def _start(self) -> None:
        install.empty_spool(self.config)
        log.info("starting", home=str(self.config.home), embedded=self.config.embedded)
        if self.config.embedded:
            self.database = Database(self.config)
            self.database.start()
            self._note()
        self._pause_point()
        announcement = self._install()
        self._pause_point()
        if "web" in self.only:
            self._await_port()
        for name in self.only:
            child = Own(self.config, name, self._web_answers if name == "web" else lambda: True)
            self.children.append(child)
            child.start()
        while not self.stopping and any(child.watch.state == "starting" for child in self.children):
            self._tend_once()
        self._pause_point()
        self.phase = "running"
        self._note()
        log.info("running", address=self.config.address)
        self.announce(announcement)

    def _pause_point(self) -> None:
        if self.stopping:
            raise _Stopped

    def _install(self) -> Announcement:
        """Migrations and keys in a process of their own: neither the owner's login nor a key ever lives in this one."""
        words, environment = command(self.config, "setup")
        self._installing = subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
        )
        out, _ = self._installing.communicate()
        code, self._installing = self._installing.returncode, None
        self._pause_point()
        try:
            answer = json.loads(out.splitlines()[-1]) if out.strip() else {}
        except ValueError:
            answer = {}
        if code != 0 or "started" not in answer:
            fault = answer.get("fault") or {
                "words": f"The first start ended with exit code {code}.",
                "advice": f"Look at {self.config.logs / 'setup.log'}.",
                "cause": "host.start_failed",
            }
            raise StartFailed(**fault)
        return Announcement(address=self.config.address, **answer["started"])

    def _await_port(self) -> None:
        """The port may still be held for a moment by the web process of a start that was killed."""
        deadline = time.monotonic() + 10.0
        while not self._port_free():
            self._pause_point()
            if time.monotonic() > deadline:
                raise PortTaken(port=self.config.port, host=self.config.host)
            time.sleep(0.2)

    def _port_free(self) -> bool:
        family = socket.AF_INET6 if ":" in self.config.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.config.host, self.config.port))
            except OSError:
                return False
        return True

    def _web_answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.config.host, self.config.host)  # noqa: S104 - compared
        try:
            with socket.create_connection((host, self.config.port), timeout=0.2):
                return True
        except OSError:
            return False

    def _tend(self) -> None:
        rotated = time.monotonic()
        while not self.stopping:
            self._tend_once()
            if time.monotonic() - rotated > _ROTATE_EVERY:
                rotated = time.monotonic()
                logs.rotate(self.config)

    def _tend_once(self) -> None:
        if self.database is not None:
            self.database.tend()
        for child in self.children:
            child.tend()
        self._note()
        time.sleep(_TICK)

    def _watches(self) -> list[tuple[Watch, int | None]]:
        first = [(self.database.watch, self.database.number)] if self.database else []
        return [*first, *((child.watch, child.number) for child in self.children)]

    def _note(self) -> None:
        watches = self._watches()
        seen = (self.phase, [(watch.name, watch.state, number, watch.restarts) for watch, number in watches])
        if seen != self._noted:
            try:
                state.note(self.config, self._since, self.phase, watches)
            except OSError as error:  # a full disk must not end the one process that can wait for room
                log.error("can't note", why=error.strerror)  # noqa: TRY400 - its place says nothing
                return
            self._noted = seen
            for watch, number in watches:
                log.info("process", name=watch.name, state=watch.state, number=number, words=watch.words)

    def _stop(self) -> None:
        self.phase = "stopping"
        log.info("stopping")
        for child in self.children:
            child.stop(_PATIENCE[child.watch.name])
            self._note()
        if self.database is not None:
            self.database.stop(_PATIENCE["postgres"])
        self.phase = "stopped"
        self._note()
        log.info("stopped")

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        if self._installing is not None and self._installing.poll() is None:
            self._installing.terminate()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._asked) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(config: Config, announce: Callable[[Announcement], None]) -> None:
    """Start everything, call `announce` once it serves, and return when it has been asked to stop and has stopped.

    Must be called from the main thread (signals; the kernel's leash counts on it). Raises what prevents the start.
    """
    Supervisor(config, announce).run()
