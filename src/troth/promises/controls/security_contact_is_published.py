"""Whoever finds a weakness finds out whom to tell (clause A-1; RFC 9116).

The file is fetched from our own server as anybody would, and held against the contact that the operator has set.
"""

import http.client
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings

from troth.promises.control import Control
from troth.promises.probing import own_server
from troth.promises.probing.own_server import Answer
from troth.promises.scope import Scope
from troth_judge.controls.security_contact_is_published import Facts

_PATH: Final = "/.well-known/security.txt"


def observe(scope: Scope) -> Facts:
    """Fetch it and read it."""
    contact: str | None = settings.TROTH_SECURITY_CONTACT
    secure = settings.CONFIG.tls or settings.CONFIG.behind_proxy
    try:
        answer = own_server.ask("GET", _PATH)
    except (OSError, http.client.HTTPException):
        return _facts(None, contact, scope, secure=secure)
    return _facts(answer, contact, scope, secure=secure)


def _facts(answer: Answer | None, contact: str | None, scope: Scope, *, secure: bool) -> Facts:
    fields = _fields(answer) if answer is not None and answer.status == http.HTTPStatus.OK else []
    contacts = [value for name, value in fields if name == "contact"]
    ends = [value for name, value in fields if name == "expires"]
    end = _instant(ends[0]) if len(ends) == 1 else None
    return Facts(
        reached=answer is not None,
        status=answer.status if answer is not None else 0,
        as_text=answer is not None and answer.headers.get("content-type", "").startswith("text/plain"),
        secure=secure,
        contact_set=contact is not None,
        contacts=len(contacts),
        matches=contact in contacts,
        left=end - scope.now if end is not None else None,
    )


def _fields(answer: Answer) -> list[tuple[str, str]]:
    text = answer.body.decode("utf-8", "replace")
    parts = [line.partition(":") for line in text.splitlines() if line and not line.startswith("#")]
    return [(name.strip().casefold(), value.strip()) for name, colon, value in parts if colon]


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


CONTROL = Control(
    id="security_contact_is_published",
    kind="probed",
    title={"en": "A security contact is published", "fr": "Un contact de sécurité est publié"},
    sees={
        "en": "What our own server answers at /.well-known/security.txt: whether the contact stands there that the "
        "operator has set, and until when the file is good.",
        "fr": "Ce que notre propre serveur répond à /.well-known/security.txt : si le contact défini par l’exploitant "
        "y figure, et jusqu’à quand le fichier est valable.",
    },
    could_lie_if={
        "en": "nobody reads the inbox behind the address; that somebody answers is attested, not measured.",
        "fr": "personne ne lit la boîte derrière l’adresse ; que quelqu’un réponde est attesté, pas mesuré.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
