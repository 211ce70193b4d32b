"""Nobody at the operator ever sets a person's password: it comes through that person's own enrolment (C-1.6e)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`preset` accounts have a password and no enrolment that was used; `unlogged` counts passwords beyond the
    enrolments in their customer's log; `early` are invited accounts that have one before enrolling."""

    passwords: int
    tests: int
    preset: int
    unlogged: int
    early: int
    where: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """One is one too many."""
    if facts.preset or facts.early:
        return broken("preset.there", n=max(facts.preset, facts.early), where=facts.where)
    if facts.unlogged:
        return broken("preset.unlogged", n=facts.unlogged, where=facts.where)
    if not facts.passwords + facts.tests:
        return unverified("preset.none")
    if not facts.passwords:
        return kept("preset.only_tests", n=facts.tests)
    return kept("preset.own", n=facts.passwords)


SENTENCES = {
    "preset.own": {
        "en": "{n:password|passwords}, each set by its person through a link that works once.",
        "fr": "{n:mot de passe|mots de passe}, chacun choisi par sa personne à travers un lien à usage unique.",
    },
    "preset.only_tests": {
        "en": "Only our {n:test account has|test accounts have} a password yet, set through a link that works once.",
        "fr": "Seuls nos {n:compte|comptes} d’essai ont un mot de passe, choisi à travers un lien à usage unique.",
    },
    "preset.there": {
        "en": "{n:account has|accounts have} a password that its person never set.",
        "fr": "{n:compte a|comptes ont} un mot de passe que sa personne n’a jamais choisi.",
    },
    "preset.unlogged": {
        "en": "{n:password has|passwords have} no enrolment in the log.",
        "fr": "{n:mot de passe n’a|mots de passe n’ont} pas d’inscription au journal.",
    },
    "preset.none": {
        "en": "No account has a password yet.",
        "fr": "Aucun compte n’a encore de mot de passe.",
    },
}
ADVICE = {
    code: {
        "en": "Deactivate the account or invite its person anew, and find out who wrote the row.",
        "fr": "Désactivez le compte ou réinvitez sa personne, et cherchez qui a écrit la ligne.",
    }
    for code in ("preset.there", "preset.unlogged")
}
