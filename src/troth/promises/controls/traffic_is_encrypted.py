"""Whoever talks to us does so in TLS as it is recommended today (clauses A-5a, C-1.10a, N-5.1, X-6a, K-4a).

Measured at our own port, as a stranger would: versions and suites that must be agreed to, those that must be refused
(Mozilla's server-side TLS 6.0, intermediate), a certificate that is still good, and nothing without TLS.
"""

import http.client
from datetime import timedelta
from typing import Final

from django.conf import settings

from troth.promises.control import Control
from troth.promises.probing import own_server
from troth.promises.probing.own_server import Hands, Untried, Version
from troth.promises.scope import Scope
from troth_judge.controls.traffic_is_encrypted import Facts

_ASKED: Final[tuple[Version, ...]] = ("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1")
_WEAK: Final = {
    "CBC": "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0",
    "no forward secrecy": "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA:@SECLEVEL=0",
    "no authentication": "aNULL:@SECLEVEL=0",
    "no encryption": "eNULL:@SECLEVEL=0",
}
"""Families of suites that no recommendation of today lists."""


def observe(scope: Scope) -> Facts:
    """Try every version and every weak family; ask in the clear; look at the certificate."""
    config = settings.CONFIG
    if not own_server.reached():
        return _nothing(tls=config.tls, proxied=config.behind_proxy, reached=False)
    if not config.tls:
        return _nothing(tls=False, proxied=config.behind_proxy, reached=True)
    agreed, refused, untried = _versions()
    weak, weak_untried = _weak()
    newest = next(iter(agreed.values()), None)
    return Facts(
        reached=True,
        tls=True,
        proxied=config.behind_proxy,
        agreed=tuple(agreed),
        refused=refused,
        untried=(*untried, *weak_untried),
        weak=weak,
        suites=tuple(sorted({hands.suite for hands in agreed.values()})),
        plain=own_server.plain(),
        hsts=_hsts() if agreed else None,
        hsts_wanted=settings.SECURE_HSTS_SECONDS > 0,
        certificate_left=newest.ends - scope.now if newest else None,
        self_made=newest.self_made if newest else False,
    )


def _nothing(*, tls: bool, proxied: bool, reached: bool) -> Facts:
    return Facts(
        reached=reached,
        tls=tls,
        proxied=proxied,
        agreed=(),
        refused=(),
        untried=(),
        weak=(),
        suites=(),
        plain=own_server.plain() if reached else "refused",
        hsts=None,
        hsts_wanted=False,
        certificate_left=None,
        self_made=False,
    )


def _versions() -> tuple[dict[str, Hands], tuple[str, ...], tuple[str, ...]]:
    agreed: dict[str, Hands] = {}
    refused, untried = [], []
    for version in _ASKED:
        try:
            hands = own_server.shake_hands(version)
        except Untried:
            untried.append(version)
            continue
        if hands is None:
            refused.append(version)
        else:
            agreed[version] = hands
    return agreed, tuple(refused), tuple(untried)


def _weak() -> tuple[tuple[str, ...], tuple[str, ...]]:
    taken, untried = [], []
    for family, suites in _WEAK.items():
        try:
            if own_server.shake_hands("TLSv1.2", suites) is not None:
                taken.append(family)
        except Untried:
            untried.append(family)
    return tuple(taken), tuple(untried)


def _hsts() -> int | None:
    """For how many seconds browsers are told to come by TLS alone."""
    try:
        said = own_server.ask("GET", "/sign-in").headers.get("strict-transport-security", "")
    except (OSError, http.client.HTTPException):
        return None
    number = said.partition("max-age=")[2].partition(";")[0].strip()
    return int(number) if number.isdigit() else None


CONTROL = Control(
    id="traffic_is_encrypted",
    kind="probed",
    title={"en": "Traffic is encrypted", "fr": "Le trafic est chiffré"},
    sees={
        "en": "Handshakes with our own port: which TLS versions it agrees to, whether it takes families of suites that "
        "nobody recommends any more, how long its certificate is still good, what it says to somebody without TLS, and "
        "whether it tells browsers to come by TLS alone.",
        "fr": "Des poignées de main avec notre propre port : quelles versions de TLS il accepte, s’il prend des "
        "familles de suites que plus personne ne recommande, combien de temps son certificat vaut encore, ce qu’il "
        "répond sans TLS, et s’il dit aux navigateurs de ne venir qu’en TLS.",
    },
    could_lie_if={
        "en": "people reach the platform through something else: a proxy or load balancer of the operator’s ends TLS "
        "before it, and this machine can’t see how.",
        "fr": "on atteint la plateforme par autre chose : un proxy ou répartiteur de l’exploitant termine TLS avant "
        "elle, et cette machine ne peut voir comment.",
    },
    every=timedelta(hours=1),
    observe=observe,
)
