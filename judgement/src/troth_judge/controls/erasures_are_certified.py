"""Every finished erasure has a signed certificate that verifies (X-7b, NIST SP 800-88r2 §4.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`without` and `wrong` are erasure ids: those without a certificate, and those whose certificate does not verify
    or speaks of another erasure. `verified` counts signatures computed again now, tests included."""

    window: timedelta
    finished: int
    tests_finished: int
    verified: int
    without: tuple[str, ...]
    without_count: int
    wrong: tuple[str, ...]
    wrong_count: int


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """All of them, or broken."""
    if facts.wrong_count:
        return broken("certificate.wrong", n=facts.wrong_count, which=facts.wrong)
    if facts.without_count:
        return broken("certificate.missing", n=facts.without_count, which=facts.without)
    if not facts.verified or facts.finished + facts.tests_finished == 0:
        return unverified("certificate.none_yet")
    if not facts.finished:
        return kept("certificate.only_tests", n=facts.verified)
    return kept("certificate.all", n=facts.finished, verified=facts.verified, window=facts.window)


SENTENCES = {
    "certificate.all": {
        "en": "{n:finished deletion|finished deletions}, each with its signed certificate; {verified:signature|"
        "signatures} of the last {window:duration} verified again.",
        "fr": "{n:suppression terminée, avec son certificat signé|suppressions terminées, chacune avec son certificat "
        "signé} ; {verified:signature revérifiée|signatures revérifiées} sur {window:duration}.",
    },
    "certificate.only_tests": {
        "en": "No customer’s deletion has finished yet. Our own tests are certified: {n:signature|signatures} verified "
        "again.",
        "fr": "Aucune suppression de client n’est encore terminée. Nos essais sont certifiés : {n:signature revérifiée|"
        "signatures revérifiées}.",
    },
    "certificate.missing": {
        "en": "{n:finished deletion has|finished deletions have} no certificate.",
        "fr": "{n:suppression terminée n’a|suppressions terminées n’ont} pas de certificat.",
    },
    "certificate.wrong": {
        "en": "{n:certificate does|certificates do} not verify.",
        "fr": "{n:certificat ne se vérifie|certificats ne se vérifient} pas.",
    },
    "certificate.none_yet": {
        "en": "No deletion has finished yet, not even our own test.",
        "fr": "Aucune suppression n’est encore terminée, pas même notre essai.",
    },
}
ADVICE = {
    "certificate.missing": {
        "en": "Keep the database as it is: a certificate is written together with the end of its deletion, so somebody "
        "removed it.",
        "fr": "Gardez la base telle quelle : un certificat s’écrit avec la fin de sa suppression ; quelqu’un l’a "
        "retiré.",
    },
    "certificate.wrong": {
        "en": "Compare with the copy that the customer was given; ours was altered, or another key signed it.",
        "fr": "Comparez avec la copie remise au client ; la nôtre a été altérée, ou une autre clé l’a signée.",
    },
}
