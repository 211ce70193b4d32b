"""Where an installation lives and what it talks to, read once from the environment.

Every setting has a default that works on one machine; docs/operate.md lists them. The only secrets among them can be
the passwords inside `TROTH_DATABASE_URL` and `TROTH_SMTP_URL`: they are never shown (`repr` hides them).
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from troth.host.errors import BadSetting

DEFAULT_PORT = 8443
_DATABASE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")
_CONTACT = re.compile(r"(?:mailto:[^\s@?]+@[^\s@]+|tel:\+?[0-9().-]+|https://[^\s/]+\S*)", re.IGNORECASE)
_LINE_AT_MOST = 200
_HIGHEST_PORT = 65535
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_LOCAL = _LOOPBACK | {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound


@dataclass(frozen=True, slots=True)
class Config:
    """One installation. Paths are absolute.

    `key_places` are the folders that hold the root keys (two at least; the second belongs on another disk or host);
    `database_url` replaces the embedded PostgreSQL. `operator_name` and `security_contact` stand on public pages.
    """

    home: Path
    key_places: tuple[Path, ...]
    custodian: Path
    database: str = "troth"
    database_url: str | None = field(default=None, repr=False)
    pg_bin: Path | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    workers: int = 2
    threads: int = 4
    tls: bool = True
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    behind_proxy: bool = False
    log_days: int = 30
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    operator_name: str = ""
    security_contact: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read `TROTH_*`; unset and empty values take their defaults, unusable ones raise `BadSetting`."""
        given = _Given(environ)
        home = given.path("TROTH_HOME") or Path("var").resolve()
        url = given.text("TROTH_DATABASE_URL")
        host = given.text("TROTH_HOST") or "127.0.0.1"
        found = cls(
            home=home,
            key_places=given.places() or (home / "key-place-1", home / "key-place-2"),
            custodian=given.path("TROTH_CUSTODIAN") or home / "custodian",
            database=_database_of(url) if url else _database_name(given.text("TROTH_DATABASE") or "troth"),
            database_url=url,
            pg_bin=given.path("TROTH_PG_BIN"),
            host=host,
            port=given.number("TROTH_PORT", DEFAULT_PORT, 1, _HIGHEST_PORT),
            workers=given.number("TROTH_WORKERS", 2, 1, 256),
            threads=given.number("TROTH_THREADS", 4, 1, 256),
            tls=given.switch("TROTH_TLS", default=True),
            tls_certificate=given.path("TROTH_TLS_CERTIFICATE"),
            tls_key=given.path("TROTH_TLS_KEY"),
            allowed_hosts=given.hosts(host),
            behind_proxy=given.switch("TROTH_BEHIND_PROXY", default=False),
            log_days=given.number("TROTH_LOG_DAYS", 30, 1, 3650),
            smtp_url=given.text("TROTH_SMTP_URL"),
            mail_from=given.text("TROTH_MAIL_FROM"),
            webhook_networks=given.networks("TROTH_WEBHOOK_NETWORKS"),
            operator_name=given.line("TROTH_OPERATOR_NAME"),
            security_contact=given.contact("TROTH_SECURITY_CONTACT"),
        )
        if not found.tls and host not in _LOOPBACK:
            raise BadSetting(name="TROTH_TLS", why="without TLS we listen on this machine's own address only")
        return found

    @property
    def embedded(self) -> bool:
        """True where the PostgreSQL is our own."""
        return self.database_url is None

    @property
    def secrets(self) -> Path:
        """The folder (0700) of what makes this installation itself: never backed up together with the database."""
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        """The folder of the processes' logs: no personal data stands in them."""
        return self.home / "log"

    @property
    def spool(self) -> Path:
        """The folder (0700) of uploads on their way: clear personal data, for seconds. Emptied at every start."""
        return self.home / "spool"

    @property
    def secure(self) -> bool:
        """Does the browser speak TLS, with us or with the proxy before us?"""
        return self.tls or self.behind_proxy

    @property
    def run(self) -> Path:
        """The folder of what is true only while the processes run."""
        return self.home / "run"

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        host = "localhost" if self.host in _LOCAL else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class _Given:
    """The environment, read with care."""

    environ: Mapping[str, str]

    def text(self, name: str) -> str | None:
        return self.environ.get(name, "").strip() or None

    def path(self, name: str) -> Path | None:
        value = self.text(name)
        return Path(value).expanduser().resolve() if value else None

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise BadSetting(name=name, why=f"it must be a whole number from {least} to {most}")
        return int(value)

    def switch(self, name: str, *, default: bool) -> bool:
        value = (self.text(name) or ("on" if default else "off")).lower()
        if value not in {"on", "off"}:
            raise BadSetting(name=name, why="it must be `on` or `off`")
        return value == "on"

    def line(self, name: str) -> str:
        value = self.text(name) or ""
        if len(value) > _LINE_AT_MOST or not value.isprintable():
            raise BadSetting(name=name, why=f"it must be one line of at most {_LINE_AT_MOST} printable characters")
        return value

    def contact(self, name: str) -> str | None:
        """RFC 9116, 2.5.3: a URI; one of the web is https."""
        value = self.line(name) or None
        if value is not None and not _CONTACT.fullmatch(value):
            raise BadSetting(name=name, why="it must be mailto:…, tel:+… or https://…, as RFC 9116 has it")
        return value

    def places(self) -> tuple[Path, ...]:
        value = self.text("TROTH_KEY_PLACES")
        if value is None:
            return ()
        found = tuple(Path(part).expanduser().resolve() for part in value.split(os.pathsep) if part.strip())
        if len(set(found)) < 2:  # noqa: PLR2004 - the loss of a lone place would be the loss of all
            raise BadSetting(name="TROTH_KEY_PLACES", why=f"it must name two folders or more, joined by `{os.pathsep}`")
        return found

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(ip_network(part.strip()) for part in (self.text(name) or "").split(",") if part.strip())
        except ValueError:
            raise BadSetting(name=name, why="it must be networks like 10.1.0.0/16, joined by `,`") from None

    def hosts(self, host: str) -> tuple[str, ...]:
        value = self.text("TROTH_ALLOWED_HOSTS")
        if value is not None:
            names = tuple(part.strip() for part in value.split(",") if part.strip())
            if "*" in names:
                raise BadSetting(name="TROTH_ALLOWED_HOSTS", why="`*` would let anyone choose the name in our links")
            return names
        local = ("localhost", "127.0.0.1", "[::1]")
        return local if host in _LOCAL else (*local, host)


def _database_name(name: str) -> str:
    if not _DATABASE_NAME.fullmatch(name):
        raise BadSetting(
            name="TROTH_DATABASE", why="a database name has up to 41 small letters, digits and _, no digit first"
        )
    return name


def _database_of(url: str) -> str:
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise BadSetting(name="TROTH_DATABASE_URL", why="it must look like postgresql://login@host:5432/database")
    if not _DATABASE_NAME.fullmatch(name):
        raise BadSetting(
            name="TROTH_DATABASE_URL", why="its database name must be up to 41 small letters, digits and _"
        )
    return name
