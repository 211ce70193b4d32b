"""What is written down gets its place in the sealed log in time (C-1.6c)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`took` is how long our own entry waited for its place, None if it still had none after `patience`. `limit` is
    what the log itself aims at."""

    limit: timedelta
    patience: timedelta
    waiting: int
    oldest: timedelta | None
    took: timedelta | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """Slower than the log aims at is a warning; a sealer that does not come is a breach."""
    limit = facts.limit
    worst = max((one for one in (facts.took, facts.oldest) if one is not None), default=None)
    if facts.took is None or worst is None:
        return broken("seal.missing", patience=facts.patience, n=facts.waiting)
    if worst > limit:
        if worst > facts.patience:
            return broken("seal.late", age=worst, limit=limit, n=facts.waiting)
        return at_risk("seal.slow", age=worst, limit=limit, n=facts.waiting)
    if limit <= timedelta(0):
        return unverified("seal.no_limit")
    return kept("seal.in_time", took=facts.took, limit=limit, n=facts.waiting)


SENTENCES = {
    "seal.in_time": {
        "en": "Our own entry was sealed after {took:duration} of {limit:duration}. {n:entry waits|entries wait}.",
        "fr": "Notre propre entrée a été scellée après {took:duration} sur {limit:duration}. {n:entrée attend|entrées "
        "attendent}.",
    },
    "seal.slow": {
        "en": "An entry waited {age:duration} for its place; {limit:duration} are usual. {n:waits|wait} now.",
        "fr": "Une entrée a attendu sa place {age:duration} ; {limit:duration} est l’usage. {n:attend|attendent} "
        "encore.",
    },
    "seal.late": {
        "en": "An entry has waited {age:duration} for its place; {limit:duration} are the limit. {n:waits|wait} now.",
        "fr": "Une entrée attend sa place depuis {age:duration} ; {limit:duration} est la limite. {n:attend|attendent} "
        "encore.",
    },
    "seal.missing": {
        "en": "Our own entry was not sealed within {patience:duration}. {n:entry waits|entries wait}.",
        "fr": "Notre propre entrée n’a pas été scellée en {patience:duration}. {n:entrée attend|entrées attendent}.",
    },
    "seal.no_limit": {
        "en": "Nothing says how long an entry may wait.",
        "fr": "Rien ne dit combien de temps une entrée peut attendre.",
    },
}
ADVICE = {
    code: {
        "en": "See that the sealer runs (`troth status`) and what its log says.",
        "fr": "Vérifiez que le scelleur tourne (`troth status`) et ce que dit son journal.",
    }
    for code in ("seal.slow", "seal.late", "seal.missing")
}
