"""Our own web server, as somebody on the network meets it: asked over a socket, never through our own code.

Guarantees: only the address that this installation serves is ever connected to; nothing waits longer than `SECONDS`;
what the server answers is looked at, and believed in nothing.
"""

import http.client
import socket
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from cryptography import x509
from django.conf import settings

SECONDS: Final = 5.0
_BODY: Final = 256 * 1024
_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with what we serve, not bound
_NAME: Final = "localhost"

Version = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
_VERSIONS: Final[Mapping[Version, ssl.TLSVersion]] = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hands:
    """A handshake that the server agreed to."""

    version: str
    suite: str
    ends: datetime
    """When the certificate ends."""
    self_made: bool


class Untried(Exception):
    """This machine's own TLS library would not even ask."""


def place() -> tuple[str, int]:
    """Where our server listens, as this machine reaches it."""
    host = str(settings.CONFIG.host)
    return _ANY.get(host, host), settings.CONFIG.port


def reached() -> bool:
    """Whether anything answers there."""
    try:
        with socket.create_connection(place(), timeout=SECONDS):
            return True
    except OSError:
        return False


def ask(method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
    """One request; redirects are not followed. Raises OSError or http.client.HTTPException where there is no answer."""
    host, port = place()
    connection = (
        http.client.HTTPSConnection(host, port, timeout=SECONDS, context=_context())
        if settings.CONFIG.tls
        else http.client.HTTPConnection(host, port, timeout=SECONDS)
    )
    try:
        connection.request(method, path, body=body, headers={"Host": f"{_NAME}:{port}"} | dict(headers or {}))
        answer = connection.getresponse()
        given = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, given, answer.read(_BODY))
    finally:
        connection.close()


def shake_hands(version: Version, suites: str | None = None, curve: str | None = None) -> Hands | None:
    """Offer one version (and suites, or a curve) only. None when the server refuses; Untried when we could not ask."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the old versions are named so that they are refused
            context = _context()
            context.set_ciphers(suites or "ALL:@SECLEVEL=0")
            if curve is not None:
                context.set_ecdh_curve(curve)
            context.minimum_version = context.maximum_version = _VERSIONS[version]
    except (ssl.SSLError, ValueError) as error:
        raise Untried(type(error).__name__) from error
    try:
        with (
            socket.create_connection(place(), timeout=SECONDS) as raw,
            context.wrap_socket(raw, server_hostname=_NAME) as wrapped,
        ):
            return _hands(wrapped)
    except ssl.SSLError as error:
        # An alert is the server's word; everything else happened on our side of the wire.
        if "ALERT" in (error.reason or "") or isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return None
        raise Untried(error.reason or "unknown") from error
    except (ConnectionResetError, BrokenPipeError):
        return None


def plain() -> Literal["refused", "redirected", "answered"]:
    """What the port says to somebody who speaks no TLS."""
    try:
        with socket.create_connection(place(), timeout=SECONDS) as raw:
            raw.sendall(f"GET / HTTP/1.1\r\nHost: {_NAME}\r\nConnection: close\r\n\r\n".encode())
            said = raw.recv(4096)
    except OSError:
        return "refused"
    if not said.startswith(b"HTTP/"):
        return "refused"
    status = said.split(b" ", 2)[1:2]
    elsewhere = b"location: https://" in said.lower()
    if status and status[0][:1] == b"3" and elsewhere:
        return "redirected"
    # A server that only says that this is no way to talk to it has shown nothing.
    return "refused" if status and status[0] in {b"400", b"421", b"426", b"497"} else "answered"


def _context() -> ssl.SSLContext:
    """Anybody's certificate will do: whose it is, is looked at; nothing secret is sent but a canary's own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _hands(wrapped: ssl.SSLSocket) -> Hands:
    raw = wrapped.getpeercert(binary_form=True)
    if raw is None:
        raise Untried("no certificate")
    certificate = x509.load_der_x509_certificate(raw)
    suite = wrapped.cipher()
    return Hands(
        version=wrapped.version() or "unknown",
        suite=suite[0] if suite else "unknown",
        ends=certificate.not_valid_after_utc,
        self_made=certificate.issuer == certificate.subject,
    )
