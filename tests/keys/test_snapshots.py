"""The snapshot in the key places is always the key tables, whole: whatever was added, dropped or interrupted."""

import threading
from dataclasses import replace
from uuid import UUID

import msgspec
import pytest
from django.db import connections

from tests.keys import second_reader
from tests.keys.world import BY, a_customer, admin, away, erase, keys_of, place_files
from troth.kernel import wall
from troth.keys import cache, epochs, roots, snapshots, upkeep
from troth.keys.actions import lease
from troth.keys.epochs import Drops
from troth.keys.errors import CannotOpen
from troth.keys.places import FolderPlace, configured
from troth.keys.rules import merge
from troth.keys.settling import Run
from troth.keys.slots import POOL
from troth.keys.terms import TERMS
from troth.settings import CONFIG

FIRST, SECOND = CONFIG.key_places
EVERY_PAGE = Run(terms=replace(TERMS, top_up_pages=1))
Rows = dict[tuple[str, bytes, int], tuple[int, bytes]]


def _in_database() -> Rows:
    with admin() as connection:
        found = connection.cursor(binary=True).execute(
            "select 'c', customer_id, 0::int8, version, sealed from keys_customer union all "
            "select 'd', customer_id, 0, version, sealed from keys_directory union all "
            "select 'p', customer_id, page, version, sealed from keys_page"
        )
        return {(row[0], row[1].bytes, row[2]): (row[3], bytes(row[4])) for row in found}


def _in_place(place: FolderPlace) -> Rows:
    """Merged by a second reader, from the formats' description alone."""
    epoch = epochs.current().number
    root = roots.load(epoch, [place], cache.custodian())
    rows = second_reader.snapshot_rows(place.folder, root.key, epoch)
    assert rows is not None
    living = {row[1] for row in rows if row[0] == "c"}
    merged: Rows = {}
    for table, customer, page, _, version, sealed in rows:
        key = (table, customer, page)
        if customer in living and version >= merged.get(key, (0, b""))[0]:
            merged[key] = (version, sealed)
    return merged


def _assert_whole() -> None:
    wanted = _in_database()
    for place in configured():
        assert isinstance(place, FolderPlace)
        found = _in_place(place)
        assert found.keys() == wanted.keys()
        assert found == wanted


def _manifest() -> snapshots.Manifest:
    root = roots.load(epochs.current().number, configured(), cache.custodian())
    return snapshots.read(root, configured()[0])


def test_it_is_whole_after_every_kind_of_change() -> None:
    mine, slots = a_customer(600)
    theirs, _ = a_customer(1)
    erase(mine, slots[0])
    _assert_whole()
    with wall.within(mine):
        lease(mine, 700)
    erase(mine, slots[1], slots[400])
    _assert_whole()
    epochs.advance(Drops(customers={theirs}), by=BY)
    _assert_whole()
    epochs.advance(Drops(), by=BY)
    _assert_whole()


def test_an_epoch_adds_only_what_changed() -> None:
    mine, slots = a_customer(256 * 8)
    erase(mine, slots[0])
    before = _manifest()
    erase(mine, slots[1])
    after = _manifest()
    assert (after.full, after.deltas[:-1]) == (before.full, before.deltas)
    assert after.deltas[-1].rows == 2  # one page and its directory
    _assert_whole()


def test_what_was_written_since_is_topped_up_between_epochs() -> None:
    mine, slots = a_customer(1)
    erase(mine, slots[0])
    # Whatever other tests left is written anew first, so that no full snapshot falls due on the way.
    upkeep.tend(Run(terms=replace(TERMS, top_up_pages=1, most_deltas=1)))
    with wall.within(mine):
        lease(mine, 256 * 5)
    before = _manifest()
    upkeep.tend(Run(terms=replace(TERMS, top_up_pages=10**6)))
    assert _manifest() == before
    upkeep.tend(EVERY_PAGE)
    _assert_whole()
    topped = _manifest()
    upkeep.tend(EVERY_PAGE)
    assert _manifest() == topped
    # The next epoch does not carry the five pages again.
    with wall.within(mine):
        slot = lease(mine, 1)[0]
    erase(mine, slot)
    assert _manifest().deltas[-1].rows <= 3


def test_many_deltas_become_one_full_snapshot() -> None:
    mine, slots = a_customer(6)
    few = replace(TERMS, most_deltas=2, patience=2)
    run = Run(terms=few)
    for slot in slots[:5]:
        epochs.advance(Drops(slots={mine: {(slot.page, slot.slot)}}), by=BY, run=run)
        _assert_whole()
        assert len(_manifest().deltas) <= 4
    # While an erasure waits it is put off; the keeper's minute does it.
    while len(_manifest().deltas) < 2:
        epochs.advance(Drops(), by=BY)
        erase(mine, slots[5])
        with wall.within(mine):
            slots[5] = lease(mine, 1)[0]
    upkeep.tend(run)
    assert _manifest().deltas == ()
    _assert_whole()
    names = place_files(FIRST)
    assert len([name for name in names if name.startswith("segment-")]) == len(_manifest().segments)


@pytest.mark.parametrize("ground", [None, "other", "ahead"])
def test_on_another_database_it_is_written_anew(ground: str | None) -> None:
    """After a restore the rows' transaction numbers say nothing about what the snapshot has seen."""
    mine, slots = a_customer(2)
    erase(mine, slots[0])
    manifest = _manifest()
    assert manifest.ground is not None
    changed = {
        None: None,
        "other": msgspec.structs.replace(manifest.ground, cluster="7/00000002"),
        "ahead": msgspec.structs.replace(manifest.ground, lsn=manifest.ground.lsn + 10**12),
    }[ground]
    root = roots.load(manifest.epoch, configured(), cache.custodian())
    data = snapshots.sealed(root, msgspec.structs.replace(manifest, ground=changed))
    for place in configured():
        place.write(f"manifest-{manifest.epoch}", data)
    erase(mine, slots[1])
    assert _manifest().deltas == ()
    _assert_whole()


def test_it_misses_nothing_that_commits_late() -> None:
    """A page whose transaction began before the snapshot and commits after it belongs to the next one."""
    mine, slots = a_customer(2)
    theirs, _ = a_customer()
    erase(mine, slots[0])
    leased, go = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            POOL.forget(mine)
            from troth.keys import leases

            with wall.within(mine, using="aside"):
                leases._new_pages(mine, 1, "aside")
                leased.set()
                go.wait(20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    leased.wait(20)
    before = _manifest()
    with wall.within(theirs):
        lease(theirs, 1)
    upkeep.tend(EVERY_PAGE)
    assert _manifest() != before
    go.set()
    writer.join()
    erase(mine, slots[1])
    _assert_whole()


def test_a_lost_segment_is_fetched_from_another_place() -> None:
    mine, slots = a_customer(2)
    erase(mine, slots[0])
    segment = _manifest().full[0]
    (SECOND / f"segment-{segment.sha256}").unlink()
    erase(mine, slots[1])
    _assert_whole()


def test_an_altered_segment_is_refused() -> None:
    mine, (slot,) = a_customer(1)
    erase(mine, slot)
    segment = _manifest().segments[0]
    path = FIRST / f"segment-{segment.sha256}"
    sound = path.read_bytes()
    path.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    try:
        with pytest.raises(CannotOpen):
            list(snapshots.contents(_manifest(), FolderPlace(FIRST)))
    finally:
        path.write_bytes(sound)


def test_tending_bears_a_place_that_is_away() -> None:
    with away(SECOND):
        assert not upkeep.tend(EVERY_PAGE).whole
    assert upkeep.tend(EVERY_PAGE).whole


def _versions(rows: Rows) -> dict[tuple[str, bytes, int], int]:
    return {key: version for key, (version, _) in rows.items()}


def test_an_old_copy_merged_with_the_snapshot_is_todays_tables() -> None:
    """What a restore will do: the older rows and the newer ones, the higher version winning, are the newest."""
    mine, slots = a_customer(3)
    old = _in_database()
    erase(mine, slots[1])
    merged = merge(_versions(old), _versions(_in_place(FolderPlace(FIRST))))
    assert merged == _versions(_in_database())
    assert keys_of(mine, slots) == [slots[0].key, None, slots[2].key]


def test_a_customer_without_keys_is_in_no_snapshot() -> None:
    mine, _ = a_customer(1)
    epochs.advance(Drops(customers={mine}), by=BY)
    assert not [key for key in _in_place(FolderPlace(SECOND)) if UUID(bytes=key[1]) == mine]
