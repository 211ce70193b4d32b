"""What is erased is gone from production within the promised time (A-4b, X-7c, GDPR art. 17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified

LOOKED_AT_MOST_AGO = timedelta(days=1)
NEAR = 0.75


@dataclass(frozen=True, slots=True)
class Facts:
    """Durations run from the owner's confirmation to the scan that found nothing. `late` are erasure ids, past the
    limit that they were given; the tests are the platform's own, on its canaries, and count nowhere else."""

    window: timedelta
    finished: int
    slowest: timedelta | None
    running: int
    oldest_open: timedelta | None
    late: tuple[str, ...]
    late_count: int
    tests_finished: int
    tests_slowest: timedelta | None
    tests_oldest_open: timedelta | None
    survivors: tuple[str, ...]
    last_scan: timedelta | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A survivor outranks every clock: an erasure that was in time and left something was none."""
    limit = terms["erasure.production_within"]
    if not isinstance(limit, timedelta):
        raise TypeError("erasure.production_within")
    if facts.survivors:
        return broken("erasure.survivors", where=facts.survivors)
    if facts.late_count:
        return broken("erasure.late", n=facts.late_count, late=facts.late, limit=limit)
    if facts.tests_oldest_open is not None and facts.tests_oldest_open > limit:
        return broken("erasure.test_late", age=facts.tests_oldest_open, limit=limit)
    # The canary is erased every day: an empty window or an old scan means that nobody looks.
    if facts.finished + facts.tests_finished == 0 or facts.last_scan is None or facts.last_scan > LOOKED_AT_MOST_AGO:
        return unverified("erasure.nothing_seen", window=facts.window)
    near = _near(facts, limit)
    return near or _kept(facts, limit)


def _near(facts: Facts, limit: timedelta) -> Verdict | None:
    if facts.oldest_open is not None and facts.oldest_open > limit * NEAR:
        return at_risk("erasure.nears_limit", n=facts.running, age=facts.oldest_open, limit=limit)
    if facts.tests_oldest_open is not None and facts.tests_oldest_open > limit * NEAR:
        return at_risk("erasure.test_nears_limit", age=facts.tests_oldest_open, limit=limit)
    # Nothing was late by what was promised then; by what is promised now it would be.
    if facts.slowest is not None and facts.slowest > limit:
        return at_risk("erasure.slower_than_now_promised", slowest=facts.slowest, limit=limit)
    return None


def _kept(facts: Facts, limit: timedelta) -> Verdict:
    if not facts.finished and not facts.running:
        return kept("erasure.only_tests", window=facts.window, slowest=facts.tests_slowest, limit=limit)
    if not facts.running:
        return kept("erasure.in_time", n=facts.finished, window=facts.window, slowest=facts.slowest, limit=limit)
    return kept(
        "erasure.in_time_and_running" if facts.finished else "erasure.running",
        n=facts.finished,
        window=facts.window,
        slowest=facts.slowest,
        running=facts.running,
        age=facts.oldest_open,
        limit=limit,
    )


SENTENCES = {
    "erasure.in_time": {
        "en": "{n:deletion|deletions} in {window:duration}, slowest {slowest:duration} of {limit:duration}.",
        "fr": "{n:suppression|suppressions} en {window:duration}, la plus lente {slowest:duration} "
        "sur {limit:duration}.",
    },
    "erasure.in_time_and_running": {
        "en": "{n:deletion|deletions} in {window:duration}, slowest {slowest:duration}. "
        "{running:is|are} still running, the oldest for {age:duration} of {limit:duration}.",
        "fr": "{n:suppression|suppressions} en {window:duration}, la plus lente {slowest:duration}. "
        "{running:est|sont} encore en cours, la plus ancienne depuis {age:duration} sur {limit:duration}.",
    },
    "erasure.running": {
        "en": "{running:deletion|deletions} running, the oldest for {age:duration} of {limit:duration}.",
        "fr": "{running:suppression|suppressions} en cours, la plus ancienne depuis {age:duration} "
        "sur {limit:duration}.",
    },
    "erasure.only_tests": {
        "en": "Nobody asked for a deletion in {window:duration}. Our own test deletion took at most "
        "{slowest:duration} of {limit:duration}.",
        "fr": "Personne n’a demandé de suppression en {window:duration}. Notre suppression d’essai a pris au plus "
        "{slowest:duration} sur {limit:duration}.",
    },
    "erasure.nears_limit": {
        "en": "A deletion has been running for {age:duration} of {limit:duration}; {n:is|are} still open.",
        "fr": "Une suppression est en cours depuis {age:duration} sur {limit:duration} ; {n:reste ouverte|restent "
        "ouvertes}.",
    },
    "erasure.test_nears_limit": {
        "en": "Our own test deletion has been running for {age:duration} of {limit:duration}.",
        "fr": "Notre suppression d’essai est en cours depuis {age:duration} sur {limit:duration}.",
    },
    "erasure.slower_than_now_promised": {
        "en": "Every deletion kept the limit it was given; one took {slowest:duration}, longer than the "
        "{limit:duration} promised now.",
        "fr": "Chaque suppression a tenu le délai qui lui était donné ; l’une a pris {slowest:duration}, plus que les "
        "{limit:duration} promis à présent.",
    },
    "erasure.late": {
        "en": "{n:deletion|deletions} took or take longer than promised.",
        "fr": "{n:suppression a dépassé ou dépasse|suppressions ont dépassé ou dépassent} le délai promis.",
    },
    "erasure.test_late": {
        "en": "Our own test deletion has been running for {age:duration}; {limit:duration} are promised.",
        "fr": "Notre suppression d’essai est en cours depuis {age:duration} ; {limit:duration} sont promis.",
    },
    "erasure.survivors": {
        "en": "Something that was erased is still there ({where:list}).",
        "fr": "Quelque chose qui a été effacé est encore là ({where:list}).",
    },
    "erasure.nothing_seen": {
        "en": "No deletion was seen to its end in {window:duration}, not even our own test, or nobody looked since "
        "yesterday.",
        "fr": "Aucune suppression n’a été vue aboutir en {window:duration}, pas même notre essai, ou personne n’a "
        "regardé depuis hier.",
    },
}
ADVICE = {
    "erasure.late": {
        "en": "Open the deletion in the console: its steps say what it waits for. Then say “try again”.",
        "fr": "Ouvrez la suppression dans la console : ses étapes disent ce qu’elle attend. Puis relancez-la.",
    },
    "erasure.nears_limit": {
        "en": "Open the oldest deletion in the console and see which step waits, and for what.",
        "fr": "Ouvrez la plus ancienne suppression dans la console et voyez quelle étape attend, et quoi.",
    },
    "erasure.test_late": {
        "en": "See that the worker runs (`troth status`) and that every key place is in reach.",
        "fr": "Vérifiez que le processus de travail tourne (`troth status`) et que chaque dépôt de clés répond.",
    },
    "erasure.survivors": {
        "en": "Find out who wrote these rows after the deletion; then ask for it again.",
        "fr": "Cherchez qui a écrit ces lignes après la suppression ; puis redemandez-la.",
    },
    "erasure.nothing_seen": {
        "en": "See that the worker runs (`troth status`): it erases the test person every day.",
        "fr": "Vérifiez que le processus de travail tourne (`troth status`) : il efface chaque jour la personne "
        "d’essai.",
    },
}
