"""An account belongs to exactly one customer, and so does every session and key of it (C-1.10b, C-1.10c, C-1.5a)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`missing` names the constraints that the catalogue lacks; the rest are counts over every customer."""

    accounts: int
    customers: int
    constraints: int
    missing: tuple[str, ...]
    in_several: int
    strays: int
    shared_address: int


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A breach in the data outranks a gap in what would prevent it."""
    if facts.in_several:
        return broken("accounts.in_several", n=facts.in_several)
    if facts.strays:
        return broken("accounts.strays", n=facts.strays)
    if facts.shared_address:
        return broken("accounts.shared_address", n=facts.shared_address)
    if facts.missing:
        return broken("accounts.unguarded", which=facts.missing)
    if not facts.accounts or not facts.constraints:
        return unverified("accounts.none")
    return kept("accounts.in_one", n=facts.accounts, customers=facts.customers, constraints=facts.constraints)


SENTENCES = {
    "accounts.in_one": {
        "en": "{n:account|accounts} of {customers:company|companies}, ours included, each in one of them. "
        "{constraints:constraint "
        "holds|constraints hold} that in the database.",
        "fr": "{n:compte|comptes} de {customers:société|sociétés}, la nôtre comprise, chacun chez une seule. "
        "{constraints:contrainte le garantit|"
        "contraintes le garantissent} dans la base.",
    },
    "accounts.in_several": {
        "en": "{n:account belongs|accounts belong} to more than one customer.",
        "fr": "{n:compte appartient|comptes appartiennent} à plus d’un client.",
    },
    "accounts.strays": {
        "en": "{n:session or key belongs|sessions or keys belong} to no account of their customer.",
        "fr": "{n:session ou clé n’appartient|sessions ou clés n’appartiennent} à aucun compte de leur client.",
    },
    "accounts.shared_address": {
        "en": "{n:address opens|addresses open} more than one account of the same customer.",
        "fr": "{n:adresse ouvre|adresses ouvrent} plus d’un compte du même client.",
    },
    "accounts.unguarded": {
        "en": "The database lacks what would prevent it ({which:list}).",
        "fr": "La base n’a pas ce qui l’empêcherait ({which:list}).",
    },
    "accounts.none": {
        "en": "There is no account yet.",
        "fr": "Il n’y a pas encore de compte.",
    },
}
