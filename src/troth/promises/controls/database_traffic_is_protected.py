"""What goes between the platform and its database can be read by nobody on the way (clauses A-5a, K-3d).

Over the machine's own socket there is no way; over a network it must be TLS, and a connection without it must be
refused by the server.
"""

import ipaddress
from datetime import timedelta
from typing import Any, Final

import psycopg
from django.db import connections

from troth.promises.control import Control
from troth.promises.probing import looking
from troth.promises.scope import Scope
from troth_judge.controls.database_traffic_is_protected import Facts

_SECONDS: Final = "5"
_LOGIN: Final = ("host", "port", "user", "dbname", "passfile", "password")
_TURNED_AWAY: Final = ("no encryption", "ssl off", "ssl required", "ssl connection is required", "ssl is required")
_ASKED: Final = ("password", "authentication failed")
_MINE: Final = (
    "select host(a.client_addr), coalesce(s.ssl, false), s.version from pg_stat_activity a"
    " left join pg_stat_ssl s on s.pid = a.pid"
    " where a.datname = current_database() and a.backend_type = 'client backend' and a.usename is not null"
    " and (a.client_port is not null or a.pid = pg_backend_pid())"
)


def observe(scope: Scope) -> Facts:
    """Ask the server how each of our connections came, then try to come without TLS."""
    with looking.at_all(scope.using) as cursor:
        cursor.execute("select host(inet_server_addr())")
        server = (cursor.fetchone() or (None,))[0]
        cursor.execute(_MINE)
        found = [(address, bool(ssl), version) for address, ssl, version in cursor.fetchall()]
    by_network = [each for each in found if each[0] is not None]
    away = [each for each in by_network if not _loopback(each[0])]
    return Facts(
        connections=len(found),
        by_socket=len(found) - len(by_network),
        by_loopback=len(by_network) - len(away),
        by_network=len(away),
        unprotected=sum(1 for _, ssl, _ in away if not ssl),
        versions=tuple(sorted({str(version) for _, ssl, version in by_network if ssl and version})),
        plain_refused=None if server is None or _loopback(server) else _plain_refused(scope.using),
    )


def _loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _plain_refused(using: str) -> bool:
    """Whether the server turns away a login that offers no TLS, before it asks for a password.

    Raises what else went wrong: that it can't be reached says nothing of what it would take.
    """
    parameters: dict[str, Any] = connections[using].get_connection_params()
    wanted = {name: parameters[name] for name in _LOGIN if parameters.get(name)}
    try:
        with psycopg.connect(**wanted, sslmode="disable", connect_timeout=_SECONDS):
            return False
    except psycopg.OperationalError as error:
        said = str(error).lower()
        if any(words in said for words in _TURNED_AWAY):
            return True
        if any(words in said for words in _ASKED):
            return False
        raise


CONTROL = Control(
    id="database_traffic_is_protected",
    kind="probed",
    title={"en": "Database traffic is protected", "fr": "Le trafic vers la base de données est protégé"},
    sees={
        "en": "How each of our connections came to the database server, as the server itself tells: over the machine’s "
        "own socket, or over a network and then in which version of TLS; and whether it turns away a login without "
        "TLS.",
        "fr": "Comment chacune de nos connexions est venue au serveur de base de données, tel qu’il le dit lui-même : "
        "par le socket de la machine, ou par un réseau et alors dans quelle version de TLS ; et s’il renvoie une "
        "connexion sans TLS.",
    },
    could_lie_if={
        "en": "a pooler stands between us and the server: then only the way to the pooler, or from it, is seen; "
        "replication between database servers is not seen at all.",
        "fr": "un répartiteur de connexions se tient entre nous et le serveur : on ne voit alors que le chemin jusqu’à "
        "lui, ou depuis lui ; la réplication entre serveurs de base de données ne se voit pas du tout.",
    },
    every=timedelta(hours=1),
    observe=observe,
)
