"""A customer's data is deleted at any time, on its owner's word and on nobody else's (clauses A-4a, X-7c).

Once a day a canary of its own, with a person in it, is deleted by its owner through the same action as anybody's;
everybody else is refused at the gate, each time one looks.
"""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from troth.access import actions as access
from troth.access import gate, roles
from troth.access.errors import Elsewhere, NotAllowed
from troth.access.roles import Action
from troth.erasure import actions as erasures
from troth.erasure import evidence
from troth.erasure.rules import State
from troth.kernel.actor import Actor, job, nobody
from troth.kernel.clock import Clock
from troth.kernel.ids import new_id
from troth.promises.control import Control
from troth.promises.probing import canaries, rehearsals
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth.tenancy import actions as tenancy
from troth.tenancy import queries as tenancies
from troth_judge.controls.owner_deletes_customer_data import Facts

Tried = tuple[datetime, str, timedelta | None]
_LOOKED_AT = 5


def observe(scope: Scope) -> Facts:
    """Others first; then the day's deletion, if there was none yet."""
    canary, neighbour = canaries.ensure(clock=scope.clock)
    asked = {who: _lets_in(by, canary) for who, by in _others(canary, neighbour)}
    last, accepted = _last(), True
    if last is None or (last[1] == State.DONE and scope.now - last[0] >= rehearsals.EVERY):
        accepted = _delete_one(scope.clock)
        last = _last()
    open_ = last is not None and last[1] != State.DONE
    return Facts(
        tried=max(scope.now - last[0], timedelta(0)) if last else timedelta(0),
        owner_accepted=accepted,
        refused=tuple(who for who, let in asked.items() if not let),
        accepted=tuple(who for who, let in asked.items() if let),
        took=_took(),
        open_for=max(scope.now - last[0], timedelta(0)) if last and open_ else None,
    )


def _others(canary: Canary, neighbour: Canary) -> Iterator[tuple[str, Actor]]:
    for role in roles.CUSTOMER_ROLES:
        if role != "owner":
            yield role, replace(canaries.actor(canary, role=role), account_id=new_id())
    yield "another customer's owner", canaries.actor(neighbour)
    for role in roles.OPERATOR_ROLES:
        yield f"staff: {role}", Actor(kind="account", route=canaries.ROUTE, role=role, account_id=new_id())
    yield "the command line alone", Actor(kind="cli", route=canaries.ROUTE, role="cli", label="probe")
    yield "a job", job("probe")
    yield "nobody", nobody(canaries.ROUTE)


def _lets_in(by: Actor, canary: Canary) -> bool:
    try:
        gate.permit(by, canary.customer_id, Action.CUSTOMER_DELETE, reason="probing who may delete")
    except (NotAllowed, Elsewhere):
        return False
    return True


def _last() -> Tried | None:
    """The newest deletion of a whole canary."""
    return next(_deletions(), None)


def _took() -> timedelta | None:
    """How long the newest finished one took."""
    return next((took for _, state, took in _deletions() if state == State.DONE), None)


def _deletions() -> Iterator[Tried]:
    for one in reversed(tenancies.canaries()[-_LOOKED_AT:]):
        found = evidence.newest(one.customer_id)
        if found is not None:
            yield found


def _delete_one(clock: Clock) -> bool:
    """Make a canary with an owner and a person, and have its owner delete it; False if that is refused."""
    name = f"Canary to delete {secrets.token_hex(6)}"
    customer_id = tenancy.add_canary(name, by=job("promises.canaries"), clock=clock).customer_id
    owner = _owner(customer_id, clock)
    rehearsals.somebody_at(customer_id, owner, clock=clock)
    try:
        erasures.request_customer(gate.permit(owner, customer_id, Action.CUSTOMER_DELETE), name)
    except NotAllowed:
        return False
    rehearsals.await_end(customer_id)
    return True


def _owner(customer_id: UUID, clock: Clock) -> Actor:
    at_home = Actor(kind="job", route=canaries.ROUTE, role="owner", label="promises.canaries", customer_id=customer_id)
    may = gate.permit(at_home, customer_id, Action.ACCOUNTS_MANAGE)
    mail = f"{secrets.token_hex(16)}@canary.invalid"
    invited = access.invite(may, role="owner", mail=mail, clock=clock)
    access.enrol(invited.token, canaries.fresh_password(), by=nobody(canaries.ROUTE), clock=clock)
    return Actor(
        kind="account", route=canaries.ROUTE, role="owner", customer_id=customer_id, account_id=invited.account_id
    )


CONTROL = Control(
    id="owner_deletes_customer_data",
    kind="probed",
    title={
        "en": "A customer’s owner deletes its data, and nobody else",
        "fr": "Le propriétaire d’un client supprime ses données, et nul autre",
    },
    terms=("erasure.production_within",),
    sees={
        "en": "Every other role, another customer’s owner, each role of staff, the command line and jobs ask for a "
        "test "
        "customer’s deletion: all must be refused. Once a day the owner of a test customer deletes it whole, by the "
        "same "
        "action as anybody’s, and we see it to its end.",
        "fr": "Chaque autre rôle, le propriétaire d’un autre client, chaque rôle du personnel, la ligne de commande et "
        "les tâches demandent la suppression d’un client d’essai : tous doivent être refusés. Chaque jour, le "
        "propriétaire d’un client d’essai le supprime en entier, par la même action que quiconque, jusqu’au bout.",
    },
    could_lie_if={
        "en": "a way in calls the deletion without the gate (a test of the code sees to it that none does), or the "
        "page "
        "with the button is broken: the probe asks below the pages.",
        "fr": "un accès appelle la suppression sans passer par la porte (un test du code y veille), ou la page du "
        "bouton "
        "est cassée : la sonde demande sous les pages.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
