"""Each role may do what it is for and no more (clauses C-1.1b, C-1.5d, X-2b, K-4d, N-4.2d).

Every role asks the real gate for every action there is, at home and elsewhere. What a role must not have stands here a
second time, so that a slip in the table of roles shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from troth.access import gate, roles
from troth.access.errors import Elsewhere, NotAllowed
from troth.access.roles import Action
from troth.kernel.actor import Actor, nobody
from troth.kernel.errors import TrothError
from troth.kernel.ids import OPERATOR, new_id
from troth.promises.control import Control
from troth.promises.probing import canaries, looking
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth.vault import actions as vault
from troth_judge.controls.roles_restrict_access import Facts

_REASON = "probing what roles may do"
_WRITES = frozenset(
    {Action.RECORDS_STORE, Action.RECORDS_CORRECT, Action.RECORDS_DELETE, Action.RECORDS_IMPORT, Action.DATASETS_ADD}
)
_OWNERS = frozenset({Action.CUSTOMER_DELETE})
_ADMINISTRATORS = frozenset({Action.ACCOUNTS_MANAGE, Action.API_KEYS_REVOKE, Action.LOG_READ, Action.LOG_EXPORT})
_MANAGERS = frozenset(
    {Action.RECORDS_DELETE, Action.RECORDS_EXPORT, Action.RECORDS_IMPORT, Action.DATASETS_ADD, Action.SUBJECTS_ERASE}
)
_OPERATORS = frozenset(
    {
        Action.CUSTOMERS_LIST, Action.CUSTOMERS_ADD, Action.CUSTOMER_RENAME, Action.KEYS_STATUS, Action.POLICY_ACTIVATE,
        Action.AGREEMENTS_MANAGE, Action.PROMISES_CHECK, Action.ATTESTATIONS_GIVE, Action.ATTESTATIONS_REVIEW,
        Action.EXCEPTIONS_ASK, Action.EXCEPTIONS_APPROVE, Action.WEBHOOKS_MANAGE, Action.EVIDENCE_EXPORT,
    }
)  # fmt: skip
_LOOKS = frozenset({Action.RECORDS_READ, Action.RECORDS_FIND, Action.RECORDS_SCAN, Action.RECORDS_EXPORT})
NEVER: Mapping[str, frozenset[Action]] = {
    "viewer": _OWNERS | _ADMINISTRATORS | _MANAGERS | _WRITES | _OPERATORS,
    "user": _OWNERS | _ADMINISTRATORS | _MANAGERS | _OPERATORS,
    "manager": _OWNERS | _ADMINISTRATORS | _OPERATORS,
    "administrator": _OWNERS | _OPERATORS,
    "owner": _OPERATORS,
}
STAFF_NEVER: Mapping[str, frozenset[Action]] = {
    "auditor": _LOOKS | _WRITES | _OWNERS | {Action.ACCOUNTS_MANAGE, Action.POLICY_ACTIVATE},
    "security_officer": _LOOKS | _WRITES | _OWNERS | {Action.POLICY_ACTIVATE},
    "support": _OWNERS | {Action.RECORDS_EXPORT, Action.RECORDS_DELETE, Action.POLICY_ACTIVATE, Action.ACCOUNTS_MANAGE},
    "campaign_manager": _OWNERS | {Action.RECORDS_DELETE, Action.POLICY_ACTIVATE, Action.ACCOUNTS_MANAGE},
    "data_protection_officer": _OWNERS | {Action.POLICY_ACTIVATE, Action.ACCOUNTS_MANAGE},
    "administrator": _OWNERS,
}
ALWAYS: Mapping[str, Action] = {
    "viewer": Action.RECORDS_READ,
    "user": Action.RECORDS_STORE,
    "manager": Action.DATASETS_ADD,
    "administrator": Action.ACCOUNTS_MANAGE,
    "owner": Action.CUSTOMER_DELETE,
}


def observe(scope: Scope) -> Facts:
    """Ask for everything, then let a viewer try to write."""
    canary, neighbour = canaries.ensure(clock=scope.clock)
    asked = refused = 0
    too_much: list[str] = []
    for label, by, customer_id, never in _askers(canary):
        for action in Action:
            asked += 1
            if not _lets_in(by, customer_id, action):
                refused += 1
            elif action in never:
                too_much.append(f"{label} {action.value}")
    return Facts(
        roles=tuple(roles.CUSTOMER_ROLES),
        asked=asked,
        refused=refused,
        too_much=tuple(too_much)[:50],
        too_little=tuple(
            f"{role} {action.value}"
            for role, action in ALWAYS.items()
            if not _lets_in(_at_home(canary, role), canary.customer_id, action)
        ),
        written=tuple(_written(canary, scope.using)),
        outsiders=tuple(_outsiders(canary, neighbour)),
    )


def _at_home(canary: Canary, role: str) -> Actor:
    return replace(canaries.actor(canary, role=role), account_id=new_id())


def _askers(canary: Canary) -> Iterator[tuple[str, Actor, UUID, frozenset[Action]]]:
    for role in roles.CUSTOMER_ROLES:
        yield role, _at_home(canary, role), canary.customer_id, NEVER.get(role, frozenset(Action))
    for role in roles.OPERATOR_ROLES:
        by = Actor(kind="account", route=canaries.ROUTE, role=role, account_id=new_id())
        never = STAFF_NEVER.get(role, frozenset(Action))
        yield f"staff {role}", by, canary.customer_id, never
        yield f"staff {role} at home", by, OPERATOR, never


def _lets_in(by: Actor, customer_id: UUID, action: Action) -> bool:
    try:
        gate.permit(by, customer_id, action, purpose=canaries.PURPOSE, reason=_REASON)
    except (NotAllowed, Elsewhere):
        return False
    return True


def _outsiders(canary: Canary, neighbour: Canary) -> Iterator[str]:
    """Whoever has no business here at all."""
    strangers = {
        "nobody": nobody(canaries.ROUTE),
        "another customer's owner": canaries.actor(neighbour),
        "a role that does not exist": _at_home(canary, "emperor"),
        "staff of no role": Actor(kind="account", route=canaries.ROUTE, role="emperor", account_id=new_id()),
    }
    for who, by in strangers.items():
        if any(_lets_in(by, canary.customer_id, action) for action in Action):
            yield who


def _written(canary: Canary, using: str) -> Iterator[str]:
    """A permit to read must not write, whoever holds it; the owner's to write must, or nothing was shown."""
    change = {canaries.MARK: f"canary song {new_id()}"}
    with looking.trying(canary.customer_id, using):
        vault.correct(canaries.permit(canary, Action.RECORDS_CORRECT), canary.record_id, change)
    for role in ("viewer", "user", "manager"):
        try:
            read = gate.permit(
                _at_home(canary, role), canary.customer_id, Action.RECORDS_READ, purpose=canaries.PURPOSE
            )
            with looking.trying(canary.customer_id, using):
                vault.correct(read, canary.record_id, change)
        except TrothError:
            # Refused, or not even let in to read, which is told as `too_little`.
            continue
        yield role


CONTROL = Control(
    id="roles_restrict_access",
    kind="probed",
    title={"en": "Roles restrict access", "fr": "Les rôles limitent l’accès"},
    terms=("access.roles",),
    sees={
        "en": "Every role of customers and of staff asks the gate for every action there is, at a test customer; what "
        "each "
        "must never get is listed here a second time. Strangers ask too, and whoever may only read tries to write.",
        "fr": "Chaque rôle, des clients comme du personnel, demande à la porte chaque action possible chez un client "
        "d’essai ; ce que chacun ne doit jamais obtenir est écrit ici une seconde fois. Des étrangers demandent "
        "aussi, et "
        "qui ne peut que lire tente d’écrire.",
    },
    could_lie_if={
        "en": "people hold roles that are not theirs to hold: who has which role is reviewed by people.",
        "fr": "des personnes ont un rôle qui ne leur revient pas : qui tient quel rôle est revu par des personnes.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
