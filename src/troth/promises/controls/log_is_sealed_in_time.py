"""What is written down gets its place in the sealed log in time (clause C-1.6c).

An entry of our own is followed to its place; the oldest entry that waits is looked up.
"""

from datetime import timedelta

from django.db import connections

from troth.access.roles import Action
from troth.audit import queries as log
from troth.audit.terms import terms
from troth.kernel.clock import SYSTEM
from troth.promises.control import Control
from troth.promises.probing import canaries, tracing
from troth.promises.probing.tracing import Trace
from troth.promises.scope import Scope
from troth.vault import queries
from troth_judge.controls.log_is_sealed_in_time import Facts


def observe(scope: Scope) -> Facts:
    """Leave an entry, wait for it, and see what else waits."""
    canary, _ = canaries.ensure(clock=scope.clock)
    since, may = SYSTEM.now(), canaries.permit(canary, Action.RECORDS_READ)
    queries.get(may, canary.record_id)
    trace = Trace(name="own", customer_id=canary.customer_id, request_id=may.actor.request_id, operation="record.read")
    followed = tracing.follow([trace], since=since)
    waiting, oldest = log.waiting(using="keeper") if "keeper" in connections.databases else (0, None)
    return Facts(
        limit=terms(canary.customer_id).sealed_within,
        patience=tracing.PATIENCE,
        waiting=waiting,
        oldest=SYSTEM.now() - oldest if oldest is not None else None,
        took=followed.slowest,
    )


CONTROL = Control(
    id="log_is_sealed_in_time",
    kind="probed",
    title={"en": "The log is sealed in time", "fr": "Le journal est scellé à temps"},
    sees={
        "en": "How long an entry of our own waited for its place in the sealed log, how many others wait, and since "
        "when.",
        "fr": "Le temps qu’une entrée à nous a attendu sa place au journal scellé, combien d’autres attendent, et "
        "depuis "
        "quand.",
    },
    could_lie_if={
        "en": "the clock of this machine jumps; or the sealer stops between two looks: an entry then waits for up to a "
        "quarter of an hour before it is noticed.",
        "fr": "l’horloge de la machine saute ; ou le scelleur s’arrête entre deux observations : une entrée attend "
        "alors "
        "jusqu’à un quart d’heure avant qu’on le remarque.",
    },
    every=timedelta(minutes=15),
    observe=observe,
)
