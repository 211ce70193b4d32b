"""The processes' logs: JSON lines in TROTH_HOME/log, one file per process kind, without anybody's data.

Guarantee: a line holds what our own code says with `structlog` (ids, names of operations, counts), and of everything
else (Django, libraries, exceptions) only its origin: libraries quote input in their messages, PostgreSQL key values.
"""

import contextlib
import datetime as dt
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import msgspec
import structlog

from troth.host.config import Config
from troth.kernel.errors import TrothError

_OURS = ("troth", "granian", "_granian")
ROTATE_AT = 20 * 1024 * 1024
KEPT = 5
_DAY = 86_400.0
_handler: "ReopeningHandler | None" = None


class ReopeningHandler(logging.Handler):
    """Appends to a file that others append to as well and that someone may move away: it then begins the new one."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._descriptor = -1
        self._looked = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.append((self.format(record) + "\n").encode())
        except OSError:
            self.handleError(record)  # a full disk must not stop the platform

    def append(self, line: bytes) -> None:
        """Write one line in one go, in append mode: lines of several processes never mix."""
        self._ensure_open()
        os.write(self._descriptor, line)

    def _ensure_open(self) -> None:
        now = time.monotonic()
        if self._descriptor >= 0 and now - self._looked < 1.0:
            return
        self._looked = now
        if self._descriptor >= 0:
            try:
                there, ours = self.path.stat(), os.fstat(self._descriptor)
                if (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino):
                    return
            except FileNotFoundError:
                pass
            os.close(self._descriptor)
            self._descriptor = -1
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._descriptor = os.open(self.path, flags, 0o600)


def _origin_only(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of a library's message keep the words that stand in its source, never what was put into them."""
    record: logging.LogRecord | None = event.get("_record")
    arguments = event.pop("positional_args", None)
    if record is not None and not event.get("_from_structlog"):
        if record.name.startswith(_OURS):
            event["event"] = record.msg % arguments if arguments else str(record.msg)
        elif not (arguments and isinstance(record.msg, str)):
            event["event"] = "(words withheld)"  # they may be made of anything
        event["logger"] = record.name
        if isinstance(action := getattr(record, "action", None), str):
            event["action"] = action
    return event


def _failure(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and place. Only our own errors' sentences are known to carry nobody's data."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        event["exception"] = type(error).__name__
        event["where"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        if isinstance(error, TrothError):
            event["code"], event["sentence"] = error.code, error.explain()
    return event


def tell(event: str, **facts: object) -> None:
    """One line past the machinery, for what happens a thousand times a second. Silent where no log was opened."""
    if _handler is not None:
        line = msgspec.json.encode({"event": event, "level": "info", "timestamp": dt.datetime.now(dt.UTC)} | facts)
        with contextlib.suppress(OSError):
            _handler.append(line + b"\n")


def open_log(config: Config, process: str) -> None:
    """Send everything that this process says to TROTH_HOME/log/<process>.log."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    global _handler  # noqa: PLW0603 - one process has one log
    handler = _handler = ReopeningHandler(config.logs / f"{process}.log")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            use_get_message=False,
            pass_foreign_args=True,
            processors=[
                _origin_only,
                _failure,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    _catch_the_uncaught()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # it tells of each poll and job


def _catch_the_uncaught() -> None:
    """What nobody caught is told here too: Python would print it with its message."""
    uncaught = structlog.get_logger("troth.host")
    sys.excepthook = lambda kind, error, trace: uncaught.critical("uncaught", exc_info=error)
    threading.excepthook = lambda found: uncaught.critical("uncaught in a thread", exc_info=found.exc_value)
    sys.unraisablehook = lambda found: uncaught.error("uncaught in a destructor", exc_info=found.exc_value)


def rotate(config: Config, now: float | None = None) -> None:
    """Move full files aside and remove what is too old. Called by the supervisor alone, every minute."""
    oldest = (now or time.time()) - config.log_days * _DAY
    for path in config.logs.glob("*.log"):
        if path.stat().st_size > ROTATE_AT:
            for number in range(KEPT - 1, 0, -1):
                older = path.with_name(f"{path.name}.{number}")
                if older.exists():
                    older.replace(path.with_name(f"{path.name}.{number + 1}"))
            path.replace(path.with_name(f"{path.name}.1"))
    for path in config.logs.glob("*.log.*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
