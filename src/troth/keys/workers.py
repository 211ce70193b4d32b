"""Processes that may hold opened keys: up to which epoch they have let go, and how the silent are cut off.

A process registers when it first asks for keys, and shows itself every second from a thread with a connection of its
own. It hears of a new epoch at once, drops what it had opened and says so. A process that does not answer is fenced:
its database connections are ended, so that nothing it began can finish; when it wakes it starts anew. What was in the
memory of a stopped process stays there until it wakes: docs/threat-model/keys.md.
"""

import atexit
import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connections

from troth.kernel import process
from troth.keys import cache, rows
from troth.keys.slots import POOL
from troth.keys.terms import TERMS, KeyTerms

CHANNEL: Final = "troth_epoch"
_LOG: Final = logging.getLogger(__name__)

_REGISTER: Final = (
    "insert into keys_worker (worker_id, kind, host, pid, epoch) "
    "select %s, %s, %s, %s, coalesce((select max(epoch) from keys_epoch), 0)"
)
_BEAT: Final = "update keys_worker set seen_at = now(), epoch = %s where worker_id = %s and fenced_at is null"
_LEAVE: Final = "delete from keys_worker where worker_id = %s"
_POLL_SECONDS: Final = 0.02


class _Heart:
    """The thread of one process that shows it to be alive."""

    def __init__(self, parameters: dict[str, Any], terms: KeyTerms) -> None:
        self.pid = os.getpid()
        self._parameters = parameters
        self._terms = terms
        self._stopping = threading.Event()
        self._registering = threading.Lock()
        self._lost = False
        self._connection: psycopg.Connection[Any] | None = None
        self.register()
        self._thread = threading.Thread(target=self._run, name="troth-heart", daemon=True)
        self._thread.start()

    @property
    def beats(self) -> bool:
        return self._connection is not None and self.pid == os.getpid() and self._thread.is_alive()

    @property
    def is_ours(self) -> bool:
        """Neither a forked child's parent's, nor one whose thread has ended."""
        return self.pid == os.getpid() and self._thread.is_alive()

    def register(self) -> psycopg.Connection[Any]:
        """Be on the register, under a new identity if we were off it, holding nothing from before."""
        with self._registering:
            if self._connection is None:
                if self._lost:
                    # Whatever was loaded since is nobody's to keep, and the old name is cut off.
                    cache.forget()
                    POOL.forget()
                    process.renew()
                self._connection = self._connect()
            return self._connection

    def stop(self) -> None:
        """Say good-bye, so that no epoch waits for this process. Does nothing in a forked child."""
        if self.pid != os.getpid() or self._stopping.is_set():
            return
        self._stopping.set()
        self._thread.join(timeout=2 * self._terms.heartbeat.total_seconds())

    def _connect(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = psycopg.connect(
            **self._parameters | {"application_name": process.application_name(), "autocommit": True}
        )
        kind = os.environ.get("TROTH_PROCESS", "cli")
        connection.execute(_REGISTER, [process.identity(), kind, socket.gethostname(), self.pid])
        connection.execute(f"listen {CHANNEL}")
        return connection

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                connection = self.register()
                for _ in connection.notifies(timeout=self._terms.heartbeat.total_seconds(), stop_after=1):
                    pass
                if not self._stopping.is_set():
                    self._beat(connection)
            except psycopg.Error as error:
                self._lose(type(error).__name__)
        self._leave()

    def _beat(self, connection: psycopg.Connection[Any]) -> None:
        found = connection.execute(cache.EPOCH).fetchone()
        epoch = int(found[0] or 0) if found else 0
        # Everything of an older epoch is dropped before we say that it is.
        cache.at(epoch)
        if connection.execute(_BEAT, [epoch, process.identity()]).rowcount != 1:
            self._lose("fenced")

    def _lose(self, why: str) -> None:
        """Cut off, or the database is away: what we hold may be stale, so we hold nothing."""
        _LOG.warning("keys.worker_lost", extra={"why": why})
        connection, self._connection = self._connection, None
        self._lost = True
        cache.forget()
        POOL.forget()
        if connection is not None:
            connection.close()
        self._stopping.wait(self._terms.heartbeat.total_seconds())

    def _leave(self) -> None:
        cache.forget()
        connection, self._connection = self._connection, None
        if connection is not None and not connection.closed:
            try:
                connection.execute(_LEAVE, [process.identity()])
            except psycopg.Error:
                _LOG.info("keys.worker_left_without_a_word")
            connection.close()


_heart: _Heart | None = None
_starting = threading.Lock()


def ensure(using: str) -> None:
    """Make sure that this process is registered, alive to epochs, and that its connection carries its name."""
    global _heart  # noqa: PLW0603 - one process has one heart
    if _heart is None or not _heart.beats:
        with _starting:
            if _heart is not None and _heart.is_ours:
                _heart.register()
            else:
                _heart = _Heart(connections["default"].get_connection_params(), TERMS)
                atexit.register(_heart.stop)
    name = process.application_name()
    connection = connections[using].connection
    if connection.pgconn.parameter_status(b"application_name") != name.encode():
        # The name of a session, not of a transaction: set_config's third argument is false on purpose.
        rows.execute(using, "select set_config('application_name', %s, false)", [name])


def stop() -> None:
    """Let go of all keys and take this process off the register."""
    if _heart is not None:
        _heart.stop()


def acknowledged(epoch: int, *, using: str = "keeper") -> bool:
    """Whether every process has let go of what came before this epoch, or was cut off with no connection left."""
    found = rows.fetch(
        using,
        "select not exists (select from keys_worker where fenced_at is null and epoch < %s) "
        "and not exists (select from pg_stat_activity a join keys_worker w "
        "on a.application_name = 'troth:' || w.worker_id where w.fenced_at is not null and w.epoch < %s)",
        [epoch, epoch],
    )
    return bool(found[0][0])


def fence(epoch: int, *, using: str = "keeper", terms: KeyTerms = TERMS) -> Sequence[UUID]:
    """Cut off the processes that have been silent and still hold an older epoch's keys."""
    rows.execute(
        using,
        "update keys_worker set fenced_at = now() where fenced_at is null and epoch < %s and seen_at < now() - %s",
        [epoch, terms.silent_after],
    )
    # Marked first, then ended: what wakes in between finds that it is fenced. Ended again as long as one is left.
    found = rows.fetch(
        using,
        "select w.worker_id, pg_terminate_backend(a.pid, 5000) from keys_worker w "
        "left join pg_stat_activity a on a.application_name = 'troth:' || w.worker_id "
        "where w.fenced_at is not null and w.epoch < %s",
        [epoch],
    )
    rows.execute(using, "delete from keys_worker where fenced_at < now() - %s", [terms.forget_after])
    return sorted({row[0] for row in found})


def await_acknowledged(epoch: int, *, within: timedelta, using: str = "keeper", terms: KeyTerms = TERMS) -> bool:
    """Wait for every process to let go, cutting the silent off. False when time is up: certify nothing then."""
    deadline = time.monotonic() + within.total_seconds()
    while not acknowledged(epoch, using=using):
        fence(epoch, using=using, terms=terms)
        if time.monotonic() >= deadline:
            return acknowledged(epoch, using=using)
        time.sleep(_POLL_SECONDS)
    return True
