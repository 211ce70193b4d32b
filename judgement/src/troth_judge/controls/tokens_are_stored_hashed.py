"""Judges whether tokens are stored as digests alone (clause C-1.6f)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """Tokens made for a canary: how many worked, and where any was found; and others' digests, by their form."""

    made: int
    worked: int
    found: tuple[str, ...]
    logged: tuple[str, ...]
    sampled: int
    odd: int


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A token that can be read anywhere is not hashed there."""
    if facts.found:
        return broken("tokens.found", where=facts.found)
    if facts.logged:
        return broken("tokens.logged", what=facts.logged)
    if facts.odd:
        return broken("tokens.odd", odd=facts.odd, sampled=facts.sampled)
    if not facts.made or facts.worked < facts.made or not facts.sampled:
        return unverified("tokens.no_twin", worked=facts.worked, made=facts.made)
    return kept("tokens.kept", made=facts.made, sampled=facts.sampled)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "tokens.kept": {
        "en": "{made:token|tokens} made for a canary worked and were found nowhere in the clear; {sampled:stored "
        "digest has|stored digests have} the form of one.",
        "fr": "{made:jeton fait pour un canari a fonctionné|jetons faits pour un canari ont fonctionné} et ne se "
        "trouvent nulle part en clair ; {sampled:empreinte stockée en a|empreintes stockées en ont} bien la forme.",
    },
    "tokens.found": {
        "en": "A token is stored in the clear: {where:list}.",
        "fr": "Un jeton est stocké en clair : {where:list}.",
    },
    "tokens.logged": {
        "en": "A token stands in a log: {what:list}.",
        "fr": "Un jeton figure dans un journal : {what:list}.",
    },
    "tokens.odd": {
        "en": "{odd:stored token|stored tokens} of {sampled} looked at do not have the form of a digest.",
        "fr": "{odd:jeton stocké|jetons stockés} sur {sampled} examinés n’ont pas la forme d’une empreinte.",
    },
    "tokens.no_twin": {
        "en": "Only {worked} of {made} tokens made for the canary worked, so that finding none proves nothing.",
        "fr": "Seulement {worked} jetons sur {made} faits pour le canari ont fonctionné : n’en trouver aucun ne prouve "
        "donc rien.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "tokens.found": {
        "en": "Revoke all API keys and sessions, then find what writes them down.",
        "fr": "Révoquez toutes les clés d’API et les sessions, puis cherchez ce qui les écrit.",
    },
}
