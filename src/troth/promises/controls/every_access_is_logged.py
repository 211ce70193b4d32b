"""Whoever looks at customer data stands in the sealed log: who, when, at what (clauses A-2b, N-2.4a, X-3d, C-1.5a).

A canary's record is looked at in every way that the vault has, through the real gate; then each look is sought.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from troth.access import gate
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.evidence import Leaf
from troth.kernel import crossing
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import new_id
from troth.promises.control import Control
from troth.promises.probing import canaries, tracing
from troth.promises.probing.canaries import Canary
from troth.promises.probing.tracing import Trace
from troth.promises.scope import Scope
from troth.vault import crossing_reads, queries, scans
from troth_judge.controls.every_access_is_logged import Facts

Look = Callable[[Permit, Canary], object]


def _quickly(permit: Permit, canary: Canary) -> object:
    """As the API's quick path does."""
    with crossing.through("key_lookup", new_id()) as walk:
        return crossing_reads.get(permit, canary.record_id, walk)


WAYS: dict[str, tuple[Action, str, Look]] = {
    "one": (Action.RECORDS_READ, "record.read", lambda may, of: queries.get(may, of.record_id)),
    "one, quickly": (Action.RECORDS_READ, "record.read", _quickly),
    "many": (Action.RECORDS_READ, "records.read", lambda may, of: queries.get_many(may, [of.record_id])),
    "a page": (Action.RECORDS_READ, "records.paged", lambda may, of: queries.page(may, of.dataset_id, limit=1)),
    "found": (Action.RECORDS_FIND, "record.found", lambda may, of: queries.find(may, "reference", of.ring_number)),
    "many found": (
        Action.RECORDS_FIND,
        "records.found",
        lambda may, of: queries.find_many(may, [("reference", of.ring_number)]),
    ),
    "scanned": (Action.RECORDS_SCAN, "records.scanned", lambda may, of: list(scans.scan(may, of.dataset_id))),
    "the person": (Action.SUBJECTS_SHOW, "subject.shown", lambda may, of: queries.show_subject(may, of.subject_id)),
}


def observe(scope: Scope) -> Facts:
    """Look in every way, then look for the looks."""
    canary, _ = canaries.ensure(clock=scope.clock)
    since = SYSTEM.now()
    traces = [_looked(name, canary) for name in WAYS]
    followed = tracing.follow(traces, since=since)
    return Facts(
        ways=tuple(WAYS),
        unlogged=tuple(followed.unlogged),
        vague=tuple(followed.vague),
        waiting=tuple(followed.waiting),
        slowest=followed.slowest,
        patience=tracing.PATIENCE,
    )


def _looked(name: str, canary: Canary) -> Trace:
    action, operation, look = WAYS[name]
    actor = canaries.actor(canary)
    look(gate.permit(actor, canary.customer_id, action, purpose=canaries.PURPOSE), canary)
    return Trace(
        name=name,
        customer_id=canary.customer_id,
        request_id=actor.request_id,
        operation=operation,
        says=_what(canary.record_id, canary.dataset_id, canary.subject_id),
        opens=("account", str(canary.account_id)),
    )


def _what(*about: UUID) -> Callable[[Leaf], bool]:
    """What was looked at is named, or committed to; and what for."""
    ids = {str(one) for one in about}

    def says(leaf: Leaf) -> bool:
        named = leaf.get("entity") in ids or "ids" in leaf.get("commitments", {})
        return bool(named and leaf.get("route") and leaf.get("purpose") == canaries.PURPOSE)

    return says


CONTROL = Control(
    id="every_access_is_logged",
    kind="probed",
    title={"en": "Every access is logged", "fr": "Chaque accès est journalisé"},
    sees={
        "en": "A test record of our own is looked at in every way there is (alone, by the quick path, in batches, by "
        "page, "
        "by identifier, by scan, by person), through the same gate as anybody; then each look is sought in the sealed "
        "log, with who, when, what and what for.",
        "fr": "Une fiche d’essai est consultée de toutes les façons (seule, par la voie rapide, en lot, par page, par "
        "identifiant, par parcours, par personne), par la même porte que quiconque ; puis chaque consultation est "
        "cherchée au journal scellé, avec qui, quand, quoi et pourquoi.",
    },
    could_lie_if={
        "en": "a new way of looking is built and not added here; or the process that looks runs other code than those "
        "that serve. Whoever has the database’s superuser and the keys reads without a trace.",
        "fr": "une nouvelle façon de consulter est construite sans être ajoutée ici ; ou le processus qui regarde "
        "exécute "
        "un autre code que ceux qui servent. Qui détient le superutilisateur de la base et les clés lit sans trace.",
    },
    every=timedelta(hours=1),
    observe=observe,
)
