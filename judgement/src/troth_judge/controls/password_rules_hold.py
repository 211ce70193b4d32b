"""A password is taken only as the rules say: length, characters, no common one (C-1.5b, N-2.3c)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified

NEARLY_ALL = 80
"""Percent of one character that make a password weak by anybody's measure."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Found out by offering passwords to the rule itself. `shortest` and `longest` were taken, one less and one more
    were not (`longest` None: as long as we tried, `tried`). `most_same` is the largest share in percent that one
    character had in a taken one, `without` are the kinds of characters that a taken one may lack (lower, upper, digit,
    special); `enrolled` and `enrolment_refused` say how a way in answered to a good and to a weak one. `promised`
    are the bounds that were in force then (`bounds`)."""

    shortest: int | None
    longest: int | None
    tried: int
    common_taken: bool
    most_same: int
    without: tuple[str, ...]
    enrolment_refused: bool
    enrolled: bool
    promised: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """Each promised bound in turn; without a promise, a common or a repetitive one is still too weak."""
    if facts.shortest is None or not facts.enrolled:
        # Where no good password is taken, refusing weak ones proves nothing.
        return unverified("password.none_taken")
    if not facts.enrolment_refused:
        return broken("password.way_in_takes_weak")
    breach = _length(facts, facts.shortest, terms) or _characters(facts, terms)
    if breach is not None and facts.promised != bounds(terms):
        # The rules follow the policy: what was seen under another says nothing of those in force now.
        return unverified("password.other_rules_now")
    if breach is not None:
        return breach
    if facts.longest is None:
        return kept("password.rules_from", shortest=facts.shortest)
    return kept("password.rules", shortest=facts.shortest, longest=facts.longest)


def bounds(terms: Mapping[str, Value]) -> tuple[str, ...]:
    """Return what these terms say of passwords, as texts that can be compared."""
    return tuple(f"{name}: {value}" for name, value in sorted(terms.items()) if name.startswith("access.password."))


def _length(facts: Facts, shortest: int, terms: Mapping[str, Value]) -> Verdict | None:
    at_least, at_most = terms.get("access.password.length.at_least"), terms.get("access.password.length.at_most")
    longest = facts.tried if facts.longest is None else facts.longest
    if isinstance(at_least, int) and shortest < at_least:
        return broken("password.too_short_taken", shortest=shortest, limit=at_least)
    if isinstance(at_most, int) and longest > at_most:
        return broken("password.too_long_taken", longest=longest, limit=at_most)
    return None


def _characters(facts: Facts, terms: Mapping[str, Value]) -> Verdict | None:
    wanted = terms.get("access.password.classes.all_of", ())
    lacking = tuple(one for one in facts.without if isinstance(wanted, tuple) and one in wanted)
    if lacking:
        return broken("password.class_not_asked", which=lacking)
    same = terms.get("access.password.same_character.at_most", NEARLY_ALL)
    if facts.common_taken or not isinstance(same, int) or facts.most_same > same:
        return broken("password.weak_taken")
    return None


SENTENCES = {
    "password.rules": {
        "en": "We offered passwords of every length: those of {shortest} to {longest} characters are taken, weak ones "
        "of "
        "any length are not.",
        "fr": "Nous avons proposé des mots de passe de toute longueur : de {shortest} à {longest} caractères ils sont "
        "acceptés, les faibles jamais.",
    },
    "password.rules_from": {
        "en": "We offered passwords of every length: those from {shortest} characters on are taken, weak ones of any "
        "length are not.",
        "fr": "Nous avons proposé des mots de passe de toute longueur : ils sont acceptés à partir de {shortest} "
        "caractères, les faibles jamais.",
    },
    "password.too_short_taken": {
        "en": "A password of {shortest} characters was taken; {limit} are promised at least.",
        "fr": "Un mot de passe de {shortest} caractères a été accepté ; {limit} au moins sont promis.",
    },
    "password.too_long_taken": {
        "en": "A password of {longest} characters was taken; {limit} are promised at most.",
        "fr": "Un mot de passe de {longest} caractères a été accepté ; {limit} au plus sont promis.",
    },
    "password.class_not_asked": {
        "en": "Passwords are taken without a kind of character that is promised ({which:list}).",
        "fr": "Des mots de passe sont acceptés sans un type de caractère promis ({which:list}).",
    },
    "password.weak_taken": {
        "en": "A common or repetitive password was taken.",
        "fr": "Un mot de passe courant ou répétitif a été accepté.",
    },
    "password.way_in_takes_weak": {
        "en": "The rule refuses weak passwords, and enrolment took one all the same.",
        "fr": "La règle refuse les mots de passe faibles, et l’inscription en a pourtant accepté un.",
    },
    "password.other_rules_now": {
        "en": "Other rules are in force since we last looked.",
        "fr": "D’autres règles sont en vigueur depuis notre dernière observation.",
    },
    "password.none_taken": {
        "en": "No password at all was taken: the refusals prove nothing.",
        "fr": "Aucun mot de passe n’a été accepté : les refus ne prouvent rien.",
    },
}
ADVICE = {
    code: {
        "en": "Activate the policy whose rules these are, or correct its terms (`troth policy terms`).",
        "fr": "Activez la politique dont ce sont les règles, ou corrigez ses termes (`troth policy terms`).",
    }
    for code in ("password.too_short_taken", "password.too_long_taken", "password.class_not_asked")
}
