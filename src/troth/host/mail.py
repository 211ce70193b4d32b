"""The mail server, from `TROTH_SMTP_URL`: `smtps://login:password@host:465`, or `smtp://…:587`.

Guarantee: mail leaves this machine over TLS with a verified certificate, or not at all.
"""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from troth.host.errors import BadSetting

_PORTS = {"smtps": 465, "smtp": 587}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_SENDER = re.compile(r"[^@\s<>\",;:]+@[^@\s<>\",;:]+")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mail leaves. Without a host none does, and messages say so."""

    host: str = ""
    port: int = 0
    tls: Literal["at once", "asked for", "none"] = "at once"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    seconds: int = 20


def mail_settings(url: str | None, sender: str | None) -> MailSettings:
    """Read the address of the server and ours. Raises BadSetting."""
    if url is None:
        return MailSettings()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
        raise BadSetting(name="TROTH_SMTP_URL", why="it must look like smtps://login:password@host:465")
    if sender is None or not _SENDER.fullmatch(sender):
        raise BadSetting(name="TROTH_MAIL_FROM", why="with a mail server, it must be the address we send from")
    asked: Literal["asked for", "none"] = "none" if parts.hostname in _LOOPBACK else "asked for"
    return MailSettings(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls="at once" if parts.scheme == "smtps" else asked,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
    )
