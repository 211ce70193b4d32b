"""Staff reach customer data only with a reason, and the log has it (A-2a, N-2.3a, N-4.2e)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """The gate was asked for each action without and with a reason. `staff_entries` are sealed entries of staff at a
    customer's data, `unreasoned` those that commit to no reason."""

    window: timedelta
    actions: int
    allowed_without: tuple[str, ...]
    refused_with: tuple[str, ...]
    looked_at: int
    staff_entries: int
    unreasoned: int
    which: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """What happened outranks what could happen."""
    if facts.unreasoned:
        return broken("reason.missing", n=facts.unreasoned, window=facts.window, which=facts.which)
    if facts.allowed_without:
        return broken("reason.not_asked", which=facts.allowed_without)
    if not facts.actions or facts.refused_with:
        # Where the allowed twin is refused, a refusal proves nothing.
        return unverified("reason.not_tried", which=facts.refused_with)
    if not facts.staff_entries:
        return kept("reason.nobody_looked", n=facts.actions, window=facts.window)
    return kept("reason.asked", n=facts.actions, staff=facts.staff_entries, window=facts.window)


SENTENCES = {
    "reason.asked": {
        "en": "{n:kind|kinds} of access refused to staff without a reason and granted with one. {staff:look|looks} by "
        "staff in {window:duration}, each with its reason in the log.",
        "fr": "{n:sorte|sortes} d’accès refusées au personnel sans motif et accordées avec. {staff:accès|accès} du "
        "personnel en {window:duration}, chacun avec son motif au journal.",
    },
    "reason.nobody_looked": {
        "en": "{n:kind|kinds} of access refused to staff without a reason and granted with one. No staff looked in "
        "{window:duration}.",
        "fr": "{n:sorte|sortes} d’accès refusées au personnel sans motif et accordées avec. Aucun accès du personnel "
        "en {window:duration}.",
    },
    "reason.missing": {
        "en": "{n:look|looks} by staff in {window:duration} without a reason in the log.",
        "fr": "{n:accès|accès} du personnel en {window:duration} sans motif au journal.",
    },
    "reason.not_asked": {
        "en": "Staff would be let in without a reason ({which:list}).",
        "fr": "Le personnel entrerait sans motif ({which:list}).",
    },
    "reason.not_tried": {
        "en": "The attempt could not be made: staff are refused even with a reason ({which:list}).",
        "fr": "La tentative n’a pas pu être faite : le personnel est refusé même avec un motif ({which:list}).",
    },
}
ADVICE = {
    "reason.missing": {
        "en": "Look the entries up by their ids, and ask whoever acted.",
        "fr": "Cherchez ces entrées par leur identifiant et demandez à qui a agi.",
    },
}
