"""A process that moves an epoch is killed, anywhere: afterwards either all still opens or the erasure is complete.

Each test kills a real process with SIGKILL, looks whether anything could have been certified too early, settles, and
then asks for everybody's keys.
"""

import signal
import subprocess
import sys
from uuid import UUID

import pytest

from tests.keys.world import a_customer, place_files
from troth.kernel import wall
from troth.keys import cache, epochs, ring, roots
from troth.keys.places import configured
from troth.keys.slots import Slot
from troth.settings import CONFIG

STEPS = [
    ("places checked", 1),
    ("root written", 1),
    ("root written", 2),
    ("writers excluded", 1),
    ("rows changed", 1),
    ("committed", 1),
    ("snapshot written", 1),
    ("snapshot written", 2),
    ("old root destroyed", 1),
    ("old root destroyed", 2),
    ("settled", 1),
]
UNDONE = {"places checked", "root written", "writers excluded", "rows changed"}


def _run(customer_id: UUID, slot: Slot, *how: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.move_epoch", str(customer_id), str(slot.page), str(slot.slot), *how],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _old_roots(epoch: int) -> list[str]:
    return [
        f"{place.label} {number}" for place in configured() for number in roots.fingerprints(place) if number < epoch
    ]


def _settled_state() -> None:
    """Every place holds exactly one root, the database's, and no leavings of an interrupted write."""
    number = epochs.current().number
    for place in configured():
        assert set(roots.fingerprints(place)) == {number}
    for folder in CONFIG.key_places:
        assert not [name for name in place_files(folder) if name.startswith(".")]
        assert f"manifest-{number}" in place_files(folder)
        assert len([name for name in place_files(folder) if name.startswith("manifest-")]) == 1


def _kill_and_check(*how: str) -> bool:
    """Kill on the way, settle, compare everybody's keys; whether the erasure happened."""
    mine, (gone, kept) = a_customer(2)
    theirs, (other,) = a_customer(1)
    before = epochs.current().number
    done = _run(mine, gone, *how)
    assert done.returncode == -signal.SIGKILL, done.stderr

    # A certificate asks `acknowledged` first: it must be false while an old root lies anywhere.
    for epoch in range(before + 1, before + 3):
        if epochs.acknowledged(epoch):
            assert _old_roots(epoch) == []
    standing = epochs.settle()
    assert standing.whole
    cache.forget()
    _settled_state()
    erased = epochs.current().number > before
    with wall.within(mine):
        assert ring(mine).keys([(gone.page, gone.slot), (kept.page, kept.slot)]) == [
            None if erased else gone.key,
            kept.key,
        ]
    with wall.within(theirs):
        assert ring(theirs).key(other.page, other.slot) == other.key
    if erased:
        assert epochs.current().settled_at is not None
    return erased


@pytest.mark.parametrize(("step", "number"), STEPS)
def test_killed_after_a_step(step: str, number: int) -> None:
    assert _kill_and_check("step", step, str(number)) is (step not in UNDONE)


def test_these_are_all_the_steps() -> None:
    customer_id, (slot,) = a_customer(1)
    done = _run(customer_id, slot, "count")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().split("|")[1:] == [step for step, _ in STEPS]


def _changes() -> int:
    customer_id, (slot,) = a_customer(1)
    return int(_run(customer_id, slot, "count").stdout.split("|")[0])


def test_killed_before_some_changes_on_disk() -> None:
    """A sample; the whole walk is `test_killed_before_every_change_on_disk`."""
    last = _changes()
    for change in sorted({1, last // 4, last // 2, 3 * last // 4, last}):
        _kill_and_check("change", str(change))


@pytest.mark.storm
def test_killed_before_every_change_on_disk() -> None:
    outcomes = [_kill_and_check("change", str(change)) for change in range(1, _changes() + 1)]
    # Once the erasure happened at some change, it happened at every later one.
    assert outcomes == sorted(outcomes)
    assert outcomes[0] is False
    assert outcomes[-1] is True


def test_the_same_erasure_again_completes_it() -> None:
    """Nobody needs to restart: the next attempt of the erasure finishes what was left."""
    mine, (gone, kept) = a_customer(2)
    before = epochs.current().number
    assert _run(mine, gone, "step", "committed", "1").returncode == -signal.SIGKILL
    assert not epochs.acknowledged(before + 1)
    assert _run(mine, gone, "count").returncode == 0
    assert epochs.current().number == before + 1
    _settled_state()
    cache.forget()
    with wall.within(mine):
        assert ring(mine).keys([(gone.page, gone.slot), (kept.page, kept.slot)]) == [None, kept.key]
