"""Judges whether anything that exists still opens what was erased (clauses A-4b, X-7b, X-7e)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """How many erased canaries were tried, which opened (by subject), and whether the living ones did."""

    twins: int
    twins_opened: int
    roots: int
    places_unseen: int
    tried: int
    opened: tuple[str, ...]
    oldest: timedelta | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """One that opens is enough; none that opens proves something only where the living one did."""
    if facts.opened:
        return broken("erased_keys.opened", subjects=facts.opened)
    if not facts.twins or facts.twins_opened < facts.twins:
        return unverified("erased_keys.no_twin")
    if facts.places_unseen:
        return unverified("erased_keys.place_unseen", places=facts.places_unseen)
    if not facts.tried:
        return unverified("erased_keys.none_yet")
    return kept("erased_keys.kept", tried=facts.tried, oldest=facts.oldest)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "erased_keys.kept": {
        "en": "{tried:erased canary was|erased canaries were} tried with every key that exists, the oldest copy "
        "{oldest:duration} old: none opened.",
        "fr": "{tried:canari effacé a été essayé|canaris effacés ont été essayés} avec toutes les clés existantes, la "
        "plus ancienne copie datant de {oldest:duration} : aucun ne s’est ouvert.",
    },
    "erased_keys.opened": {
        "en": "{subjects:erased canary|erased canaries} could be opened again.",
        "fr": "{subjects:canari effacé a pu être rouvert|canaris effacés ont pu être rouverts}.",
    },
    "erased_keys.no_twin": {
        "en": "A living canary could not be opened either, so the refusals prove nothing.",
        "fr": "Un canari vivant n’a pas pu être ouvert non plus : les refus ne prouvent donc rien.",
    },
    "erased_keys.place_unseen": {
        "en": "{places:key place|key places} could not be looked into.",
        "fr": "{places:dépôt de clés n’a|dépôts de clés n’ont} pas pu être examiné.",
    },
    "erased_keys.none_yet": {
        "en": "No canary was erased yet.",
        "fr": "Aucun canari n’a encore été effacé.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "erased_keys.opened": {
        "en": "Look at `troth key status`: an old root lies in a key place. Find how it came there before you delete "
        "it, and treat the erasures since as not done.",
        "fr": "Voyez `troth key status` : une ancienne racine se trouve dans un dépôt de clés. Cherchez comment elle y "
        "est venue avant de la supprimer, et tenez les effacements depuis lors pour non faits.",
    },
    "erased_keys.place_unseen": {
        "en": "Bring the key place back: `troth key status` names it.",
        "fr": "Rétablissez le dépôt de clés : `troth key status` le nomme.",
    },
}
