"""Passwords are stored as salted Argon2id hashes under the parameters in force (clauses C-1.6a, N-2.3c; RFC 9106)."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from troth.access import evidence
from troth.access.evidence import Hashes
from troth.access.terms import terms
from troth.promises.control import Control
from troth.promises.probing import looking, reach
from troth.promises.scope import Scope
from troth_judge.controls.passwords_are_hashed import Facts


def observe(scope: Scope) -> Facts:
    """Read the format of every stored password, customer by customer."""
    wanted = terms().password
    theirs = {one: _read(scope, one) for one in reach.customers(scope, operator=True)}
    ours = {one: _read(scope, one) for one in reach.tests(scope)}
    everyone = theirs | ours
    salts = Counter(salt for one in everyone.values() for salt in one.salts)
    return Facts(
        hashes=sum(one.count for one in theirs.values()),
        tests=sum(one.count for one in ours.values()),
        otherwise=sum(one.otherwise for one in everyone.values()),
        weaker=sum(one.weaker for one in everyone.values()),
        same_salt=sum(number for number in salts.values() if number > 1),
        where=reach.named([who for who, one in everyone.items() if one.otherwise or one.weaker]),
        kibibytes=wanted.argon2_kibibytes,
        passes=wanted.argon2_passes,
        lanes=wanted.argon2_lanes,
    )


def _read(scope: Scope, customer_id: UUID) -> Hashes:
    with looking.inside(customer_id, scope.using):
        return evidence.hashes(customer_id, terms().password, using=scope.using)


CONTROL = Control(
    id="passwords_are_hashed",
    kind="observed",
    title={
        "en": "Passwords are stored as salted hashes",
        "fr": "Les mots de passe sont conservés en empreintes salées",
    },
    sees={
        "en": "The format and parameters of every stored password, of customers’ people and of staff: the algorithm, "
        "its "
        "memory and passes, a salt of its own. The hash itself is read by nobody.",
        "fr": "Le format et les paramètres de chaque mot de passe conservé, des clients et du personnel : algorithme, "
        "mémoire et passes, sel propre. L’empreinte même n’est lue par personne.",
    },
    could_lie_if={
        "en": "somebody stores a string of that form that was made otherwise; or keeps passwords outside the table of "
        "accounts.",
        "fr": "quelqu’un y range une chaîne de cette forme faite autrement ; ou garde des mots de passe hors de la "
        "table "
        "des comptes.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
