"""Judges whether all traffic is encrypted as it is recommended today (clauses A-5a, C-1.10a, N-5.1, X-6a, K-4a)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified

GOOD = ("TLSv1.2", "TLSv1.3")
"""RFC 8996 forbids what came before."""
RENEW = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Facts:
    """What our own port agreed to and what it refused. `untried` is what this machine's library could not ask for."""

    reached: bool
    tls: bool
    proxied: bool
    agreed: tuple[str, ...]
    refused: tuple[str, ...]
    untried: tuple[str, ...]
    weak: tuple[str, ...]
    suites: tuple[str, ...]
    plain: str
    hsts: int | None
    hsts_wanted: bool
    certificate_left: timedelta | None
    self_made: bool


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """What should be refused and was not comes first; then what should be agreed to."""
    if not facts.reached:
        return unverified("traffic.not_reached")
    if not facts.tls:
        return unverified("traffic.behind_proxy") if facts.proxied else broken("traffic.no_tls")
    return _wrong(facts) or _weakening(facts) or kept("traffic.kept", agreed=facts.agreed, suites=facts.suites)


def _wrong(facts: Facts) -> Verdict | None:
    old = tuple(version for version in facts.agreed if version not in GOOD)
    if old or facts.weak:
        return broken("traffic.weak", what=(*old, *facts.weak))
    if facts.plain == "answered":
        return broken("traffic.plain")
    if "TLSv1.3" not in facts.agreed or facts.certificate_left is None:
        return broken("traffic.no_modern")
    if facts.certificate_left <= timedelta(0):
        return broken("traffic.certificate_over")
    if facts.hsts_wanted and not facts.hsts:
        return broken("traffic.no_hsts")
    return None


def _weakening(facts: Facts) -> Verdict | None:
    # A library that can't ask for what is forbidden everywhere shows little; that none was asked for shows nothing.
    if not facts.refused:
        return unverified("traffic.untried", what=facts.untried)
    if facts.certificate_left is not None and facts.certificate_left < RENEW:
        return at_risk("traffic.certificate_ends", left=facts.certificate_left)
    return None


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "traffic.kept": {
        "en": "Our port speaks {agreed:list} with {suites:list}, refuses everything older or weaker, and answers "
        "nothing without TLS.",
        "fr": "Notre port parle {agreed:list} avec {suites:list}, refuse tout ce qui est plus ancien ou plus faible, "
        "et ne répond rien sans TLS.",
    },
    "traffic.weak": {
        "en": "Our port agreed to what nobody recommends any more: {what:list}.",
        "fr": "Notre port a accepté ce que plus personne ne recommande : {what:list}.",
    },
    "traffic.plain": {
        "en": "Our port answered somebody who spoke no TLS.",
        "fr": "Notre port a répondu à quelqu’un qui ne parlait pas TLS.",
    },
    "traffic.no_tls": {
        "en": "The platform serves without TLS.",
        "fr": "La plateforme sert sans TLS.",
    },
    "traffic.no_modern": {
        "en": "Our port did not agree to TLS 1.3.",
        "fr": "Notre port n’a pas accepté TLS 1.3.",
    },
    "traffic.certificate_over": {
        "en": "The server’s certificate has ended.",
        "fr": "Le certificat du serveur a expiré.",
    },
    "traffic.certificate_ends": {
        "en": "The server’s certificate ends in {left:duration}.",
        "fr": "Le certificat du serveur expire dans {left:duration}.",
    },
    "traffic.no_hsts": {
        "en": "Browsers are not told to come by TLS alone.",
        "fr": "Les navigateurs ne sont pas tenus de ne venir qu’en TLS.",
    },
    "traffic.behind_proxy": {
        "en": "A proxy of the operator’s ends TLS before the platform; how, can’t be seen from here.",
        "fr": "Un proxy de l’exploitant termine TLS avant la plateforme ; comment, on ne peut le voir d’ici.",
    },
    "traffic.not_reached": {
        "en": "Our own port did not answer.",
        "fr": "Notre propre port n’a pas répondu.",
    },
    "traffic.untried": {
        "en": "This machine could not ask for what must be refused ({what:list}).",
        "fr": "Cette machine n’a pas pu demander ce qui doit être refusé ({what:list}).",
    },
}
_RENEW = {
    "en": "Give the server a new certificate (TROTH_TLS_CERTIFICATE, TROTH_TLS_KEY) and start it again; one of our own "
    "renews itself at the start.",
    "fr": "Donnez au serveur un nouveau certificat (TROTH_TLS_CERTIFICATE, TROTH_TLS_KEY) et redémarrez-le ; un "
    "certificat maison se renouvelle au démarrage.",
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "traffic.certificate_over": _RENEW,
    "traffic.certificate_ends": _RENEW,
    "traffic.no_tls": {
        "en": "Remove TROTH_TLS=off, or say TROTH_BEHIND_PROXY=on if a proxy speaks TLS for the platform.",
        "fr": "Retirez TROTH_TLS=off, ou dites TROTH_BEHIND_PROXY=on si un proxy parle TLS pour la plateforme.",
    },
    "traffic.not_reached": {
        "en": "Start the platform (`troth up`), or check from the machine where its web process runs.",
        "fr": "Démarrez la plateforme (`troth up`), ou vérifiez depuis la machine où tourne son processus web.",
    },
}
