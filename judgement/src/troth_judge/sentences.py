"""What a verdict says to a person, in English and in French: pages, mail, command line and verifier speak alike.

Guarantees: every code that a judge or the derivation can emit has a sentence in both languages (a test asks each).
"""

from collections.abc import Mapping

from troth_judge.judges import JUDGES, Words
from troth_judge.verdict import State, Verdict
from troth_judge.words import Language, fill

STATE_WORDS: Mapping[State, Mapping[Language, str]] = {
    "kept": {"en": "Kept", "fr": "Tenue"},
    "at_risk": {"en": "At risk", "fr": "Menacée"},
    "broken": {"en": "Broken", "fr": "Rompue"},
    "stale": {"en": "Not checked in time", "fr": "Pas vérifiée à temps"},
    "unverified": {"en": "Not proven", "fr": "Non prouvée"},
    "excepted": {"en": "Excepted", "fr": "Exceptée"},
    "declared": {"en": "Declared", "fr": "Déclarée"},
}

GENERAL: Words = {
    "declared": {
        "en": "A statement about how we work; there is nothing to measure.",
        "fr": "Une déclaration sur notre façon de travailler ; il n’y a rien à mesurer.",
    },
    "declared.exceeded": {
        "en": "Declared; in fact the platform does better.",
        "fr": "Déclarée ; en fait, la plateforme fait mieux.",
    },
    "evidence.altered": {
        "en": "What is stored is not what was sealed in the log. We do not count it.",
        "fr": "Ce qui est conservé n’est pas ce qui a été scellé dans le journal. Nous ne le comptons pas.",
    },
    "evidence.empty": {
        "en": "There was nothing to look at.",
        "fr": "Il n’y avait rien à observer.",
    },
    "evidence.error": {
        "en": "The check itself failed ({error}).",
        "fr": "La vérification elle-même a échoué ({error}).",
    },
    "evidence.from_the_future": {
        "en": "The last check bears a time that has not come yet ({at:instant}). We do not count it.",
        "fr": "La dernière vérification porte une date encore à venir ({at:instant}). Nous ne la comptons pas.",
    },
    "evidence.none": {
        "en": "It was never checked.",
        "fr": "Elle n’a jamais été vérifiée.",
    },
    "evidence.stale": {
        "en": "The last check is {age:duration} old; it is due every {every:duration}. We do not count it.",
        "fr": "La dernière vérification date de {age:duration} ; il en faut une toutes les {every:duration}. "
        "Nous ne la comptons pas.",
    },
    "evidence.unsealed": {
        "en": "The last check has no place in the log. We do not count it.",
        "fr": "La dernière vérification n’a pas de place dans le journal. Nous ne la comptons pas.",
    },
    "judge.failed": {
        "en": "What was seen could not be judged ({error}).",
        "fr": "Ce qui a été observé n’a pas pu être jugé ({error}).",
    },
    "no_control": {
        "en": "Nothing checks it.",
        "fr": "Rien ne la vérifie.",
    },
    "not_built_yet": {
        "en": "Not built yet.",
        "fr": "Pas encore construit.",
    },
    "policy.taken_away": {
        "en": "The log knows a later policy than the one that is in force here. Nothing is proven under this one.",
        "fr": "Le journal connaît une politique postérieure à celle qui est en vigueur ici. Rien n’est prouvé sous "
        "celle-ci.",
    },
    "policy.unsealed": {
        "en": "The log does not bear out that this policy was put into force. Nothing is proven under it.",
        "fr": "Le journal n’atteste pas que cette politique a été mise en vigueur. Rien n’est prouvé sous elle.",
    },
    "terms.missing": {
        "en": "No clause in force says how much is promised ({term}).",
        "fr": "Aucune clause en vigueur ne dit ce qui est promis ({term}).",
    },
}

_ALL: Words = {**{code: words for judge in JUDGES.values() for code, words in judge.sentences.items()}, **GENERAL}
_ADVICE: Words = {code: words for judge in JUDGES.values() for code, words in judge.advice.items()}


def codes() -> frozenset[str]:
    """Return every code that has words."""
    return frozenset(_ALL)


def sentence(verdict: Verdict, language: Language) -> str:
    """Return what a verdict says. A code without words, from a newer server say, is said as it is."""
    words = _ALL.get(verdict.code)
    return fill(words[language], verdict.params, language) if words else verdict.code


def advice(verdict: Verdict, language: Language) -> str | None:
    """Return what to do next, where the control says it."""
    words = _ADVICE.get(verdict.code)
    return fill(words[language], verdict.params, language) if words else None
