"""An account belongs to exactly one customer, and so does every session and key of it (clauses C-1.10b, C-1.10c)."""

from collections import Counter
from datetime import timedelta

from troth.access import evidence
from troth.promises.control import Control
from troth.promises.probing import looking, reach
from troth.promises.scope import Scope
from troth_judge.controls.accounts_belong_to_one_customer import Facts


def observe(scope: Scope) -> Facts:
    """Ask the catalogue for what prevents it, and every customer for its accounts."""
    with looking.at_all(scope.using):
        guards = evidence.constraints(using=scope.using)
    theirs = reach.customers(scope, operator=True)
    found = {}
    for customer_id in (*theirs, *reach.tests(scope)):
        with looking.inside(customer_id, scope.using):
            found[customer_id] = evidence.belonging(customer_id, using=scope.using)
    homes = Counter(account for one in found.values() for account in one.accounts)
    return Facts(
        accounts=sum(len(found[one].accounts) for one in theirs),
        customers=sum(1 for one in theirs if found[one].accounts),
        constraints=sum(guards.values()),
        missing=tuple(what for what, there in guards.items() if not there),
        in_several=sum(1 for number in homes.values() if number > 1),
        strays=sum(one.strays for one in found.values()),
        shared_address=sum(one.shared_address for one in found.values()),
    )


CONTROL = Control(
    id="accounts_belong_to_one_customer",
    kind="observed",
    title={
        "en": "Every account belongs to exactly one customer",
        "fr": "Chaque compte appartient à un seul client",
    },
    sees={
        "en": "The constraints in the database’s catalogue that bind an account, its sessions, keys and links to one "
        "customer; and over all customers, ids that occur twice, sessions and keys without an account, addresses that "
        "open two accounts.",
        "fr": "Les contraintes au catalogue de la base qui lient un compte, ses sessions, clés et liens à un seul "
        "client ; "
        "et, sur tous les clients, les identifiants en double, sessions et clés sans compte, adresses ouvrant deux "
        "comptes.",
    },
    could_lie_if={
        "en": "two people share one account: that one person stands behind it can only be attested.",
        "fr": "deux personnes partagent un compte : qu’une seule soit derrière ne peut qu’être attesté.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
