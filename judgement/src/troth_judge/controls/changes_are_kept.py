"""Who changed which field, and when, is kept for every change made through an interface (N-6d, C-1.5a)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """A field of the canary's record was corrected. `version` is the new one, 0 if it could not be; the rest says
    whether the change is kept, with its fields and its author, and how many earlier ones are and should be."""

    version: int
    there: bool
    fields_right: bool
    who_right: bool
    earlier: int
    expected: int
    value_kept: bool


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A lost change is a breach; so is one that keeps the old value, which must be nowhere."""
    if not facts.version:
        return unverified("change.none")
    if not facts.there:
        return broken("change.lost")
    if not (facts.fields_right and facts.who_right):
        return broken("change.vague")
    if facts.earlier < facts.expected:
        return broken("change.history_gone", n=facts.expected - facts.earlier)
    if facts.value_kept:
        return broken("change.value_kept")
    return kept("change.kept", n=facts.earlier + 1)


SENTENCES = {
    "change.kept": {
        "en": "We corrected a test record: who, when and which field are kept. Its history has {n:change|changes}, "
        "none "
        "missing.",
        "fr": "Nous avons corrigé une fiche d’essai : qui, quand et quel champ sont gardés. Son historique compte "
        "{n:modification|modifications}, sans lacune.",
    },
    "change.lost": {
        "en": "A correction of a test record was not kept.",
        "fr": "La correction d’une fiche d’essai n’a pas été gardée.",
    },
    "change.vague": {
        "en": "A correction is kept without its field or its author.",
        "fr": "Une correction est gardée sans son champ ou son auteur.",
    },
    "change.history_gone": {
        "en": "{n:earlier change is|earlier changes are} gone from a test record’s history.",
        "fr": "{n:modification antérieure a disparu|modifications antérieures ont disparu} de l’historique d’une fiche "
        "d’essai.",
    },
    "change.value_kept": {
        "en": "A correction keeps what the field held before.",
        "fr": "Une correction garde ce que le champ contenait auparavant.",
    },
    "change.none": {
        "en": "The test record could not be corrected.",
        "fr": "La fiche d’essai n’a pas pu être corrigée.",
    },
}
