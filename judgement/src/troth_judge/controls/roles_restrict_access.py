"""Each role may do what it is for and no more (C-1.1b, C-1.5d, X-2b, K-4d, N-4.2d)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """Every role asked the gate for every action. `too_much` and `too_little` are pairs "role action"; `written` are
    roles without the right that nevertheless changed a record."""

    roles: tuple[str, ...]
    asked: int
    refused: int
    too_much: tuple[str, ...]
    too_little: tuple[str, ...]
    written: tuple[str, ...]
    outsiders: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """Deeds outrank permissions; roles that a clause names must be there."""
    if facts.written:
        return broken("roles.written", who=facts.written)
    if facts.outsiders:
        return broken("roles.outsiders", who=facts.outsiders)
    if facts.too_much:
        return broken("roles.too_much", n=len(facts.too_much), which=facts.too_much)
    wanted = terms.get("access.roles.all_of", ())
    lacking = tuple(sorted(set(wanted) - set(facts.roles))) if isinstance(wanted, tuple) else ()
    if lacking:
        return broken("roles.lacking", which=lacking)
    if facts.too_little or not facts.refused or facts.refused == facts.asked:
        return unverified("roles.not_tried", which=facts.too_little)
    return kept("roles.restrict", roles=len(facts.roles), asked=facts.asked, refused=facts.refused)


SENTENCES = {
    "roles.restrict": {
        "en": "{roles:role|roles} asked for everything there is to ask, {asked:time|times}: "
        "{refused:refusal|refusals}, "
        "each where it belongs.",
        "fr": "{roles:rôle a|rôles ont} demandé tout ce qui se demande, {asked:fois|fois} : {refused:refus|refus}, "
        "chacun "
        "à sa place.",
    },
    "roles.written": {
        "en": "A role that may only look changed a record ({who:list}).",
        "fr": "Un rôle qui ne peut que consulter a modifié une fiche ({who:list}).",
    },
    "roles.outsiders": {
        "en": "Somebody from elsewhere was let in ({who:list}).",
        "fr": "Quelqu’un d’ailleurs a été admis ({who:list}).",
    },
    "roles.too_much": {
        "en": "A role may do more than it is for ({which:list}).",
        "fr": "Un rôle peut plus que sa fonction ({which:list}).",
    },
    "roles.lacking": {
        "en": "A promised role does not exist ({which:list}).",
        "fr": "Un rôle promis n’existe pas ({which:list}).",
    },
    "roles.not_tried": {
        "en": "The refusals prove nothing: what must be allowed was refused as well ({which:list}).",
        "fr": "Les refus ne prouvent rien : ce qui doit être permis a été refusé aussi ({which:list}).",
    },
}
ADVICE = {
    "roles.too_much": {
        "en": "Compare the table of roles (`access.roles`) with the policy.",
        "fr": "Comparez la table des rôles (`access.roles`) à la politique.",
    },
}
