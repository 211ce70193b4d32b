"""Staff reach customer data only with a reason, and the log has it (clauses A-2a, N-2.3a, N-4.2e)."""

from datetime import timedelta
from uuid import UUID

from troth.access import gate, roles
from troth.access.errors import NotAllowed, ReasonNeeded
from troth.access.roles import Action
from troth.audit import evidence
from troth.audit.evidence import Leaf
from troth.kernel.actor import Actor
from troth.kernel.ids import new_id
from troth.promises.control import Control
from troth.promises.probing import canaries, looking, reach
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth_judge.controls.staff_access_has_a_reason import Facts

WINDOW = timedelta(days=30)
_AMONG, _ONE = 1_000, 20_000
"""Among so many of the newest entries of each customer, and of one customer for its own view."""
_PEOPLE = frozenset({"account", "api_key", "cli"})
OPERATIONS = frozenset(
    {
        "record.read", "records.read", "record.found", "records.found", "records.paged", "records.scanned",
        "records.exported", "subject.shown", "records.stored",
    }
)  # fmt: skip
"""What staff can't do at a customer without a reason, as the log names it."""


def observe(scope: Scope) -> Facts:
    """Ask the gate, then read what staff did."""
    canary, _ = canaries.ensure(clock=scope.clock)
    asked = sorted(roles.STAFF_NEEDS_REASON)
    without = [action for action in asked if _lets_in(action, canary, None)]
    refused = [action for action in asked if not _lets_in(action, canary, "probing that a reason is asked for")]
    looked_at, staff = 0, list[tuple[UUID, Leaf]]()
    for customer_id in reach.customers(scope):
        with looking.inside(customer_id, scope.using):
            among = _AMONG if scope.customer_id is None else _ONE
            found = evidence.staff(customer_id, since=scope.now - WINDOW, among=among, using=scope.using)
        staff += [(event, leaf) for event, leaf in found if _is_look(leaf)]
        looked_at += len(found)
    bare = [event for event, leaf in staff if "reason" not in leaf.get("commitments", {})]
    return Facts(
        window=WINDOW,
        actions=len(asked),
        allowed_without=tuple(action.value for action in without),
        refused_with=tuple(action.value for action in refused),
        looked_at=looked_at,
        staff_entries=len(staff),
        unreasoned=len(bare),
        which=reach.named(bare),
    )


def _lets_in(action: Action, canary: Canary, reason: str | None) -> bool:
    """Whether the gate lets some member of staff, whose role allows the action, do it at the canary."""
    role = next((one for one in roles.OPERATOR_ROLES if action in roles.allowed("operator", one)), None)
    kind = Actor(kind="account", route=canaries.ROUTE, role=role, account_id=new_id()) if role else None
    by = kind or Actor(kind="cli", route=canaries.ROUTE, role="cli", label="probe", on_behalf_of=canary.account_id)
    try:
        gate.permit(by, canary.customer_id, action, purpose=canaries.PURPOSE, reason=reason)
    except (ReasonNeeded, NotAllowed):
        return False
    return True


def _is_look(leaf: Leaf) -> bool:
    kind = leaf.get("actor", {}).get("kind")
    return kind in _PEOPLE and leaf.get("outcome") == "done" and leaf.get("operation") in OPERATIONS


CONTROL = Control(
    id="staff_access_has_a_reason",
    kind="probed",
    title={"en": "Staff access has a reason", "fr": "Un accès du personnel a un motif"},
    sees={
        "en": "The gate’s answer to staff at a test customer, for every kind of access, without and with a reason; "
        "and of "
        "the last 30 days the sealed entries of staff at customers’ data, among the newest 1,000 of each customer.",
        "fr": "La réponse de la porte au personnel chez un client d’essai, pour chaque sorte d’accès, sans et avec "
        "motif ; "
        "et, sur 30 jours, les entrées scellées du personnel sur les données des clients, parmi les 1 000 plus "
        "récentes "
        "de chacun.",
    },
    could_lie_if={
        "en": "a reason is given that is none: the words are the customer’s to judge. Whoever has the database’s "
        "superuser "
        "and the keys needs no reason.",
        "fr": "un motif donné n’en est pas un : au client de juger les mots. Qui détient le superutilisateur de la "
        "base et "
        "les clés n’a besoin d’aucun motif.",
    },
    every=timedelta(hours=6),
    observe=observe,
    per_customer=True,
)
