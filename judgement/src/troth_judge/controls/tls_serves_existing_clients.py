"""Judges whether the TLS profile still serves existing clients (clause A-5d)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """Which kinds of clients our own port served, refused, and which could not be played."""

    reached: bool
    proxied: bool
    served: tuple[str, ...]
    refused: tuple[str, ...]
    untried: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """One kind that is refused is left behind."""
    if facts.proxied:
        return unverified("tls_clients.behind_proxy")
    if not facts.reached:
        return unverified("tls_clients.not_reached")
    if facts.refused:
        return broken("tls_clients.refused", clients=facts.refused)
    if facts.untried or not facts.served:
        return unverified("tls_clients.untried", clients=facts.untried)
    return kept("tls_clients.kept", served=len(facts.served))


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "tls_clients.kept": {
        "en": "{served:kind of client was|kinds of clients were} played at our own port, and all were served.",
        "fr": "{served:sorte de client a été jouée|sortes de clients ont été jouées} à notre propre port, et toutes "
        "ont été servies.",
    },
    "tls_clients.refused": {
        "en": "Our port refused clients that it should serve: {clients:list}.",
        "fr": "Notre port a refusé des clients qu’il devrait servir : {clients:list}.",
    },
    "tls_clients.untried": {
        "en": "This machine could not play some kinds of clients: {clients:list}.",
        "fr": "Cette machine n’a pas pu jouer certaines sortes de clients : {clients:list}.",
    },
    "tls_clients.behind_proxy": {
        "en": "A proxy of the operator’s speaks TLS before the platform; whom it serves can’t be seen from here.",
        "fr": "Un proxy de l’exploitant parle TLS avant la plateforme ; qui il sert ne se voit pas d’ici.",
    },
    "tls_clients.not_reached": {
        "en": "Our own port did not answer in TLS.",
        "fr": "Notre propre port n’a pas répondu en TLS.",
    },
}
