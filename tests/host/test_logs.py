"""The log holds what our code says, and of everything else only where it came from."""

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from troth.host import logs
from troth.host.config import Config
from troth.kernel.errors import NotFound

SECRET = "wilhelmina@example.org"


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Config]:
    """A home whose log this process writes to; afterwards everything is as before."""
    root, before = logging.getLogger(), (logging.getLogger().handlers[:], logging.getLogger().level)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    found = Config.from_environment({"TROTH_HOME": str(tmp_path)})
    found.logs.mkdir()
    logs.open_log(found, "web")
    yield found
    root.handlers[:], _ = before
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logs._handler = None
    root.setLevel(before[1])
    logging.getLogger("procrastinate").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def _lines(config: Config) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (config.logs / "web.log").read_text().splitlines()]


def test_our_own_words_are_kept(config: Config) -> None:
    structlog.get_logger("troth.test").info("sealed", entries=7)
    (line,) = _lines(config)
    assert (line["event"], line["entries"], line["level"]) == ("sealed", 7, "info")
    assert line["timestamp"].endswith("Z")


def test_a_quick_line_looks_like_the_others(config: Config) -> None:
    logs.tell("request", status=200, route=None)
    (line,) = _lines(config)
    assert (line["event"], line["level"], line["status"], line["route"]) == ("request", "info", 200, None)
    assert line["timestamp"].endswith("Z")


def test_a_librarys_arguments_are_not(config: Config) -> None:
    logging.getLogger("django.request").warning("%s: %s", "Not Found", f"/people/{SECRET}")
    logging.getLogger("some.library").warning("could not parse " + SECRET)  # noqa: G003 - as libraries do
    assert [line["event"] for line in _lines(config)] == ["%s: %s", "(words withheld)"]
    assert SECRET not in (config.logs / "web.log").read_text()


def test_a_servers_own_words_are_formatted(config: Config) -> None:
    logging.getLogger("_granian").warning("worker %s left", 3)
    assert _lines(config)[0]["event"] == "worker 3 left"


def test_an_exception_is_its_type_and_place(config: Config) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        structlog.get_logger("troth.test").exception("failed")
        logging.getLogger("django.request").exception("oh %s", SECRET)
    ours, theirs = _lines(config)
    assert ours["exception"] == theirs["exception"] == "ValueError"
    assert any("test_logs.py" in place for place in ours["where"])
    assert SECRET not in (config.logs / "web.log").read_text()


def test_what_nobody_caught_is_told_the_same_way(config: Config, capfd: pytest.CaptureFixture[str]) -> None:
    def fall() -> None:
        raise ValueError(SECRET)

    thread = threading.Thread(target=fall)
    thread.start()
    thread.join()
    (line,) = _lines(config)
    assert (line["event"], line["exception"]) == ("uncaught in a thread", "ValueError")
    assert SECRET not in (config.logs / "web.log").read_text() + "".join(capfd.readouterr())


def test_our_own_errors_say_their_sentence(config: Config) -> None:
    try:
        raise NotFound(what="customer")
    except NotFound:
        structlog.get_logger("troth.test").exception("failed")
    assert _lines(config)[0]["code"] == "troth.not_found"


def test_it_is_ours_alone(config: Config) -> None:
    structlog.get_logger("troth.test").info("once")
    assert (config.logs / "web.log").stat().st_mode & 0o077 == 0


def test_a_full_file_moves_aside_and_writing_goes_on(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    log = structlog.get_logger("troth.test")
    monkeypatch.setattr(logs, "ROTATE_AT", 100)
    for turn in range(8):
        log.info("words " * 30, turn=turn)
        logs.rotate(config)
        monkeypatch.setattr(logging.getLogger().handlers[0], "_looked", 0.0)
    names = sorted(path.name for path in config.logs.iterdir())
    assert names == ["web.log.1", "web.log.2", "web.log.3", "web.log.4", "web.log.5"]
    assert json.loads((config.logs / "web.log.1").read_text())["turn"] == 7


def test_old_files_go(config: Config) -> None:
    (config.logs / "web.log.1").write_text("old\n")
    (config.logs / "web.log").write_text("now\n")
    old = time.time() - 31 * 86_400
    os.utime(config.logs / "web.log.1", (old, old))
    logs.rotate(config)
    assert [path.name for path in config.logs.iterdir()] == ["web.log"]


def test_a_full_disk_does_not_stop_us(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(logging, "raiseExceptions", False)
    monkeypatch.setattr(logs.os, "write", full)
    structlog.get_logger("troth.test").info("lost")
