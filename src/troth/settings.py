"""Django's settings, all derived from the installation's configuration (`troth.host.config`)."""

import os
from pathlib import Path
from typing import Any

from troth.host.config import Config
from troth.host.dsn import connection_settings
from troth.kernel.database import Role

CONFIG = Config.from_environment()
PROCESS = os.environ.get("TROTH_PROCESS", "cli")
"""Which process this is (web, worker, sealer, cli, setup): it decides which database logins exist in it."""

TROTH_HOME: Path = CONFIG.home
TROTH_KEY_PLACES: tuple[Path, ...] = CONFIG.key_places
TROTH_CUSTODIAN: Path = CONFIG.custodian

_ALIASES = {
    "web": ("default", "aside"),
    "cli": ("default", "aside"),
    "worker": ("default", "aside", "keeper"),
    "sealer": ("default", "aside", "sealer"),
    "setup": ("default", "aside", "owner", "keeper", "sealer", "probe"),
}
_ROLES: dict[str, Role] = {"owner": "owner", "keeper": "keeper", "sealer": "sealer", "probe": "probe"}
DATABASES: dict[str, dict[str, Any]] = {
    alias: connection_settings(CONFIG, _ROLES.get(alias, "app")) for alias in _ALIASES[PROCESS]
}

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "troth.keys",
    "troth.audit",
    "troth.tenancy",
    "troth.access",
    "troth.vault",
    "troth.erasure",
    "troth.api",
    "troth.console",
    "troth.host",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "troth.urls"
MIDDLEWARE: list[str] = []
SESSION_ENGINE = "troth.access.sessions"
SESSION_COOKIE_NAME = "__Host-troth" if CONFIG.tls else "troth"
SESSION_COOKIE_SECURE = CONFIG.tls
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
PASSWORD_HASHERS = ["troth.access.passwords.Hasher"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
ALLOWED_HOSTS = ["*"]
STATIC_URL = "/static/"
SECRET_KEY = "replaced-by-host-install"  # noqa: S105 - the host person derives it from the installation's keys
