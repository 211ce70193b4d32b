"""How Django reaches the database, for each role."""

from typing import Any

from troth.host.config import Config
from troth.kernel.database import role_name


def connection_settings(config: Config, role: str) -> dict[str, Any]:
    """One entry of Django's DATABASES, for one role."""
    return {
        "ENGINE": "troth.kernel.backend",
        "NAME": config.database,
        "USER": role_name(role, config.database),  # type: ignore[arg-type]  # alias names are role names but for app
        "HOST": str(config.socket_folder),
        "CONN_MAX_AGE": None,
        "OPTIONS": {},
        "TIME_ZONE": None,
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
