"""Where the demonstration plays: an installation folder of its own, and the platform as a process beside it.

Guarantee: it clears only folders that a demonstration made (they hold its mark), and never one that is in use.
"""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from troth.cli.exits import Exit
from troth.kernel.errors import TrothError

MARK = "made-by-troth-demo"
DEFAULT_HOME = Path("var/demo")
PORTS = range(8443, 8543)
START_WITHIN = 120.0
_LINK = re.compile(r"https?://\S+/enrol/\S+")


class NotOurs(TrothError):
    """The folder is somebody's installation."""

    code = "demo.not_ours"
    status = 409
    sentence = "{home} is not empty, and no demonstration made it."
    next_step = "Nothing was changed. Name another folder with DEMO_HOME."


class InUse(TrothError):
    """Another demonstration plays there."""

    code = "demo.in_use"
    status = 409
    sentence = "Another demonstration is running in {home}."
    next_step = "Stop it with Ctrl-C in its terminal, or with `TROTH_HOME={home} troth down`."


class DidNotStart(TrothError):
    """The platform did not come up."""

    code = "demo.did_not_start"
    status = 503
    sentence = "The platform did not start within {seconds:.0f} seconds, or it ended: {said}"
    next_step = "Its own words are in {log}."


class CommandFailed(TrothError):
    """A command of the story ended otherwise than it should."""

    code = "demo.command_failed"
    status = 500
    sentence = "`{command}` ended with {code_seen} instead of {code_wanted}: {said}"
    next_step = "This is a fault of Troth: the demonstration stops here."


@dataclass(slots=True)
class Stage:
    """One demonstration's installation."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """What the platform's processes say."""
        return self.home / "platform.log"

    @property
    def papers(self) -> Path:
        """What the story's people take away. Outside the installation, which takes files in the clear for a leak."""
        return papers_of(self.home)

    @property
    def shown(self) -> str:
        """The folder as short as it can be said from here."""
        here = Path.cwd()
        return str(self.home.relative_to(here)) if self.home.is_relative_to(here) else str(self.home)

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def certificate(self) -> Path:
        """The installation's own TLS certificate: the only one that the demonstration trusts."""
        from troth.host import tls
        from troth.host.config import Config

        return tls.certificate(Config.from_environment(self.environment))[0]

    def up(self) -> str:
        """Start the platform; the operator's enrolment link once it answers."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*_troth(), "up"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                # Ctrl-C reaches the demonstration alone, which then stops the platform in order.
                start_new_session=True,
            )
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            found = _LINK.search(self.log.read_text(encoding="utf-8", errors="replace"))
            if found and self.answers():
                return found[0].rstrip(".")
            time.sleep(0.2)
        said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise DidNotStart(seconds=START_WITHIN, said=said[-1] if said else "not a word", log=self.log)

    def answers(self) -> bool:
        """Does the port take connections?"""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def down(self) -> None:
        """Stop the platform in order, and wait for it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def troth(self, *arguments: str, stdin: str = "", expect: int = Exit.DONE, shown: bool = False) -> str:
        """Run a `troth` command as a person would; what it wrote to standard output."""
        done = subprocess.run(
            [*_troth(), *arguments],
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=None if shown else subprocess.PIPE,
            env=self.environment,
            check=False,
        )
        if done.returncode != expect:
            said = (done.stderr or b"").decode("utf-8", "replace").strip() or "see above"
            raise CommandFailed(
                command=f"troth {' '.join(arguments[:2])}",
                code_seen=done.returncode,
                code_wanted=int(expect),
                said=said,
            )
        return done.stdout.decode()

    def ask(self, *arguments: str, stdin: str = "", expect: int = Exit.DONE, shown: bool = False) -> Any:
        """The same with `--json`, read."""
        return json.loads(self.troth(*arguments, "--json", stdin=stdin, expect=expect, shown=shown))

    def old_copy(self, *arguments: str, stdin: str = "") -> Any:
        """Take or try an old copy of the database (`troth.cli.demo.old_copy`)."""
        done = subprocess.run(
            [sys.executable, "-m", "troth.cli.demo.old_copy", *arguments],
            input=stdin.encode(),
            capture_output=True,
            env=self.environment,
            check=False,
        )
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise CommandFailed(
                command=f"old_copy {arguments[0]}",
                code_seen=done.returncode,
                code_wanted=0,
                said=said[-1] if said else "",
            )
        return json.loads(done.stdout)


def _troth() -> Sequence[str]:
    return (sys.executable, "-m", "troth.cli")


def papers_of(home: Path) -> Path:
    """The folder beside an installation's."""
    return home.with_name(f"{home.name}-papers")


def prepare(home: Path) -> Stage:
    """An empty folder for the demonstration, the previous one cleared away."""
    home = home.resolve()
    mark = home / MARK
    if home.exists() and any(home.iterdir()):
        if not mark.exists():
            raise NotOurs(home=home)
        _refuse_in_use(home)
        _clear(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    papers_of(home).mkdir(exist_ok=True, mode=0o700)
    for folder in (home, papers_of(home)):
        said = "This folder belongs to `make demo`, which empties it at every start.\n"
        (folder / MARK).write_text(said, encoding="utf-8")
    port = _free_port()
    return Stage(home=home, port=port, environment=_environment(home, port))


def _environment(home: Path, port: int) -> dict[str, str]:
    """Nothing of another installation's settings may reach this one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    debug = {"TROTH_DEBUG": os.environ["TROTH_DEBUG"]} if "TROTH_DEBUG" in os.environ else {}
    said = {"TROTH_OPERATOR_NAME": "Example Agency", "TROTH_SECURITY_CONTACT": "mailto:security@example.com"}
    return kept | debug | said | {"TROTH_HOME": str(home), "TROTH_PORT": str(port), "PYTHONUNBUFFERED": "1"}


def _refuse_in_use(home: Path) -> None:
    from troth.host import state
    from troth.host.config import Config
    from troth.host.lock import holder

    if holder(state.lock_path(Config.from_environment({"TROTH_HOME": str(home)}))) is not None:
        raise InUse(home=home)


def _clear(home: Path) -> None:
    from troth.host import placement
    from troth.host.config import Config

    place = placement.of(Config.from_environment({"TROTH_HOME": str(home)}))
    if not place.data.is_relative_to(home) and place.data.parent.parent == placement.STATE:
        shutil.rmtree(place.data.parent, ignore_errors=True)
    if (papers_of(home) / MARK).exists():
        shutil.rmtree(papers_of(home))
    shutil.rmtree(home)


def _free_port() -> int:
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise DidNotStart(seconds=0.0, said=f"no port from {PORTS.start} to {PORTS.stop - 1} is free", log="-")


def password() -> str:
    """A password that nobody chose and nobody could guess: made here, printed once at the end, for the demo only."""
    return "-".join(secrets.token_hex(3) for _ in range(4))
