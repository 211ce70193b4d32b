"""Every use of the API is in the log with its key, and so is every refusal (K-4g)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`calls` are the requests that were made; `failed` those that the API did not answer as it should; the others say
    which have no entry, one without key, route or address, or one that was not sealed within `patience`."""

    calls: tuple[str, ...]
    failed: tuple[str, ...]
    unlogged: tuple[str, ...]
    vague: tuple[str, ...]
    waiting: tuple[str, ...]
    patience: timedelta


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A call that failed proves nothing about its entry."""
    if facts.unlogged:
        return broken("api.unlogged", which=facts.unlogged)
    if facts.vague:
        return broken("api.vague", which=facts.vague)
    if not facts.calls or facts.failed:
        return unverified("api.no_answer", which=facts.failed)
    if facts.waiting:
        return at_risk("api.not_sealed", n=len(facts.waiting), patience=facts.patience)
    return kept("api.logged", n=len(facts.calls))


SENTENCES = {
    "api.logged": {
        "en": "{n:call|calls} of our own to the API, refused ones too: each is in the sealed log with key, route and "
        "address.",
        "fr": "{n:appel|appels} de notre part à l’API, refus compris : chacun figure au journal scellé avec clé, "
        "route et "
        "adresse.",
    },
    "api.unlogged": {
        "en": "A call to the API left no entry in the log ({which:list}).",
        "fr": "Un appel à l’API n’a laissé aucune trace au journal ({which:list}).",
    },
    "api.vague": {
        "en": "A call to the API is in the log without key, route or address ({which:list}).",
        "fr": "Un appel à l’API figure au journal sans clé, route ou adresse ({which:list}).",
    },
    "api.not_sealed": {
        "en": "{n:call was|calls were} written down and not sealed within {patience:duration}.",
        "fr": "{n:appel a été noté|appels ont été notés} sans être scellés en {patience:duration}.",
    },
    "api.no_answer": {
        "en": "The API did not answer our test calls as it should ({which:list}).",
        "fr": "L’API n’a pas répondu à nos appels d’essai comme elle le doit ({which:list}).",
    },
}
