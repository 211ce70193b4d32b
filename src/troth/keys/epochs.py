"""Epochs: the way in which keys die.

Order of an epoch: the new root is durable in every key place → one database transaction moves every key → the key
snapshot is written and read back in every place → every wrap of the old root is destroyed and seen gone. Killed
anywhere in between, `settle` completes it or undoes it. Nothing may be certified before `acknowledged`.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connections, transaction

from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.keys import cache, locks, recovery, rekeying, roots, rows, settling, workers
from troth.keys.errors import EpochUnfinished, KeyPlaceDown, KeysMoved, NotBegun, UnknownSlot
from troth.keys.medium import Medium
from troth.keys.places import KeyPlace, configured
from troth.keys.rekeying import Drops
from troth.keys.roots import Root
from troth.keys.settling import Run, Standing
from troth.keys.terms import TERMS, KeyTerms

__all__ = ["Drops", "Epoch", "Media", "acknowledged", "advance", "current", "settle"]

_INSERT: Final = (
    "insert into keys_epoch (epoch, fingerprint, made_at, made_by, slots_destroyed, customers_destroyed) "
    "values (%s, %b, %s, %s, %s, %s)"
)
_LATEST: Final = (
    "select epoch, made_at, settled_at, slots_destroyed, customers_destroyed "
    "from keys_epoch order by epoch desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Media:
    """A place in which the old root was destroyed, and what deletion means there."""

    label: str
    medium: Medium


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch whose predecessors' roots are seen gone from every place, when `settled_at` is set."""

    number: int
    made_at: datetime
    settled_at: datetime | None
    slots_destroyed: int
    customers_destroyed: int
    media: tuple[Media, ...] = ()


def advance(drops: Drops, *, by: Actor, run: Run | None = None) -> Epoch:
    """Destroy these keys by moving to a new epoch. Empty drops renew the root alone.

    Raises `KeyPlaceDown` before anything changed when a place can't be used, and `EpochUnfinished` after the commit
    when an old root could not be seen gone. Call it again with the same drops: what is done stays done.
    """
    if OPERATOR in drops.customers:
        raise UnknownSlot(page="all", slot="of the operator")
    run = run or Run()
    using, places = run.using, configured()
    with locks.keepers(using):
        standing = _whole(settling.settle_held(run, places))
        run.on_step("places checked")
        old = roots.load(standing.epoch, places, cache.custodian())
        left = rekeying.outstanding(using, old, drops)
        if left or not drops:
            standing = _move(run, old, left, standing, by)
        return _epoch(using, standing.usable)


def settle(*, clock: Clock = SYSTEM, using: str = "keeper") -> Standing:
    """At start-up: complete or undo a half-done epoch. Raises when the database must not serve with these keys.

    A place that is down or behind is in the answer, not an error: the others serve.
    """
    with locks.keepers(using):
        standing = settling.settle_held(Run(using=using, clock=clock), configured())
    if standing.epoch:
        holders = [place for place in standing.usable if place.label not in standing.judgement.behind]
        # Opened once here, so that a lost custodian is found at start-up and not at the first request.
        roots.load(standing.epoch, holders, cache.custodian())
    return standing


def current(*, using: str = "keeper") -> Epoch:
    """The current epoch."""
    return _epoch(using, configured())


def acknowledged(epoch: int, *, using: str = "keeper", terms: KeyTerms = TERMS) -> bool:
    """Whether all before this epoch is dead: old roots seen gone everywhere, every process let go or cut off.

    Asking cuts off the processes that have been silent for too long; so asking again is all that a caller must do.
    """
    found = rows.fetch(
        using, "select exists (select from keys_epoch where epoch >= %s and settled_at is not null)", [epoch]
    )
    if not found[0][0]:
        return False
    if workers.acknowledged(epoch, using=using):
        return True
    workers.fence(epoch, using=using, terms=terms)
    return workers.acknowledged(epoch, using=using)


def _whole(standing: Standing) -> Standing:
    """Refuse to begin unless every place is here and up to date: nothing was changed yet."""
    if not standing.epoch:
        raise NotBegun
    if standing.down:
        raise standing.down[0]
    if standing.judgement.behind:
        raise KeyPlaceDown(place=standing.judgement.behind[0], why="it lacks the current root; catch it up first")
    if not standing.judgement.settled:
        raise EpochUnfinished(epoch=standing.epoch, place="a key place", why="an old root is still there")
    return standing


def _move(run: Run, old: Root, drops: Drops, standing: Standing, by: Actor) -> Standing:
    new = Root.new(old.epoch + 1)
    session = _session(run.using)
    try:
        _write_root(run, new, standing.usable)
        _commit(run, old, new, drops, by)
    except Exception:
        # What happened is read from the database, never guessed: a commit may have happened though its answer was
        # lost. With another session the lock is lost too; then the next start or attempt settles it.
        with suppress(Exception):
            if _session(run.using) == session:
                settling.settle_held(run, standing.usable)
        raise
    run.on_step("committed")
    cache.at(new.epoch)
    finished = settling.stand(run.using, standing.usable)
    settling.finish(run, finished)
    return finished


def _write_root(run: Run, new: Root, places: Sequence[KeyPlace]) -> None:
    custodian = cache.custodian()
    kit = recovery.load(places, custodian)
    data = roots.encode(new, custodian, kit.to, run.clock.now())
    for place in places:
        place.write(roots.file_name(new.epoch), data)
        run.on_step("root written")
    # Opened from every place as it lies there: from now on all depends on it.
    for place in places:
        roots.load(new.epoch, [place], custodian)


def _commit(run: Run, old: Root, new: Root, drops: Drops, by: Actor) -> None:
    using = run.using
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("set local synchronous_commit = on")
        locks.exclude_writers(using, run.terms.writers_wait)
        run.on_step("writers excluded")
        if cache.current_epoch(using) != old.epoch:
            raise KeysMoved
        rekeying.apply(using, old, new, drops)
        slots = sum(len(wanted) for wanted in drops.slots.values())
        values = [
            new.epoch,
            new.fingerprint,
            run.clock.now(),
            f"{by.kind} {by.label}".strip(),
            slots,
            len(drops.customers),
        ]
        rows.execute(using, _INSERT, values)
        with connections[using].cursor() as cursor:
            cursor.execute(f"notify {workers.CHANNEL}")
        run.on_step("rows changed")


def _session(using: str) -> int:
    with connections[using].cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _epoch(using: str, places: Sequence[KeyPlace]) -> Epoch:
    found = rows.fetch(using, _LATEST)
    if not found:
        raise NotBegun
    number, made_at, settled_at, slots, customers = found[0]
    media = tuple(Media(place.label, place.medium) for place in places)
    return Epoch(number, made_at, settled_at, slots, customers, media)
