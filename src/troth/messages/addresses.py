"""Which addresses a webhook may go to: the public internet over HTTPS, and what the operator allowed by name.

Guarantees (OWASP ASVS 5.0 section 1.3.6, server-side request forgery): the name is resolved once, every address that it
resolves to is judged, and the connection goes to a judged address, so that no second answer of a name server counts.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from troth.messages.errors import BadAddress

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LONGEST = 2_000
_PORTS = {"https": 443, "http": 80}
_HIGHEST_PORT = 65_535
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")
_INNER = (
    ip_network("192.0.0.0/24"),  # protocol assignments, some clouds' metadata: older Pythons call parts of it global
    ip_network("192.88.99.0/24"),  # the 6to4 relays of old
    ip_network("168.63.129.16/32"),  # a cloud's own services, under a public number
)


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. Its `repr` shows the host alone: a path may be a secret."""

    scheme: str
    host: str
    port: int
    path: str

    def __repr__(self) -> str:
        return f"Target({self.host})"

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse(url: str) -> Target:
    """Take an address apart. Raises BadAddress for everything that is not plainly an http(s) address."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\"):
        raise BadAddress(why="it needs up to 2,000 printable ASCII characters, without spaces or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress(why="it is no address") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadAddress(why="it must begin with https://, and name a host")
    if "@" in parts.netloc:
        raise BadAddress(why="it holds a login; the signature shows who calls")
    if "#" in url:
        raise BadAddress(why="it has a fragment, which is never sent")
    if port is not None and not 0 < port <= _HIGHEST_PORT:
        raise BadAddress(why="its port is none")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path)


def resolve(target: Target, allowed: Iterable[Network] = ()) -> Address:
    """Resolve the host once, and return the address to connect to.

    Raises:
        BadAddress: one of its addresses is not public and not allowed, or http would leave this machine.
    """
    try:
        answers = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BadAddress(why="its host has no address") from None
    found = [ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    networks = tuple(allowed)
    for address in found:
        judge(address, networks)
        if target.scheme == "http" and not plain(address).is_loopback:
            raise BadAddress(why="only https leaves this machine")
    return found[0]


def judge(address: Address, allowed: Iterable[Network] = ()) -> None:
    """Refuse whatever is not the public internet, unless the operator allowed its network.

    Raises:
        BadAddress: private, loopback, link-local, shared, reserved, multicast, or a cloud's metadata service.
    """
    real = plain(address)
    if any(real.version == network.version and real in network for network in allowed):
        return
    # `in` across versions is False.
    if not real.is_global or real.is_multicast or any(real in network for network in _INNER):
        raise BadAddress(why="its host is not on the public internet")


def plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, compatible, 6to4, Teredo, NAT64), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64 or (address in _COMPATIBLE and not address.is_loopback):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
