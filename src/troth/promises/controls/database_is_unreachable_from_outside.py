"""Nobody on the network reaches the database, with leaked credentials or without (clause K-3c).

The embedded server has no port: that is asked of the server, of its files and of the network. Of a server that
somebody else runs only a part can be seen from here, and the rest is said to be unproven.
"""

import ipaddress
import socket
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from troth.promises.control import Control
from troth.promises.probing import looking
from troth.promises.scope import Scope
from troth_judge.controls.database_is_unreachable_from_outside import Facts

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SECONDS: Final = 0.5
_LOOPBACK: Final = frozenset({"", "localhost", "127.0.0.1", "::1"})


def observe(scope: Scope) -> Facts:
    """Ask the server where it listens, look at its files, and knock."""
    with looking.at_all(scope.using) as cursor:
        listens = tuple(part.strip() for part in _setting(cursor, "listen_addresses").split(",") if part.strip())
        port = int(_setting(cursor, "port"))
        cursor.execute("select host(inet_server_addr())")
        (address,) = cursor.fetchone() or (None,)
    place: Any = settings.TROTH_POSTGRES
    return Facts(
        embedded=place is not None,
        listens_outside=sum(1 for each in listens if each not in _LOOPBACK),
        listens_inside=sum(1 for each in listens if each in _LOOPBACK),
        by_socket=address is None,
        # Where ours does not listen, whoever answers there is another's.
        answered=_answered(port) if listens else 0,
        socket_open=_open_to_others(place.socket) if place is not None else None,
        rules_for_networks=_network_rules(place.data) if place is not None else None,
        address_kind=_kind(address),
    )


def _setting(cursor: CursorWrapper, name: str) -> str:
    cursor.execute("select current_setting(%s)", [name])
    return str((cursor.fetchone() or ("",))[0])


def _answered(port: int) -> int:
    """At how many of this machine's own addresses a PostgreSQL answers on that port."""
    return sum(1 for address in _own_addresses() if _is_postgres(address, port))


def _own_addresses() -> list[str]:
    """The addresses by which others reach this machine, and loopback."""
    found = {"127.0.0.1", "::1"}
    for family, somewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # Nothing is sent: the system only chooses which of our addresses it would come from.
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asked:
                asked.connect((somewhere, 9))
                found.add(str(asked.getsockname()[0]))
        except OSError:
            continue
    return sorted(found)


def _is_postgres(address: str, port: int) -> bool:
    """Whether what listens there knows PostgreSQL's question for TLS (it answers S or N)."""
    try:
        with socket.create_connection((address, port), timeout=_SECONDS) as knocked:
            knocked.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
            return knocked.recv(1) in {b"S", b"N"}
    except OSError:
        return False


def _open_to_others(folder: Path) -> bool | None:
    """Whether another user of this machine may come near the socket: through the folder and its own mode."""
    try:
        sockets = [path for path in folder.iterdir() if stat.S_ISSOCK(path.lstat().st_mode)]
        if not sockets:
            return None
        through = bool(folder.stat().st_mode & _OTHERS)
        return through or any(path.lstat().st_mode & _OTHERS for path in sockets)
    except OSError:
        return None


def _network_rules(data: Path) -> int | None:
    """How many lines of pg_hba.conf let a network address in."""
    try:
        lines = (data / "pg_hba.conf").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    words = [line.split() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return sum(1 for each in words if each[0] != "local" and each[-1] != "reject")


def _kind(address: str | None) -> str:
    if address is None:
        return "none"
    found = ipaddress.ip_address(address)
    return "loopback" if found.is_loopback else "private" if found.is_private else "public"


CONTROL = Control(
    id="database_is_unreachable_from_outside",
    kind="probed",
    title={
        "en": "The database can’t be reached from outside",
        "fr": "La base de données est inaccessible de l’extérieur",
    },
    sees={
        "en": "Where the database server listens, whether a PostgreSQL answers at any address of this machine, who may "
        "come near its socket, and whether its access rules let any network in.",
        "fr": "Où le serveur de base de données écoute, si un PostgreSQL répond à l’une des adresses de cette machine, "
        "qui peut approcher de son socket, et si ses règles d’accès laissent entrer un réseau.",
    },
    could_lie_if={
        "en": "somebody with the machine’s own administrator rights forwards the socket. Of a database that somebody "
        "else runs, its firewall and allow-list can’t be seen from here: then this says so.",
        "fr": "quelqu’un, avec les droits d’administration de la machine, relaie le socket. D’une base que quelqu’un "
        "d’autre exploite, le pare-feu et la liste d’adresses ne se voient pas d’ici : alors ceci le dit.",
    },
    every=timedelta(hours=1),
    observe=observe,
)
