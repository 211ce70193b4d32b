"""The web server: granian on `troth.wsgi`, TLS 1.2 and 1.3, several processes with a few threads each."""

import ctypes
import gc
import multiprocessing.util
import os
import signal
import sys
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings

from troth.host import logs, tls
from troth.host.config import Config
from troth.keys import workers

_PR_SET_PDEATHSIG = 1
_LOGGING: dict[str, Any] = {
    "root": {},
    "handlers": {},
    "formatters": {},
    "loggers": {
        "_granian": {"handlers": [], "level": "INFO", "propagate": True},
        "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
"""Granian's own log goes through ours; its access log, which would hold addresses and paths, does not exist."""


def serve(config: Config) -> None:
    """Serve until SIGTERM."""
    certificate, key = tls.certificate(config) if config.tls else (None, None)
    Granian(
        "troth.wsgi:application",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=config.threads,
        http=HTTPModes.auto,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        ssl_cert=certificate,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls12,
        websockets=False,
        backlog=1024,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=8,
        log_dictconfig=_LOGGING,
    ).serve()


def enter_worker() -> None:
    """In each web worker, before it serves: its own log handle, and no life after its parent's death."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    logs.open_log(Config.from_environment(), "web")
    # What stands after loading stays: a collection that walks through it for every batch of records is a fifth of its
    # time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    # A forked process runs no `atexit`: without this the register of processes would wait for each that ended.
    multiprocessing.util.Finalize(None, workers.stop, exitpriority=10)
