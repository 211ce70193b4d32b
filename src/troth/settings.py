"""Django's settings, all derived from the installation's configuration (`troth.host.config`)."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from troth.host import placement
from troth.host.config import Config
from troth.host.dsn import connection_settings
from troth.host.mail import mail_settings
from troth.host.private import derived
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
    "worker": ("default", "aside", "keeper", "probe"),
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
    "procrastinate.contrib.django",
    "troth.keys",
    "troth.audit",
    "troth.tenancy",
    "troth.policy",
    "troth.messages",
    "troth.access",
    "troth.vault",
    "troth.erasure",
    "troth.promises",
    "troth.promises.attesting",
    "troth.trust",
    "troth.api",
    "troth.console",
    "troth.host",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEBUG = False
SECRET_KEY = derived(CONFIG, "django")
ROOT_URLCONF = "troth.urls"
WSGI_APPLICATION = "troth.wsgi.application"
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)
MIDDLEWARE: list[str] = [
    "troth.host.requests.access_log",
    "troth.host.requests.believe_proxy",
    "troth.api.entrance.Entrance",
    "troth.host.requests.limit_body",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]

# What the browser is told. A page that needs more says so itself and gives its reason there.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Only with a certificate that browsers trust: on `localhost` it would bind every other program of this machine too.
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.tls_certificate or CONFIG.behind_proxy else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if CONFIG.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TROTH_BEHIND_PROXY = CONFIG.behind_proxy
TROTH_OPERATOR_NAME: str = CONFIG.operator_name
TROTH_SECURITY_CONTACT: str | None = CONFIG.security_contact

CSRF_COOKIE_NAME = "__Host-troth-csrf" if CONFIG.secure else "troth-csrf"
CSRF_COOKIE_SECURE = CONFIG.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "troth.console.faults.forged"
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in CONFIG.allowed_hosts] if CONFIG.behind_proxy else []
LANGUAGE_COOKIE_SECURE = CONFIG.secure
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "troth.access.sessions"
SESSION_COOKIE_NAME = "__Host-troth" if CONFIG.secure else "troth"
SESSION_COOKIE_SECURE = CONFIG.secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Uploads beyond a few megabytes go through a folder of 0700 that every start empties, and that erasure knows of.
TROTH_SPOOL: Path = CONFIG.spool
FILE_UPLOAD_TEMP_DIR = str(CONFIG.spool)
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 33_554_432
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
TROTH_LARGEST_REQUEST = 268_435_456

TROTH_ADDRESS = CONFIG.address
# Where the embedded database lies; None where somebody else runs it. Controls look at it from below.
TROTH_POSTGRES = placement.of(CONFIG) if CONFIG.embedded else None
TROTH_WEBHOOK_NETWORKS = CONFIG.webhook_networks
_mail = mail_settings(CONFIG.smtp_url, CONFIG.mail_from)
EMAIL_HOST = _mail.host
EMAIL_PORT = _mail.port
EMAIL_USE_SSL = _mail.tls == "at once"
EMAIL_USE_TLS = _mail.tls == "asked for"
EMAIL_HOST_USER = _mail.user
EMAIL_HOST_PASSWORD = _mail.password
EMAIL_TIMEOUT = _mail.seconds
DEFAULT_FROM_EMAIL = _mail.sender

LOGGING_CONFIG = None  # `troth.host.logs` is the only place that decides what a log may hold
PROCRASTINATE_IMPORT_PATHS = ["troth.host.jobs"]
PASSWORD_HASHERS = ["troth.access.passwords.Hasher"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
STATIC_URL = "/static/"
