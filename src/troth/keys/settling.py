"""Completing or undoing a half-done epoch, from what lies in the places and what the database says.

The order of an epoch (`epochs.advance`) makes every state in between one of two: the database has the new epoch, then
it is completed; or it has not, then the new root is destroyed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connections, transaction

from troth.kernel.clock import SYSTEM, Clock
from troth.keys import cache, locks, roots, rows, snapshots
from troth.keys.errors import (
    CannotOpen,
    EpochUnfinished,
    KeyPlaceDown,
    KeyPlaceMissing,
    KeysError,
    KeysMissing,
    UnknownFormat,
)
from troth.keys.places import KeyPlace
from troth.keys.roots import Root
from troth.keys.rules import Judgement, PlaceFacts, judge
from troth.keys.snapshots import Manifest
from troth.keys.terms import TERMS, KeyTerms

Step = Callable[[str], None]
_CURRENT: Final = "select epoch, fingerprint, settled_at from keys_epoch order by epoch desc limit 1"
_SETTLED: Final = "update keys_epoch set settled_at = %s where epoch = %s and settled_at is null"
_KNOWN: Final = "select place_id, label from keys_place where retired_at is null"
_MEET: Final = (
    "insert into keys_place (place_id, label, added_at) values (%s, %s, %s) "
    "on conflict (place_id) do update set label = excluded.label, retired_at = null, retired_why = null "
    "where keys_place.label <> excluded.label or keys_place.retired_at is not null"
)


def _quiet(step: str) -> None:
    """Nobody listens to the steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt at an epoch: on which connection, by which clock and terms, and who listens to its steps."""

    using: str = "keeper"
    clock: Clock = SYSTEM
    on_step: Step = _quiet
    terms: KeyTerms = TERMS


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the installation stands: the database's epoch and the places, judged."""

    epoch: int
    settled: bool
    """The database says that this epoch was seen through, in every place that there is now."""
    usable: tuple[KeyPlace, ...]
    down: tuple[KeysError, ...]
    judgement: Judgement

    @property
    def whole(self) -> bool:
        """Every place is usable and up to date, and nothing is half-done."""
        return not self.down and not self.judgement.behind and self.judgement.settled


def stand(using: str, places: Sequence[KeyPlace]) -> Standing:
    """Look at the database and at every place, and judge. Changes nothing."""
    found = rows.fetch(using, _CURRENT)
    epoch, fingerprint = (found[0][0], bytes(found[0][1]).hex()) if found else (0, "")
    known = known_places(using)
    settled = bool(found) and found[0][2] is not None
    usable: list[KeyPlace] = []
    facts: list[PlaceFacts] = []
    down: list[KeysError] = []
    for place in places:
        try:
            # A place that joined since the epoch was seen through has yet to be met.
            settled = known.pop(place.check(), None) == place.label and settled
            facts.append(PlaceFacts(place.label, roots.fingerprints(place), snapshots.epochs(place)))
            usable.append(place)
        except KeyPlaceDown as error:
            down.append(error)
    unseen = len(down)
    # A known place that no configured folder can be: its keys are out of our sight.
    down += [KeyPlaceMissing(place=label) for label in list(known.values())[unseen:]]
    return Standing(epoch, settled, tuple(usable), tuple(down), judge(epoch, fingerprint, facts))


def settle_held(run: Run, places: Sequence[KeyPlace]) -> Standing:
    """Complete or undo, in every usable place. The caller holds the keepers' lock."""
    standing = stand(run.using, places)
    for place in standing.usable:
        place.sweep()
        for number in standing.judgement.undo.get(place.label, ()):
            place.destroy(roots.file_name(number))
            run.on_step("undone")
    if standing.epoch and not (standing.settled and standing.judgement.settled):
        finish(run, standing)
    return stand(run.using, places)


def finish(run: Run, standing: Standing) -> None:
    """The second half of an epoch: snapshot in every place, then old roots destroyed and seen gone, then settled."""
    holders = [place for place in standing.usable if place.label not in standing.judgement.behind]
    root = roots.load(standing.epoch, holders, cache.custodian())
    if standing.judgement.unsaved:
        _save(run, root, standing, holders)
    manifest = snapshots.read(root, holders[0])
    for place in standing.usable:
        for number in sorted(standing.judgement.old.get(place.label, ())):
            _destroy(place, number, standing.epoch)
            run.on_step("old root destroyed")
    for place in holders:
        snapshots.tidy(manifest, place)
    if not standing.down and not standing.judgement.behind:
        with transaction.atomic(using=run.using):
            now = run.clock.now()
            for place in standing.usable:
                rows.execute(run.using, _MEET, [place.check(), place.label, now])
            rows.execute(run.using, _SETTLED, [now, standing.epoch])
        run.on_step("settled")


def _destroy(place: KeyPlace, number: int, epoch: int) -> None:
    try:
        place.destroy(roots.file_name(number))
        there = roots.file_name(number) in place.names()
    except KeyPlaceDown as error:
        raise EpochUnfinished(epoch=epoch, place=place.label, why=error.data.get("why", error.code)) from error
    if there:
        raise EpochUnfinished(epoch=epoch, place=place.label, why="it is still there")


def _save(run: Run, root: Root, standing: Standing, holders: Sequence[KeyPlace]) -> None:
    unsaved = [place for place in holders if place.label in standing.judgement.unsaved]
    saved = [place for place in holders if place.label not in standing.judgement.unsaved]
    try:
        if saved:
            manifest = snapshots.read(root, saved[0])
            for place in unsaved:
                snapshots.copy(manifest, saved[0], place)
                run.on_step("snapshot written")
            return
        before = _before(root.epoch, holders)
        write_snapshot(run, root, before, holders, patience=run.terms.patience)
    except KeyPlaceDown as error:
        raise EpochUnfinished(
            epoch=root.epoch, place=error.data.get("place", "?"), why=error.data.get("why", error.code)
        ) from error


def write_snapshot(
    run: Run, root: Root, before: Manifest | None, places: Sequence[KeyPlace], *, patience: int = 1
) -> Manifest:
    """Write a snapshot of one instant, at which no writer of keys was halfway if that could be had."""
    with locks.writers_paused(run.using), transaction.atomic(using=run.using):
        with connections[run.using].cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
        return snapshots.write(
            run.using, root, before, places, run.clock.now(), on_step=run.on_step, terms=run.terms, patience=patience
        )


def top_up(run: Run, standing: Standing) -> bool:
    """Between epochs: take up what was written since the snapshot, so that no erasure has to wait for it."""
    root = roots.load(standing.epoch, standing.usable, cache.custodian())
    before = snapshots.read(root, standing.usable[0])
    with transaction.atomic(using=run.using):
        ground = snapshots.stand_on(run.using)
        pages = snapshots.unsaved_pages(run.using, before)
    if pages < run.terms.top_up_pages and snapshots.due(before, ground, run.terms) == "delta":
        return False
    manifest = write_snapshot(run, root, before, standing.usable)
    for place in standing.usable:
        snapshots.tidy(manifest, place)
    return True


def _before(epoch: int, holders: Sequence[KeyPlace]) -> Manifest | None:
    """The snapshot of the epoch before, while its root still lies somewhere; without it all is written anew."""
    try:
        old = roots.load(epoch - 1, holders, cache.custodian())
    except (KeysMissing, UnknownFormat):
        return None
    for place in holders:
        try:
            return snapshots.read(old, place)
        except (KeyPlaceDown, CannotOpen, UnknownFormat):
            continue
    return None


def known_places(using: str) -> dict[UUID, str]:
    """The places that ever held a root and were not retired."""
    return dict(rows.fetch(using, _KNOWN))
