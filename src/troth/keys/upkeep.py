"""What an operator does to keys besides erasing: a place brought up to date or retired, the kit rehearsed or renewed.

Each holds the keepers' lock, so that no epoch moves meanwhile. None needs the keeper's login but `retire_place`.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from uuid import UUID

import msgspec

from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import NotFound
from troth.keys import cache, locks, recovery, roots, rows, settling, signing, snapshots
from troth.keys.custodian import Custodian, FolderCustodian
from troth.keys.errors import BadShare, KeyPlaceDown, KeysMissing, NotBegun
from troth.keys.places import KeyPlace, configured
from troth.keys.recovery import KitRecord, Opened
from troth.keys.roots import Root
from troth.keys.settling import Run, Standing
from troth.keys.terms import TERMS, KeyTerms


def catch_up(*, new: Collection[Path] = (), using: str = "default") -> list[str]:
    """Bring every place that returned to what the others hold; the labels of those changed.

    A new, empty place is filled only when it is named here: an empty folder may be a disk that is not mounted.
    """
    changed: list[str] = []
    places = configured()
    with locks.keepers(using):
        for place in places:
            if place.label in {str(folder) for folder in new} and not _usable(place):
                place.prepare()
                changed.append(place.label)
        standing = settling.stand(using, places)
        if not standing.epoch:
            raise NotBegun
        custodian = cache.custodian()
        root = roots.load(standing.epoch, standing.usable, custodian)
        for place in standing.usable:
            place.sweep()
            if _bring_up(place, standing.usable, root, custodian) and place.label not in changed:
                changed.append(place.label)
    return changed


def tend(run: Run | None = None) -> Standing:
    """What the keeper does every minute: places that returned are caught up, a half-done epoch is finished, and the
    snapshot takes up new pages, so that no erasure has to wait for any of it. Raises nothing for a place that is away.
    """
    run = run or Run()
    catch_up(using=run.using)
    with locks.keepers(run.using):
        standing = settling.settle_held(run, configured())
        if standing.epoch and standing.whole:
            settling.top_up(run, standing)
    return standing


def retire_place(label: str, *, why: str, clock: Clock = SYSTEM, using: str = "keeper") -> UUID:
    """Declare that the medium of a place that is gone was destroyed, so that epochs go on without it.

    The declaration stays. A place that answers can't be retired: take it out of the settings first.
    """
    with locks.keepers(using):
        here = {place.check() for place in configured() if _usable(place)}
        known = settling.known_places(using).items()
        gone = [place_id for place_id, name in known if name == label and place_id not in here]
        if not gone:
            raise NotFound(what="key place that is gone")
        statement = "update keys_place set retired_at = %s, retired_why = %s where place_id = any(%s)"
        rows.execute(using, statement, [clock.now(), why, gone])
        return gone[0]


def rotate_kit(
    folder: Path, *, threshold: int, shares: int, clock: Clock = SYSTEM, using: str = "default", terms: KeyTerms = TERMS
) -> KitRecord:
    """A new kit in place of the old, whose sheets open nothing afterwards: also when a holder is lost or has left."""
    if not terms.smallest_threshold <= threshold <= shares:
        raise BadShare(why=f"{threshold} of {shares} would be no protection", needed=terms.smallest_threshold)
    with locks.keepers(using):
        places = _all(using)
        return recovery.make(
            places, cache.custodian(), threshold=threshold, shares=shares, folder=folder, made=clock.now()
        )


def rehearse_kit(sheets: Iterable[str], *, clock: Clock = SYSTEM, using: str = "default") -> list[Opened]:
    """Prove that these sheets would recover everything in every place, and note the day."""
    with locks.keepers(using):
        return recovery.rehearse(sheets, _all(using), now=clock.now())


def recover_custodian(sheets: Iterable[str], folder: Path) -> list[Opened]:
    """Make a new custodian in an empty folder and wrap everything under it, with the sheets instead of the lost one.

    Runs while nothing serves: it needs the key places alone, not the database.
    """
    places = [place for place in configured() if _usable(place)]
    texts = list(sheets)
    recovery.prove(texts, places)  # before a custodian is made for nothing
    return recovery.recover(texts, places, FolderCustodian.create(folder))


def _all(using: str) -> tuple[KeyPlace, ...]:
    standing = settling.stand(using, configured())
    if standing.down:
        raise standing.down[0]
    return standing.usable


def _usable(place: KeyPlace) -> bool:
    try:
        place.check()
    except KeyPlaceDown:
        return False
    return True


def _bring_up(place: KeyPlace, others: Iterable[KeyPlace], root: Root, custodian: Custodian) -> bool:
    """Copy what a place lacks, the root last: a place that has the root has everything."""
    source = next((other for other in others if _is_sound(other, root, custodian)), None)
    if source is None:
        raise KeysMissing(epoch=root.epoch)
    if place is source:
        return False
    changed = False
    manifest = snapshots.read(root, source)
    if not _has_snapshot(place, root):
        snapshots.copy(manifest, source, place)
        changed = True
    names = [name for name in source.names() if signing.is_file(name)]
    for name in (recovery.FILE, *names, roots.file_name(root.epoch)):
        if _wrappers(place, name) != _wrappers(source, name):
            place.write(name, source.read(name))
            changed = True
    for number in roots.fingerprints(place):
        if number != root.epoch:
            place.destroy(roots.file_name(number))
            changed = True
    snapshots.tidy(manifest, place)
    return changed


def _is_sound(place: KeyPlace, root: Root, custodian: Custodian) -> bool:
    try:
        roots.load(root.epoch, [place], custodian)
        recovery.load([place], custodian)
        snapshots.read(root, place)
    except (KeyPlaceDown, *roots.UNSOUND):
        return False
    return True


def _has_snapshot(place: KeyPlace, root: Root) -> bool:
    try:
        manifest = snapshots.read(root, place)
    except (KeyPlaceDown, *roots.UNSOUND):
        return False
    return snapshots.is_complete(manifest, place)


class _Wrapped(msgspec.Struct):
    """What the wrapped files have in common: who can open them."""

    custodian: dict[str, str] = {}
    recovery: dict[str, str] = {}
    stamp: dict[str, str] = {}
    kit: str = ""


def _wrappers(place: KeyPlace, name: str) -> tuple[str | None, ...] | None:
    try:
        found = msgspec.json.decode(place.read(name), type=_Wrapped)
    except (KeyPlaceDown, msgspec.DecodeError):
        return None
    return found.custodian.get("id"), found.recovery.get("kit"), found.stamp.get("id"), found.kit
