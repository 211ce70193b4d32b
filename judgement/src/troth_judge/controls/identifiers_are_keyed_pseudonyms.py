"""Judges whether identifiers are kept as keyed pseudonyms (clause N-4.1c)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """How a canary's identifier lies in the index, and how many other digests were looked at."""

    found: bool
    as_computed: bool
    guessed: tuple[str, ...]
    clear: int
    shared: bool
    sampled: int
    odd: int


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:  # noqa: PLR0911 - one answer to each question
    """Anything that can be read or computed without the key is no pseudonym."""
    if facts.clear:
        return broken("pseudonyms.clear")
    if facts.guessed:
        return broken("pseudonyms.guessed", digests=facts.guessed)
    if facts.shared:
        return broken("pseudonyms.shared")
    if facts.odd:
        return broken("pseudonyms.odd", odd=facts.odd, sampled=facts.sampled)
    if not facts.sampled:
        return unverified("pseudonyms.nothing")
    if not facts.found or not facts.as_computed:
        return unverified("pseudonyms.no_twin")
    return kept("pseudonyms.kept", sampled=facts.sampled)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "pseudonyms.kept": {
        "en": "A canary’s identifier was found by its keyed digest, and by no digest that can be computed without the "
        "key; {sampled:stored digest was|stored digests were} looked at.",
        "fr": "L’identifiant d’un canari a été retrouvé par son empreinte à clé, et par aucune empreinte calculable "
        "sans la clé ; {sampled:empreinte stockée a été examinée|empreintes stockées ont été examinées}.",
    },
    "pseudonyms.clear": {
        "en": "An identifier stands in the index in the clear.",
        "fr": "Un identifiant figure en clair dans l’index.",
    },
    "pseudonyms.guessed": {
        "en": "An identifier’s digest can be computed without the key: {digests:list}.",
        "fr": "L’empreinte d’un identifiant est calculable sans la clé : {digests:list}.",
    },
    "pseudonyms.shared": {
        "en": "The same identifier has the same digest at two customers.",
        "fr": "Le même identifiant a la même empreinte chez deux clients.",
    },
    "pseudonyms.odd": {
        "en": "{odd:stored digest|stored digests} of {sampled} looked at do not have the form of a keyed one.",
        "fr": "{odd:empreinte|empreintes} sur {sampled} examinées n’ont pas la forme d’une empreinte à clé.",
    },
    "pseudonyms.nothing": {
        "en": "There was no digest to look at.",
        "fr": "Il n’y avait aucune empreinte à examiner.",
    },
    "pseudonyms.no_twin": {
        "en": "The canary was not found by its own digest, so the other looks prove nothing.",
        "fr": "Le canari n’a pas été retrouvé par sa propre empreinte : le reste ne prouve donc rien.",
    },
}
