"""Every web request leaves a line in the log, whoever sent it and whatever it met (clauses N-2.4a, K-4h).

Requests that can be told apart by what they are (none carries a mark: the log would not hold it) are sent to our own
server, a page, an address that does not exist and a refusal among them; then their lines are counted.
"""

import http.client
import json
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from troth.promises.control import Control
from troth.promises.probing import own_server
from troth.promises.scope import Scope
from troth_judge.controls.web_requests_are_logged import Facts

_ASKED: Final = (("HEAD", "/sign-in"), ("GET", "/no-such-page"), ("GET", "/api/v1/actor"), ("DELETE", "/sign-in"))
"""A page, what is not there, what is refused, and what is not served."""
_KEYS: Final = frozenset({"method", "route", "status", "ms", "timestamp"})
_PATIENCE: Final = 2.0
_READ: Final = 8 * 1024 * 1024
_FEWEST, _MOST = 2, 5


def observe(scope: Scope) -> Facts:
    """Send some, and look for as many new lines."""
    path = scope.home / "log" / "web.log"
    start = _end(path)
    sent: Counter[tuple[str, int]] = Counter()
    try:
        for method, address in _ASKED:
            # How many is drawn each time, so that lines of others, or of a replay, don't come to the same sum.
            for _ in range(_FEWEST + secrets.randbelow(_MOST - _FEWEST + 1)):
                sent[method, own_server.ask(method, address).status] += 1
    except (OSError, http.client.HTTPException):
        return Facts(reached=False, there=path.exists(), sent=0, logged=0, whole=0)
    lines = _await(path, start, sent)
    seen = Counter((line.get("method"), line.get("status")) for line in lines)
    return Facts(
        reached=True,
        there=path.exists(),
        sent=sum(sent.values()),
        logged=sum(min(number, seen[kind]) for kind, number in sent.items()),
        whole=sum(1 for line in lines if line.keys() >= _KEYS),
    )


def _end(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_ino, status.st_size


def _await(path: Path, start: tuple[int, int], sent: Mapping[tuple[str, int], int]) -> list[dict[str, Any]]:
    """The request lines since `start`; a line stands before its answer leaves, but a file may just be rotated."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        lines = _since(path, start)
        if len(lines) >= sum(sent.values()) or time.monotonic() > deadline:
            return lines
        time.sleep(0.1)


def _since(path: Path, start: tuple[int, int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in (path.with_name(f"{path.name}.1"), path):
        number, size = _end(each)
        if not number or (each != path and number != start[0]):
            continue
        with each.open("rb") as file:
            file.seek(start[1] if number == start[0] and size >= start[1] else 0)
            found += _requests(file.read(_READ))
    return found


def _requests(data: bytes) -> list[dict[str, Any]]:
    found = []
    for raw in data.splitlines():
        try:
            line = json.loads(raw)
        except ValueError:
            continue
        if isinstance(line, dict) and line.get("event") == "request":
            found.append(line)
    return found


CONTROL = Control(
    id="web_requests_are_logged",
    kind="probed",
    title={"en": "Every web request is logged", "fr": "Chaque requête web est journalisée"},
    sees={
        "en": "Requests sent to our own server, pages, refusals and addresses that do not exist among them, and their "
        "lines in the web processes’ log: what was asked for, how it went, how long it took.",
        "fr": "Des requêtes envoyées à notre propre serveur, dont des pages, des refus et des adresses inexistantes, "
        "et leurs lignes dans le journal des processus web : ce qui était demandé, le résultat, la durée.",
    },
    could_lie_if={
        "en": "a proxy answers requests before they reach the platform; or the log is deleted after this look.",
        "fr": "un proxy répond à des requêtes avant qu’elles n’atteignent la plateforme ; ou si le journal est "
        "supprimé après cet examen.",
    },
    every=timedelta(hours=1),
    observe=observe,
)
