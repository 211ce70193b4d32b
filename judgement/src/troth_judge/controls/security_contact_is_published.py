"""Judges whether a security contact is published (clause A-1; RFC 9116)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified

OK = 200
RENEW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands at /.well-known/security.txt. The contact itself is not repeated."""

    reached: bool
    status: int
    as_text: bool
    secure: bool
    contact_set: bool
    contacts: int
    matches: bool
    left: timedelta | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:  # noqa: PLR0911 - one answer to each question
    """A file without the operator's contact, or past its end, tells nobody anything (RFC 9116, 2.5.3 and 2.5.5)."""
    if not facts.contact_set:
        return broken("security_contact.none_set")
    if not facts.reached:
        return unverified("security_contact.not_reached")
    if facts.status != OK or not facts.as_text:
        return broken("security_contact.missing", status=facts.status)
    if not facts.matches:
        return broken("security_contact.other", contacts=facts.contacts)
    if facts.left is None or facts.left <= timedelta(0):
        return broken("security_contact.over")
    if facts.left < RENEW:
        return at_risk("security_contact.ends", left=facts.left)
    if not facts.secure:
        return at_risk("security_contact.plain")
    return kept("security_contact.kept", left=facts.left)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "security_contact.kept": {
        "en": "The security contact stands at /.well-known/security.txt, good for {left:duration}.",
        "fr": "Le contact de sécurité figure à /.well-known/security.txt, valable encore {left:duration}.",
    },
    "security_contact.none_set": {
        "en": "No security contact is set, so none is published.",
        "fr": "Aucun contact de sécurité n’est défini, donc aucun n’est publié.",
    },
    "security_contact.missing": {
        "en": "/.well-known/security.txt was answered with status {status} instead of the contact.",
        "fr": "/.well-known/security.txt a reçu l’état {status} au lieu du contact.",
    },
    "security_contact.other": {
        "en": "/.well-known/security.txt names {contacts:contact|contacts}, but not the one that is set.",
        "fr": "/.well-known/security.txt nomme {contacts:contact|contacts}, mais pas celui qui est défini.",
    },
    "security_contact.over": {
        "en": "/.well-known/security.txt has no end, or one that is past.",
        "fr": "/.well-known/security.txt n’a pas de date de fin, ou elle est passée.",
    },
    "security_contact.ends": {
        "en": "/.well-known/security.txt ends in {left:duration}.",
        "fr": "/.well-known/security.txt prend fin dans {left:duration}.",
    },
    "security_contact.plain": {
        "en": "The security contact is published without TLS: anybody on the way could change it.",
        "fr": "Le contact de sécurité est publié sans TLS : n’importe qui sur le chemin pourrait le modifier.",
    },
    "security_contact.not_reached": {
        "en": "Our own server did not answer.",
        "fr": "Notre propre serveur n’a pas répondu.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "security_contact.none_set": {
        "en": "Set TROTH_SECURITY_CONTACT (mailto:…, https://… or tel:+…) and start the platform again.",
        "fr": "Définissez TROTH_SECURITY_CONTACT (mailto:…, https://… ou tel:+…) et redémarrez la plateforme.",
    },
    "security_contact.other": {
        "en": "Start the platform again, so that it publishes the contact that is set now.",
        "fr": "Redémarrez la plateforme pour qu’elle publie le contact défini à présent.",
    },
}
