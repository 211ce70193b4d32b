"""How each role reaches the database. The only place that knows."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from troth.host import placement
from troth.host.config import Config
from troth.kernel.database import Role, role_name

_OWN_LOGIN = {"user", "password", "dbname", "passfile", "options", "application_name"}


def parameters(config: Config, role: Role) -> dict[str, Any]:
    """libpq's parameters for one role. A password is never among them: it stands in a 0600 file of libpq's format."""
    common = {"dbname": config.database, "user": role_name(role, config.database)}
    if config.database_url is None:
        return common | {"host": str(placement.of(config).socket)}
    parts = urlsplit(config.database_url)
    given = {name: value for name, value in parse_qsl(parts.query) if name not in _OWN_LOGIN}
    if parts.hostname:
        given.setdefault("host", unquote(parts.hostname))
    if parts.port:
        given.setdefault("port", str(parts.port))
    given |= security(config.database_url)
    return given | common | {"passfile": str(config.secrets / "pgpass")}


def security(url: str) -> dict[str, str]:
    """TLS is demanded from a server on another machine, unless the URL itself says otherwise."""
    parts = urlsplit(url)
    said = dict(parse_qsl(parts.query))
    host = unquote(parts.hostname or said.get("host", ""))
    if "sslmode" in said or host in {"", "localhost", "127.0.0.1", "::1"} or host.startswith("/"):
        return {}
    return {"sslmode": "require"}


def connection_settings(config: Config, role: Role) -> dict[str, Any]:
    """One entry of Django's DATABASES, for one role."""
    found = parameters(config, role)
    return {
        "ENGINE": "troth.kernel.backend",
        "NAME": found.pop("dbname"),
        "USER": found.pop("user"),
        "HOST": found.pop("host", ""),
        "PORT": found.pop("port", ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": found,
        "TIME_ZONE": None,
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
