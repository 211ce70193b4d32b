"""Webhooks over TLS: the certificate must be trusted, and must be for the name that was given."""

import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.messages.conftest import LOCAL
from troth.host import tls
from troth.messages import addresses, outbound


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """An HTTPS server whose certificate is for `localhost` alone."""
    from troth.kernel.clock import SYSTEM

    paths = (tmp_path / "certificate.pem", tmp_path / "key.pem")
    tls._write(paths, ["localhost"], SYSTEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    made = HTTPServer(("127.0.0.1", 0), _Handler)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    Thread(target=made.serve_forever, daemon=True).start()
    yield made.server_address[1], paths[0]
    made.shutdown()
    made.server_close()


@pytest.fixture
def trusting(server: tuple[int, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Its certificate among those that this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server[1]))
    outbound._tls.cache_clear()
    yield server[0]
    outbound._tls.cache_clear()


def _post(host: str, port: int) -> int:
    return outbound.post(addresses.parse(f"https://{host}:{port}/"), b"{}", {}, allowed=LOCAL)


def test_a_trusted_certificate_for_the_name_is_taken(trusting: int) -> None:
    assert _post("localhost", trusting) == 204


def test_one_for_another_name_is_refused(trusting: int) -> None:
    with pytest.raises(outbound.Unanswered) as refusal:
        _post("127.0.0.1", trusting)
    assert refusal.value.reason == "certificate_refused"


def test_one_that_nobody_vouches_for_is_refused(server: tuple[int, Path]) -> None:
    outbound._tls.cache_clear()
    with pytest.raises(outbound.Unanswered) as refusal:
        _post("localhost", server[0])
    assert refusal.value.reason == "certificate_refused"
