"""A customer's data is deleted at any time, on its owner's word and on nobody else's (A-4a, X-7c)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified

TRIED_AT_MOST_AGO = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest try on a test customer of its own. `refused` and `accepted` are those who are not its owner."""

    tried: timedelta | None
    owner_accepted: bool
    refused: tuple[str, ...]
    accepted: tuple[str, ...]
    took: timedelta | None
    open_for: timedelta | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """Others' success outranks the owner's: a door for all would let the owner through as well."""
    limit = terms.get("erasure.production_within")
    if facts.tried is None or facts.tried > TRIED_AT_MOST_AGO:
        return unverified("deletion.not_tried")
    if facts.accepted:
        return broken("deletion.by_others", who=facts.accepted)
    if not facts.owner_accepted:
        return broken("deletion.refused_to_owner")
    # A policy may let owners delete without saying how fast (X-7c): then a deletion only has to end.
    if isinstance(limit, timedelta) and facts.open_for is not None and facts.open_for > limit:
        return broken("deletion.never_ends", age=facts.open_for, limit=limit)
    if facts.took is None or not facts.refused:
        return unverified("deletion.under_way")
    return kept("deletion.by_owner", took=facts.took, n=len(facts.refused))


SENTENCES = {
    "deletion.by_owner": {
        "en": "A test customer was deleted on its owner’s word in {took:duration}. {n:other person was|others were} "
        "refused.",
        "fr": "Un client d’essai a été supprimé sur la parole de son propriétaire en {took:duration}. "
        "{n:autre demande a été refusée|autres demandes ont été refusées}.",
    },
    "deletion.by_others": {
        "en": "A deletion was granted to someone who is not the owner ({who:list}).",
        "fr": "Une suppression a été accordée à qui n’est pas propriétaire ({who:list}).",
    },
    "deletion.refused_to_owner": {
        "en": "The owner of a test customer asked for its deletion and was refused.",
        "fr": "Le propriétaire d’un client d’essai a demandé sa suppression ; elle a été refusée.",
    },
    "deletion.never_ends": {
        "en": "The owner’s deletion of a test customer was accepted {age:duration} ago and is not finished; "
        "{limit:duration} are promised.",
        "fr": "La suppression d’un client d’essai, acceptée il y a {age:duration}, n’est pas terminée ; "
        "{limit:duration} sont promis.",
    },
    "deletion.under_way": {
        "en": "The first test deletion is under way.",
        "fr": "La première suppression d’essai est en cours.",
    },
    "deletion.not_tried": {
        "en": "No test customer was deleted in the last days.",
        "fr": "Aucun client d’essai n’a été supprimé ces derniers jours.",
    },
}
ADVICE = {
    "deletion.by_others": {
        "en": "Compare the table of roles (`access.roles`) with the policy; a role has too much.",
        "fr": "Comparez la table des rôles (`access.roles`) à la politique ; un rôle peut trop.",
    },
    "deletion.never_ends": {
        "en": "See that the worker runs (`troth status`) and what the deletion’s steps wait for.",
        "fr": "Vérifiez que le processus de travail tourne (`troth status`) et ce qu’attendent les étapes.",
    },
}
