"""People who exist to be erased: the platform's own daily erasure, so that no promise about erasures rests on silence.

Guarantees: they are a canary's, in a dataset of their own, made and erased by the same actions as anybody's.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections

from troth.access import gate
from troth.access.roles import Action
from troth.erasure import actions as erasures
from troth.erasure import evidence
from troth.kernel.actor import Actor
from troth.kernel.clock import Clock
from troth.promises.probing import canaries, kept_copies
from troth.promises.probing.canaries import Canary
from troth.vault import actions as vault
from troth.vault import queries
from troth.vault.schema import Field, Schema

DATASET = "Rehearsals"
FIELD = "part"
EVERY = timedelta(hours=20)
"""Daily, with some hours' room, so that an hourly look never lets a day pass."""
PATIENCE = timedelta(seconds=20)
_LOOK_SECONDS = 0.25
_SCHEMA = Schema((Field(name="number", type="reference", kind="identifier", identifier="reference"), Field(name=FIELD)))


@dataclass(frozen=True, slots=True)
class Somebody:
    """One such person."""

    record_id: UUID
    subject_id: UUID


def somebody(canary: Canary, *, clock: Clock) -> Somebody:
    """Store a new person at the canary."""
    return somebody_at(canary.customer_id, canaries.actor(canary), clock=clock)


def somebody_at(customer_id: UUID, by: Actor, *, clock: Clock) -> Somebody:
    """Store a new person, by this owner."""
    wanted = (Action.DATASETS_LIST, Action.DATASETS_ADD, Action.RECORDS_STORE, Action.RECORDS_READ)
    may = gate.permit(by, customer_id, *wanted, purpose=canaries.PURPOSE)
    known = next((one.dataset_id for one in queries.list_datasets(may) if one.name == DATASET), None)
    dataset_id = known or vault.add_dataset(may, DATASET, _SCHEMA, clock=clock)
    row = {"number": f"number {secrets.token_hex(16)}", FIELD: f"part {secrets.token_hex(8)}"}
    ((record_id, _),) = vault.store(may, dataset_id, [row], clock=clock).records
    return Somebody(record_id, queries.get(may, record_id).subject_id)


def keep_up(*, now: datetime, clock: Clock) -> None:
    """See to it that somebody was erased today: what looks at erasures calls it first.

    The first time, and where a worker is at work, it waits a moment for the end, so that nobody waits for an hour.
    """
    canary, _ = canaries.ensure(clock=clock)
    first = evidence.last_asked(canary.customer_id) is None
    erase_when_due(canary, now=now, clock=clock)
    if first:
        await_end(canary.customer_id)


def erase_when_due(canary: Canary, *, now: datetime, clock: Clock) -> None:
    """Ask for the day's erasure, if nobody has yet; the worker carries it out like any other."""
    last = evidence.last_asked(canary.customer_id)
    if last is not None and now - last < EVERY:
        return
    person = somebody(canary, clock=clock)
    # What an old copy of the database holds of them: to be tried for ever after (`erased_keys_open_nothing`).
    kept_copies.keep(canary.customer_id, person.record_id, now=now)
    erasures.request_subject(canaries.permit(canary, Action.SUBJECTS_ERASE), person.subject_id)


def await_end(customer_id: UUID) -> None:
    """Wait until nothing of this customer's is being erased: a moment, and only where a worker could end it."""
    until = time.monotonic() + PATIENCE.total_seconds()
    while evidence.open_here(customer_id) and _somebody_works() and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)


def _somebody_works() -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select exists (select from procrastinate_workers where last_heartbeat > now() - interval '20 seconds')"
        )
        return bool(cursor.fetchone()[0])
