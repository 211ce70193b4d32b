"""Where an installation lives and what it talks to, read once from the environment.

Every setting has a default that works on one machine; none is a secret.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8443


@dataclass(frozen=True, slots=True)
class Config:
    """One installation. Paths are absolute.

    `key_places` are the folders that hold the root keys (two at least; the second belongs on another disk or host);
    `database_url` replaces the embedded PostgreSQL.
    """

    home: Path
    key_places: tuple[Path, ...]
    custodian: Path
    database: str = "troth"
    database_url: str | None = None
    pg_bin: Path | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    workers: int = 2
    tls: bool = True

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read `TROTH_*`; unset values take their defaults."""
        home = Path(environ.get("TROTH_HOME", "var")).resolve()
        places = environ.get("TROTH_KEY_PLACES")
        return cls(
            home=home,
            key_places=tuple(Path(part).resolve() for part in places.split(os.pathsep))
            if places
            else (home / "key-place-1", home / "key-place-2"),
            custodian=Path(environ.get("TROTH_CUSTODIAN", home / "custodian")).resolve(),
            database=environ.get("TROTH_DATABASE", "troth"),
            database_url=environ.get("TROTH_DATABASE_URL"),
            pg_bin=Path(value) if (value := environ.get("TROTH_PG_BIN")) else None,
            host=environ.get("TROTH_HOST", "127.0.0.1"),
            port=int(environ.get("TROTH_PORT", DEFAULT_PORT)),
            workers=int(environ.get("TROTH_WORKERS", "2")),
            tls=environ.get("TROTH_TLS", "on") != "off",
        )

    @property
    def socket_folder(self) -> Path:
        """Where the embedded server's socket lies."""
        return self.home / "run"
