"""Messages as mail: plain text, English or French, with nothing personal but the address on the envelope.

Guarantee: no value can add a header (RFC 5322 section 2.2): a subject that holds a line break is refused, not mended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from troth.messages.kinds import Payload, Value

LANGUAGES = ("en", "fr")


class HeaderRefused(ValueError):
    """A value would have begun a header of its own."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out."""

    subject: str
    body: str


_STATES = {
    "kept": ("kept", "tenue"),
    "at_risk": ("at risk", "menacée"),
    "broken": ("broken", "rompue"),
    "stale": ("not checked in time", "pas vérifiée à temps"),
    "unverified": ("not proven", "pas prouvée"),
    "excepted": ("excepted", "sous exception"),
    "declared": ("declared", "déclarée"),
}
_TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "promise_changed": (
        ("Promise {clause}: {to}", "{sentence}\n\nClause {clause} of pack {pack} is {to} since {since}."),
        ("Promesse {clause} : {to}", "{sentence}\n\nLa clause {clause} du lot {pack} est {to} depuis {since}."),
    ),
    "webhook_given_up": (
        (
            "A webhook never reached {host}",
            "The last attempt ended with “{reason}”. What it tells can be read with `troth webhook deliveries`.\n"
            "Endpoint {endpoint}.",
        ),
        (
            "Un webhook n’est jamais arrivé chez {host}",
            "Le dernier essai a fini par « {reason} ». Son contenu se lit avec `troth webhook deliveries`.\n"
            "Point d’entrée {endpoint}.",
        ),
    ),
    "attestation_due": (
        (
            "To attest within {days} days: {title}",
            "What was attested ends on {due}. Give the next one before: `troth attestation give {topic}`.",
        ),
        (
            "À attester d’ici {days} jours : {title}",
            "L’attestation en cours prend fin le {due}. Donnez la suivante avant : `troth attestation give {topic}`.",
        ),
    ),
    "attestation_expired": (
        (
            "No longer attested: {title}",
            "The attestation ended on {due}, and none follows it: the promise is not proven until one does.\n"
            "`troth attestation give {topic}`",
        ),
        (
            "Attestation échue : {title}",
            "L’attestation a pris fin le {due}, sans suite : la promesse n’est plus prouvée jusque-là.\n"
            "`troth attestation give {topic}`",
        ),
    ),
    "attestation_given": (
        (
            "To review: {title}",
            "It was attested and waits for somebody else to review it: `troth attestation review {attestation}`.",
        ),
        (
            "À revoir : {title}",
            "L’attestation attend la revue d’une autre personne : `troth attestation review {attestation}`.",
        ),
    ),
}


def kinds() -> frozenset[str]:
    """The kinds that can be mailed."""
    return frozenset(_TEXTS)


def fields(kind: str, language: str) -> frozenset[str]:
    """What a letter's texts read of the payload."""
    texts = _TEXTS[kind][LANGUAGES.index(language)]
    return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)


def letter(kind: str, payload: Payload, language: str, address: str) -> Letter:
    """Write a letter. Raises HeaderRefused."""
    number = LANGUAGES.index(language) if language in LANGUAGES else 0
    subject, body = _TEXTS[kind][number]
    values = {name: _said(name, value, number) for name, value in payload.items()}
    path = values.get("path", "")
    link = f"\n\n{address}{path}" if path.startswith("/") else ""
    filled = subject.format_map(values)
    if len(filled.splitlines()) != 1 or not filled.isprintable():
        raise HeaderRefused
    return Letter(subject=filled, body=f"{body.format_map(values)}{link}\n\n-- \nTroth\n")


def _said(name: str, value: Value, number: int) -> str:
    if isinstance(value, Mapping):
        return value[LANGUAGES[number]]
    if name in {"from", "to"} and value in _STATES:
        return _STATES[str(value)][number]
    return "–" if value is None else str(value)
