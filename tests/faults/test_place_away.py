"""A key place is taken away: reading goes on, erasing waits and says so, nothing is lost, and it goes on by itself."""

import shutil
from pathlib import Path

import pytest

from tests.keys.world import BY, a_customer, away, erase, keys_of, place_files
from troth.kernel import wall
from troth.kernel.errors import NotFound
from troth.keys import cache, epochs, queries, ring, roots, upkeep
from troth.keys.epochs import Drops
from troth.keys.errors import (
    DatabaseBehindKeys,
    EpochUnfinished,
    KeyPlaceDown,
    KeyPlaceFresh,
    KeyPlaceMissing,
    KeysMissing,
    KeysOfAnotherInstallation,
    KeysReadable,
)
from troth.keys.places import FolderPlace, configured
from troth.keys.settling import Run
from troth.settings import CONFIG

FIRST, SECOND = CONFIG.key_places


def test_reading_goes_on_and_erasing_waits() -> None:
    mine, slots = a_customer(2)
    before = epochs.current().number
    files = {folder: place_files(folder) for folder in (FIRST, SECOND)}
    with away(SECOND) as elsewhere:
        assert keys_of(mine, slots) == [slot.key for slot in slots]
        with pytest.raises(KeyPlaceDown, match=str(SECOND)):
            erase(mine, slots[0])
        # Nothing was changed: neither the database nor the place that is there.
        assert epochs.current().number == before
        assert (place_files(FIRST), place_files(elsewhere)) == (files[FIRST], files[SECOND])
        found = queries.status()
        assert {alarm.code for alarm in found.alarms} >= {"keys.too_few_places", "keys.place_down"}
        assert [place.state for place in found.places] == ["ok", "down"]
        # A restart meanwhile serves from the place that is left.
        assert epochs.settle().usable == (FolderPlace(FIRST),)
    erase(mine, slots[0])
    assert keys_of(mine, slots) == [None, slots[1].key]


def test_an_empty_folder_in_its_stead_is_never_taken_for_the_place() -> None:
    mine, (slot,) = a_customer(1)
    with away(SECOND):
        SECOND.mkdir(mode=0o700)
        with pytest.raises(KeyPlaceFresh):
            erase(mine, slot)
        assert place_files(SECOND) == set()
        assert queries.status().places[1].state == "fresh"
    assert keys_of(mine, [slot]) == [slot.key]


def test_a_new_place_is_filled_by_asking_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine, slots = a_customer(2)
    third = tmp_path / "third"
    monkeypatch.setattr("django.conf.settings.TROTH_KEY_PLACES", (FIRST, SECOND, third))
    assert upkeep.catch_up() == []
    assert not third.exists()
    assert upkeep.catch_up(new=[third]) == [str(third)]
    assert place_files(third) == place_files(FIRST)
    assert upkeep.catch_up() == []
    erase(mine, slots[0])
    assert place_files(third) == place_files(FIRST)
    # It serves alone.
    with away(FIRST), away(SECOND):
        assert keys_of(mine, slots) == [None, slots[1].key]

    # Taken out of the settings, it still holds keys: epochs wait until somebody answers for it.
    monkeypatch.setattr("django.conf.settings.TROTH_KEY_PLACES", (FIRST, SECOND))
    with pytest.raises(KeyPlaceMissing, match=str(third)):
        erase(mine, slots[1])
    assert "keys.place_missing" in {alarm.code for alarm in queries.status().alarms}
    with pytest.raises(NotFound):
        upkeep.retire_place(str(FIRST), why="it is still there")
    place_id = FolderPlace(third).check()
    shutil.rmtree(third)
    assert upkeep.retire_place(str(third), why="shredded on 22 November") == place_id
    erase(mine, slots[1])
    assert keys_of(mine, slots) == [None, None]


def test_a_place_that_missed_epochs_is_behind_until_it_is_caught_up(tmp_path: Path) -> None:
    """An old copy of a place comes back in its stead: its old root must die, and it must not be trusted meanwhile."""
    mine, slots = a_customer(2)
    old = tmp_path / "old"
    shutil.copytree(SECOND, old)
    old.chmod(0o700)
    erase(mine, slots[0])
    with away(SECOND):
        shutil.copytree(old, SECOND)
        SECOND.chmod(0o700)
        standing = epochs.settle()
        assert standing.judgement.behind == (str(SECOND),)
        # Start-up destroys the old root that came back.
        assert roots.fingerprints(FolderPlace(SECOND)) == {}
        with pytest.raises(KeyPlaceDown, match="catch it up"):
            erase(mine, slots[1])
        assert upkeep.catch_up() == [str(SECOND)]
        assert place_files(SECOND) == place_files(FIRST)
        erase(mine, slots[1])
        shutil.rmtree(old)
        shutil.copytree(SECOND, old)
        second_now = place_files(SECOND)
        # `away` puts the real place back, which is now the one that is behind.
    assert place_files(SECOND) != second_now
    assert upkeep.catch_up() == [str(SECOND)]
    assert keys_of(mine, slots) == [None, None]
    assert epochs.settle().whole


def test_a_damaged_root_is_behind_not_fatal() -> None:
    mine, slots = a_customer(2)
    number = epochs.current().number
    (SECOND / roots.file_name(number)).write_bytes(b"{}")
    assert epochs.settle().judgement.behind == (str(SECOND),)
    assert keys_of(mine, slots) == [slot.key for slot in slots]
    assert upkeep.catch_up() == [str(SECOND)]
    erase(mine, slots[0])
    assert keys_of(mine, slots) == [None, slots[1].key]


class _Failing:
    """A place whose disk fails at one kind of call, from then on."""

    def __init__(self, inner: FolderPlace, call: str, prefix: str) -> None:
        self._inner, self._call, self._prefix = inner, call, prefix

    def __getattr__(self, name: str) -> object:
        found = getattr(self._inner, name)
        if name != self._call:
            return found

        def call(file: str, *rest: object) -> object:
            if file.startswith(self._prefix):
                raise KeyPlaceDown(place=self._inner.label, why="input/output error")
            return found(file, *rest)

        return call


@pytest.mark.parametrize(
    ("call", "prefix", "committed"),
    [("write", "root-", False), ("write", "segment-", True), ("write", "manifest-", True), ("destroy", "root-", True)],
)
def test_a_place_that_fails_on_the_way(
    monkeypatch: pytest.MonkeyPatch, call: str, prefix: str, committed: bool
) -> None:
    mine, slots = a_customer(2)
    before = epochs.current().number
    places = (FolderPlace(FIRST), _Failing(FolderPlace(SECOND), call, prefix))
    with monkeypatch.context() as patch:
        patch.setattr("troth.keys.epochs.configured", lambda: places)
        with pytest.raises(EpochUnfinished if committed else KeyPlaceDown):
            erase(mine, slots[0])
        if committed:
            assert not epochs.acknowledged(before + 1)
            # Asking again does not help while the disk fails, and moves no second epoch.
            with pytest.raises(EpochUnfinished):
                erase(mine, slots[0])
    assert epochs.current().number == before + committed
    erase(mine, slots[0])
    assert epochs.current().number == before + 1
    assert epochs.current().settled_at is not None
    assert keys_of(mine, slots) == [None, slots[1].key]
    assert epochs.settle().whole


@pytest.mark.parametrize("victim", ["folder", "file", "custodian"])
def test_keys_that_others_can_read_are_refused(victim: str) -> None:
    mine, (slot,) = a_customer(1)
    path = {
        "folder": SECOND,
        "file": SECOND / roots.file_name(epochs.current().number),
        "custodian": CONFIG.custodian / "custodian.json",
    }[victim]
    mode = path.stat().st_mode
    for opened in (0o040, 0o004, 0o020, 0o001):
        path.chmod(mode | opened)
        cache.forget()
        try:
            with pytest.raises(KeysReadable, match="open to others"):
                epochs.settle()
            with pytest.raises(KeysReadable):
                erase(mine, slot)
            assert queries.status().alarms
        finally:
            path.chmod(mode)
    epochs.settle()
    assert keys_of(mine, [slot]) == [slot.key]


def test_no_place_in_reach_is_said_and_not_taken_for_erasure() -> None:
    mine, (slot,) = a_customer(1)
    with away(FIRST), away(SECOND):
        with pytest.raises(KeysMissing):
            keys_of(mine, [slot])
        with pytest.raises(KeysMissing):
            epochs.settle()
    assert keys_of(mine, [slot]) == [slot.key]


def test_a_database_older_than_its_keys_never_serves() -> None:
    """The places of a later epoch, the database of an earlier one: as after a restore from a backup."""
    number = epochs.current().number
    for place in configured():
        place.write(f"manifest-{number + 1}", b"sealed by a root that this database has never heard of")
    try:
        with pytest.raises(DatabaseBehindKeys) as found:
            epochs.settle()
        assert "older copy" in found.value.explain()
        assert "restore" in found.value.advise()
    finally:
        for place in configured():
            place.remove(f"manifest-{number + 1}")
    assert epochs.settle().whole


def test_another_installations_place_is_refused(tmp_path: Path) -> None:
    number = epochs.current().number
    data = (SECOND / roots.file_name(number)).read_bytes()
    fingerprint = roots.decode(data).fingerprint
    FolderPlace(SECOND).write(roots.file_name(number), data.replace(fingerprint.encode(), b"00" * 16))
    try:
        with pytest.raises(KeysOfAnotherInstallation):
            epochs.settle()
    finally:
        FolderPlace(SECOND).write(roots.file_name(number), data)


def test_an_epoch_that_renews_the_root_alone() -> None:
    mine, slots = a_customer(2)
    before = epochs.current().number
    assert epochs.advance(Drops(), by=BY, run=Run()).number == before + 1
    assert keys_of(mine, slots) == [slot.key for slot in slots]
    with wall.within(mine):
        assert ring(mine).epoch == before + 1
