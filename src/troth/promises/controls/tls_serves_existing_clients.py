"""Clients that already connect to us still can: the TLS profile stays wide enough for them (clause A-5d).

Each client is a handshake as its TLS library makes it: Mozilla's server-side TLS 6.0 lists whom its intermediate
profile serves (Firefox 27, Android 4.4.2, Chrome 31, Java 8u31, OpenSSL 1.0.1, Safari 9 and what came after).
"""

from datetime import timedelta
from typing import Final

from django.conf import settings

from troth.promises.control import Control
from troth.promises.probing import own_server
from troth.promises.probing.own_server import Untried, Version
from troth.promises.scope import Scope
from troth_judge.controls.tls_serves_existing_clients import Facts

_CLIENTS: Final[tuple[tuple[str, Version, str | None, str | None], ...]] = (
    # With the curves that the library offers by itself, X25519 first: not every library can be told that one alone.
    ("browsers of today (TLS 1.3)", "TLSv1.3", None, None),
    ("TLS 1.3 on P-256", "TLSv1.3", None, "prime256v1"),
    ("OpenSSL 1.1.1, Java 11 (TLS 1.2, AES-256-GCM)", "TLSv1.2", "ECDHE+AESGCM+AES256", None),
    ("Android 4.4, Java 8u31 (TLS 1.2, AES-128-GCM, P-256)", "TLSv1.2", "ECDHE+AESGCM+AES128", "prime256v1"),
    ("mobile clients (TLS 1.2, ChaCha20-Poly1305)", "TLSv1.2", "ECDHE+CHACHA20", None),
)
"""Name, version, suites, curve."""


def observe(scope: Scope) -> Facts:
    """Come as each of them."""
    config = settings.CONFIG
    served: list[str] = []
    refused: list[str] = []
    untried: list[str] = []
    reached = config.tls and own_server.reached()
    for name, version, suites, curve in _CLIENTS if reached else ():
        try:
            hands = own_server.shake_hands(version, suites, curve)
        except Untried:
            untried.append(name)
            continue
        (served if hands is not None else refused).append(name)
    return Facts(
        reached=reached,
        proxied=config.behind_proxy and not config.tls,
        served=tuple(served),
        refused=tuple(refused),
        untried=tuple(untried),
    )


CONTROL = Control(
    id="tls_serves_existing_clients",
    kind="probed",
    title={
        "en": "Clients that already connect still can",
        "fr": "Les clients qui se connectent déjà le peuvent toujours",
    },
    sees={
        "en": "Handshakes with our own port as clients of the last ten years make them: TLS 1.2 with the suites that "
        "they know, TLS 1.3 on both usual curves.",
        "fr": "Des poignées de main avec notre propre port comme en font les clients des dix dernières années : TLS "
        "1.2 avec les suites qu’ils connaissent, TLS 1.3 sur les deux courbes usuelles.",
    },
    could_lie_if={
        "en": "a client knows none of these, or does not trust the certificate’s issuer: whether it does is not seen "
        "from here.",
        "fr": "un client n’en connaît aucune, ou ne se fie pas à l’émetteur du certificat : cela ne se voit pas d’ici.",
    },
    every=timedelta(days=1),
    observe=observe,
)
