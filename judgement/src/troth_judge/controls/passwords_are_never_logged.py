"""A password stands in no log and no table (C-1.6d)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """The canary signed in with a fresh random password, a wrong one first. Then both were sought, in the clear and
    encoded. `found` says where, `control_found` whether the search finds what is known to be there."""

    signed_in: bool
    refused: bool
    files: int
    tables: int
    control_found: bool
    found: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A search that can't find is no search."""
    if facts.found:
        return broken("marker.found", where=facts.found)
    if not (facts.signed_in and facts.refused):
        return unverified("marker.no_sign_in")
    if not facts.control_found or not facts.tables:
        return unverified("marker.no_search")
    return kept("marker.nowhere", files=facts.files, tables=facts.tables)


SENTENCES = {
    "marker.nowhere": {
        "en": "A test account signed in with a fresh password, right and wrong. We searched "
        "{files:log file|log files} and "
        "{tables:table|tables}: it is in none.",
        "fr": "Un compte d’essai s’est connecté avec un mot de passe neuf, juste et faux. Nous avons fouillé "
        "{files:journal|journaux} et {tables:table|tables} : il n’est nulle part.",
    },
    "marker.found": {
        "en": "The password of a test account was written down ({where:list}).",
        "fr": "Le mot de passe d’un compte d’essai a été écrit ({where:list}).",
    },
    "marker.no_sign_in": {
        "en": "The test account could not sign in: there was nothing to search for.",
        "fr": "Le compte d’essai n’a pas pu se connecter : il n’y avait rien à chercher.",
    },
    "marker.no_search": {
        "en": "The search did not find what is known to be there: it proves nothing.",
        "fr": "La recherche n’a pas trouvé ce qui y est à coup sûr : elle ne prouve rien.",
    },
}
ADVICE = {
    "marker.found": {
        "en": "Take that place out of service, find the line that writes it, and have everybody change their password.",
        "fr": "Mettez ce lieu hors service, trouvez la ligne qui l’écrit et faites changer tous les mots de passe.",
    },
}
