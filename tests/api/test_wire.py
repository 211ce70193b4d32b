"""The API behind the real server, byte by byte: what no client library would send."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.api.conftest import Home
from tests.fixtures.world import World

SERVE = "from troth.host.config import Config; from troth.host.web import serve; serve(Config.from_environment())"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A web server on the test's own database."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        found = int(probe.getsockname()[1])
    settings = {"TROTH_PROCESS": "web", "TROTH_TLS": "off", "TROTH_PORT": str(found), "TROTH_WORKERS": "1"}
    server = subprocess.Popen([sys.executable, "-c", SERVE], env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", found)) == 0:
                    break
            time.sleep(0.1)
        yield found
    finally:
        server.terminate()
        server.wait(20)


def talk(port: int, sent: bytes, *, hang_up: bool = False) -> tuple[int, bytes]:
    """Send these bytes; the status and all that comes back (0 when the server just closes)."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(sent)
        if hang_up:
            connection.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while True:
                piece = connection.recv(65_536)
                if not piece:
                    break
                got += piece
                head, found, rest = got.partition(b"\r\n\r\n")
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                if found and length and len(rest) >= int(length[0].split(b":")[1]):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
    return (int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/") else 0), got


def head(method: str, path: str, key: str, *lines: str) -> bytes:
    told = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}", "Troth-Purpose: test"]
    return ("\r\n".join([*told, *lines]) + "\r\n\r\n").encode("latin-1")


@pytest.fixture
def key(world: World, home: Home) -> str:
    return world.api_key(home.owner)


def _count(home: Home) -> int:
    return len(home.api("GET", f"{home.base}/datasets/{home.dataset_id}/records").json["records"])


BODY = json.dumps({"records": [{"email": "wire@example.org"}]}).encode()


def test_an_ordinary_request(port: int, home: Home, key: str) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    kind = "Content-Type: application/json"
    status, got = talk(port, head("POST", path, key, kind, f"Content-Length: {len(BODY)}") + BODY)
    assert status == 201, got
    record_id = json.loads(got.partition(b"\r\n\r\n")[2])["records"][0]["record_id"]
    status, got = talk(port, head("GET", f"{home.base}/records/{record_id}", key))
    assert status == 200
    assert b"wire@example.org" in got


def test_a_body_that_breaks_off_changes_nothing(port: int, home: Home, key: str) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    sent = head("POST", path, key, "Content-Type: application/json", f"Content-Length: {len(BODY) + 9}") + BODY
    status, _ = talk(port, sent, hang_up=True)
    assert status in {0, 400}
    assert _count(home) == 0


@pytest.mark.parametrize("tail", [b"0\r\n\r\n", b"", b"zz\r\n", b"ffffffffffffffff1\r\n"])
def test_chunked_bodies(port: int, home: Home, key: str, tail: bytes) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    chunk = b"%x\r\n" % len(BODY) + BODY + b"\r\n"
    sent = head("POST", path, key, "Content-Type: application/json", "Transfer-Encoding: chunked") + chunk + tail
    status, _ = talk(port, sent, hang_up=True)
    assert status in {0, 400, 411}
    assert _count(home) == 0


def test_two_lengths_do_not_smuggle_a_second_request(port: int, home: Home, key: str) -> None:
    path = f"{home.base}/datasets/{home.dataset_id}/records"
    hidden = head("DELETE", path, key)
    for lines in (
        ("Content-Length: 5", f"Content-Length: {len(hidden)}"),
        ("Transfer-Encoding: chunked", f"Content-Length: {len(hidden)}"),
        ("Transfer-Encoding: identity, chunked", "Content-Length: 3"),
    ):
        status, got = talk(port, head("POST", path, key, "Content-Type: application/json", *lines) + hidden)
        assert status in {0, 400, 411, 413, 415, 422, 501}, got
        assert got.count(b"HTTP/1.1") <= 2
    assert _count(home) == 0


@pytest.mark.parametrize(
    "line",
    [
        "Troth-Purpose: a\x00b",
        "Troth-Purpose: a\rSet-Cookie: x=y",
        "Troth-Reason: \xff\xfe",
        "If-Match: " + "x" * 70_000,
        "Bad Header: x",
        ": x",
    ],
)
def test_headers_that_break_the_rules(port: int, home: Home, key: str, line: str) -> None:
    status, got = talk(port, head("GET", f"{home.base}/records/{home.customer_id}", key, line))
    assert status in {0, 400, 404, 422, 431}, got
    assert b"Set-Cookie" not in got
    assert b"set-cookie" not in got.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/%ff%fe",
        "/api/v1/customers/%0d%0aSet-Cookie:%20x=y",
        "//api/v1/customers",
        "/api/v1/../../etc/passwd",
        "/api/\xff",
    ],
)
def test_paths_that_break_the_rules(port: int, key: str, path: str) -> None:
    status, got = talk(port, head("GET", path, key))
    assert status in {0, 301, 302, 400, 404}, got
    assert b"set-cookie: x=y" not in got.lower()
    assert b"root:" not in got


def test_a_forwarded_address_is_not_believed(port: int, home: Home, key: str) -> None:
    statuses = set()
    for number in range(120):
        forwarded = f"X-Forwarded-For: 203.0.113.{number}"
        status, _ = talk(port, head("GET", "/api/v1/actor", "troth_wrong", forwarded))
        statuses.add(status)
    assert statuses == {401, 429}


def test_the_server_still_serves(port: int, home: Home, key: str) -> None:
    assert talk(port, head("GET", "/api/v1/actor", key))[0] == 200
