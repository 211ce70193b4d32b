"""Every attempt to sign in is in the log: right, wrong, and of an unknown address (K-4e, A-10b)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`tried` are the kinds of attempts made; the others say which of them have no entry, a wrong or vague one, or
    one that was not sealed within `patience`."""

    tried: tuple[str, ...]
    unlogged: tuple[str, ...]
    vague: tuple[str, ...]
    waiting: tuple[str, ...]
    patience: timedelta


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """All kinds, or broken."""
    if facts.unlogged:
        return broken("attempt.unlogged", which=facts.unlogged)
    if facts.vague:
        return broken("attempt.vague", which=facts.vague)
    if "right" not in facts.tried or "wrong" not in facts.tried:
        return unverified("attempt.none")
    if facts.waiting:
        return at_risk("attempt.not_sealed", n=len(facts.waiting), patience=facts.patience)
    return kept("attempt.logged", n=len(facts.tried))


SENTENCES = {
    "attempt.logged": {
        "en": "We signed in {n:time|times} as a test account: rightly, wrongly, and under an unknown address. Each "
        "attempt "
        "is in the sealed log.",
        "fr": "Nous nous sommes connectés {n:fois|fois} avec un compte d’essai : à raison, à tort, et sous une adresse "
        "inconnue. Chaque tentative figure au journal scellé.",
    },
    "attempt.unlogged": {
        "en": "An attempt to sign in left no entry in the log ({which:list}).",
        "fr": "Une tentative de connexion n’a laissé aucune trace au journal ({which:list}).",
    },
    "attempt.vague": {
        "en": "An attempt to sign in is in the log without its outcome, account or address ({which:list}).",
        "fr": "Une tentative de connexion figure au journal sans son issue, son compte ou son adresse ({which:list}).",
    },
    "attempt.not_sealed": {
        "en": "{n:attempt was|attempts were} written down and not sealed within {patience:duration}.",
        "fr": "{n:tentative a été notée|tentatives ont été notées} sans être scellées en {patience:duration}.",
    },
    "attempt.none": {
        "en": "The test account could not sign in.",
        "fr": "Le compte d’essai n’a pas pu se connecter.",
    },
}
