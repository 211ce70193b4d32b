"""After each erasure everything was searched for survivors, and a search today finds none (X-7e)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`unscanned` and `left` are erasure ids: finished without a search, or with one that found something.
    `again` counts the erasures searched for once more now; `survivors` says where and how many ("table:count")."""

    window: timedelta
    finished: int
    tests_finished: int
    fewest_places: int | None
    unscanned: tuple[str, ...]
    left: tuple[str, ...]
    again: int
    survivors: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """What is there today outranks what was written down then."""
    if facts.survivors:
        return broken("scan.survivors", where=facts.survivors)
    if facts.left:
        return broken("scan.finished_with_survivors", n=len(facts.left), which=facts.left)
    if facts.unscanned:
        return broken("scan.missing", n=len(facts.unscanned), which=facts.unscanned)
    if facts.finished + facts.tests_finished == 0 or not facts.again or not facts.fewest_places:
        return unverified("scan.none_yet", window=facts.window)
    if not facts.finished:
        return kept("scan.only_tests", places=facts.fewest_places, again=facts.again, window=facts.window)
    return kept("scan.clean", n=facts.finished, places=facts.fewest_places, again=facts.again, window=facts.window)


SENTENCES = {
    "scan.clean": {
        "en": "{n:deletion|deletions} in {window:duration}, each followed by a search of {places:place|places} or "
        "more. "
        "We searched for {again:of them|of them} again now and found nothing.",
        "fr": "{n:suppression|suppressions} en {window:duration}, chacune suivie d’une recherche en "
        "{places:lieu|lieux} "
        "ou plus. Nous en avons recherché {again:une seconde fois|une seconde fois} et n’avons rien trouvé.",
    },
    "scan.only_tests": {
        "en": "No customer’s deletion finished in {window:duration}. After our own tests "
        "{places:place was|places were} "
        "searched, and nothing is found now either.",
        "fr": "Aucune suppression de client en {window:duration}. Après nos essais, "
        "{places:lieu a été fouillé|lieux ont "
        "été fouillés}, et rien n’y est trouvé à présent.",
    },
    "scan.survivors": {
        "en": "Something that was erased is still there ({where:list}).",
        "fr": "Quelque chose qui a été effacé est encore là ({where:list}).",
    },
    "scan.finished_with_survivors": {
        "en": "{n:deletion was|deletions were} finished although the search had found something.",
        "fr": "{n:suppression a été terminée|suppressions ont été terminées} bien que la recherche ait trouvé quelque "
        "chose.",
    },
    "scan.missing": {
        "en": "{n:deletion was|deletions were} finished without a search.",
        "fr": "{n:suppression a été terminée|suppressions ont été terminées} sans recherche.",
    },
    "scan.none_yet": {
        "en": "No deletion finished in {window:duration}, not even our own test.",
        "fr": "Aucune suppression ne s’est terminée en {window:duration}, pas même notre essai.",
    },
}
ADVICE = {
    "scan.survivors": {
        "en": "Find out who wrote these rows after the deletion; then ask for it again.",
        "fr": "Cherchez qui a écrit ces lignes après la suppression ; puis redemandez-la.",
    },
}
