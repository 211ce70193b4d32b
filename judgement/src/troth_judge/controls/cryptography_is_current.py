"""Judges whether the cryptography in use is current (clause A-5c)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """Versions of sealed values, ages of keys, and dates of reviews."""

    opens: bool
    sampled: int
    unknown: int
    versions: tuple[int, ...]
    newest: int
    root_age: timedelta | None
    root_lives: timedelta
    reviewed: datetime
    review_again: datetime
    seen_at: datetime
    algorithms: tuple[str, ...]
    library: str


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:  # noqa: PLR0911 - one answer to each question
    """Seals that fail, or that nobody knows, come first; then overdue keys and reviews."""
    if not facts.opens:
        return broken("cryptography.fails")
    if facts.unknown:
        return broken("cryptography.unknown", unknown=facts.unknown, sampled=facts.sampled)
    if facts.seen_at > facts.review_again:
        return broken("cryptography.review_overdue", since=facts.review_again)
    if not facts.sampled or facts.root_age is None:
        return unverified("cryptography.nothing")
    if facts.root_age > facts.root_lives:
        return broken("cryptography.old_root", age=facts.root_age, lives=facts.root_lives)
    if facts.review_again - facts.seen_at < SOON:
        return at_risk("cryptography.review_soon", due=facts.review_again)
    if min(facts.versions) < facts.newest:
        return at_risk("cryptography.old_version", oldest=min(facts.versions), newest=facts.newest)
    return kept("cryptography.kept", sampled=facts.sampled, age=facts.root_age, reviewed=facts.reviewed)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "cryptography.kept": {
        "en": "{sampled:sealed value carries|sealed values carry} the newest version; the root key is {age:duration} "
        "old; the algorithms were reviewed on {reviewed:instant}.",
        "fr": "{sampled:valeur scellée porte|valeurs scellées portent} la version la plus récente ; la clé racine a "
        "{age:duration} ; les algorithmes ont été revus le {reviewed:instant}.",
    },
    "cryptography.fails": {
        "en": "A sealed value opened with a wrong key, or did not open with its own.",
        "fr": "Une valeur scellée s’est ouverte avec une mauvaise clé, ou ne s’est pas ouverte avec la sienne.",
    },
    "cryptography.unknown": {
        "en": "{unknown:value|values} of {sampled} looked at carry no known version of sealed bytes.",
        "fr": "{unknown:valeur|valeurs} sur {sampled} examinées ne portent aucune version connue d’octets scellés.",
    },
    "cryptography.review_overdue": {
        "en": "The review of the algorithms is overdue since {since:instant}.",
        "fr": "La revue des algorithmes est en retard depuis le {since:instant}.",
    },
    "cryptography.review_soon": {
        "en": "The algorithms must be reviewed by {due:instant}.",
        "fr": "Les algorithmes doivent être revus d’ici le {due:instant}.",
    },
    "cryptography.old_root": {
        "en": "The root key is {age:duration} old, older than the {lives:duration} that it may live.",
        "fr": "La clé racine a {age:duration}, plus que les {lives:duration} de vie qui lui sont permis.",
    },
    "cryptography.old_version": {
        "en": "Some values are still sealed in version {oldest}; {newest} is the newest.",
        "fr": "Certaines valeurs sont encore scellées en version {oldest} ; la plus récente est {newest}.",
    },
    "cryptography.nothing": {
        "en": "There was no sealed value, or no root key, to look at.",
        "fr": "Il n’y avait aucune valeur scellée, ou aucune clé racine, à examiner.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "cryptography.old_root": {
        "en": "Begin a new epoch: `troth key rotate`.",
        "fr": "Commencez une nouvelle époque : `troth key rotate`.",
    },
    "cryptography.review_overdue": {
        "en": "Install a newer release: each one says when its algorithms were reviewed.",
        "fr": "Installez une version plus récente : chacune dit quand ses algorithmes ont été revus.",
    },
    "cryptography.review_soon": {
        "en": "Plan an upgrade before that day.",
        "fr": "Prévoyez une mise à jour avant cette date.",
    },
}
