"""One POST to somewhere we do not trust.

Guarantees: it goes to the address that was judged, whatever the name resolves to now; redirects are not followed, no
proxy of the environment is used; the whole exchange ends after `SECONDS`, however slowly the other side drips; of the
answer at most `ANSWER_AT_MOST` bytes are read and none is kept.
"""

import socket
import ssl
from collections.abc import Iterable, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import TYPE_CHECKING

from troth.messages.addresses import Address, Network, Target, resolve
from troth.messages.errors import BadAddress

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 15.0
CONNECT_SECONDS = 5.0
ANSWER_AT_MOST = 65_536


class Unanswered(Exception):
    """The call came to nothing; `reason` is a code, never a text of the other side's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Connection(HTTPConnection):
    """HTTP to one judged address; the host's name is for TLS and the Host header alone."""

    def __init__(self, target: Target, address: Address) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self._target, self._address = target, address

    def connect(self) -> None:
        """Connect to the address, never to the name."""
        raw = socket.create_connection((str(self._address), self._target.port), CONNECT_SECONDS)
        try:
            if self._target.scheme == "https":
                raw = _tls().wrap_socket(raw, server_hostname=self._target.host)
        except BaseException:
            raw.close()
            raise
        raw.settimeout(SECONDS)
        self.sock = raw


def post(target: Target, body: bytes, headers: Mapping[str, str], *, allowed: Iterable[Network] = ()) -> int:
    """Send the body and return the status of the answer. Raises Unanswered."""
    try:
        connection = _Connection(target, resolve(target, allowed))
    except BadAddress:
        raise Unanswered("address_refused") from None
    given = {
        "Host": target.authority,
        "Content-Type": "application/json",
        "User-Agent": "Troth-Webhooks/1",
        "Connection": "close",
        **headers,
    }
    try:
        connection.connect()
        with _ending(connection, SECONDS) as late:
            connection.request("POST", target.path, body=body, headers=given)
            answer = connection.getresponse()
            if late:
                # Its headers were cut off by us: what looks like an answer is none.
                raise Unanswered("timed_out")
            with suppress(OSError, HTTPException):
                # Out of courtesy, so that the other side is not cut off; its status is all that counts.
                answer.read(ANSWER_AT_MOST)
            return answer.status
    except ssl.SSLCertVerificationError:
        raise Unanswered("certificate_refused") from None
    except TimeoutError:
        raise Unanswered("timed_out") from None
    except ConnectionRefusedError:
        raise Unanswered("connection_refused") from None
    except (OSError, HTTPException, ValueError):
        raise Unanswered("connection_failed") from None
    finally:
        connection.close()


@contextmanager
def _ending(connection: HTTPConnection, seconds: float) -> "Iterator[list[bool]]":
    """Shut the socket when the time is over: a time-out per read alone would let a slow sender hold us for hours."""
    late: list[bool] = []

    def end() -> None:
        late.append(True)
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    except (OSError, HTTPException, ValueError):
        if late:
            raise Unanswered("timed_out") from None
        raise
    finally:
        timer.cancel()


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
