"""What the state of places and database means, for every state that an epoch can be left in, and for those it can't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.keys.errors import DatabaseBehindKeys, KeysError, KeysMissing, KeysOfAnotherInstallation
from troth.keys.rules import DAMAGED, PlaceFacts, judge, merge, rebase
from troth.keys.terms import TERMS


def _place(label: str, roots: set[int], snapshots: set[int]) -> PlaceFacts:
    return PlaceFacts(label, {epoch: f"of {epoch}" for epoch in roots}, frozenset(snapshots))


def _life(old: int, places: int) -> list[tuple[int, list[PlaceFacts]]]:
    """Every state of disk and database in the order in which an epoch passes through them."""
    new = old + 1
    roots = [{old} for _ in range(places)]
    snapshots = [{old} for _ in range(places)]
    states = []

    def note(epoch: int) -> None:
        states.append((epoch, [_place(str(at), roots[at], snapshots[at]) for at in range(places)]))

    note(old)
    for at in range(places):
        roots[at] = roots[at] | {new}
        note(old)
    note(new)
    for at in range(places):
        snapshots[at] = snapshots[at] | {new}
        note(new)
    for at in range(places):
        roots[at] = roots[at] - {old}
        note(new)
    for at in range(places):
        snapshots[at] = {new}
        note(new)
    return states


@given(st.integers(1, 10**6), st.integers(1, 4))
def test_every_state_of_an_epoch_is_completed_or_undone(old: int, places: int) -> None:
    for epoch, facts in _life(old, places):
        judgement = judge(epoch, f"of {epoch}", facts)
        for place in facts:
            left = set(place.roots) - judgement.undo[place.label] - judgement.old[place.label]
            # What remains is the database's own root: never another, never none.
            assert left == {epoch}
        assert judgement.behind == ()
        saved = all(epoch in place.snapshots for place in facts)
        alone = all(set(place.roots) == {epoch} for place in facts)
        assert judgement.settled is (saved and alone)


@given(st.integers(1, 50), st.integers(1, 4), st.data())
def test_an_older_database_is_always_refused(old: int, places: int, data: st.DataObject) -> None:
    """Restored to before the epoch, once its snapshot was begun or the old root is gone."""
    states = [facts for epoch, facts in _life(old, places) if epoch == old + 1]
    facts = data.draw(st.sampled_from(states[1:]))
    with pytest.raises(DatabaseBehindKeys):
        judge(old, f"of {old}", facts)
    behind = data.draw(st.integers(0, old - 1))
    with pytest.raises(DatabaseBehindKeys):
        judge(behind, f"of {behind}", facts)


places_of = st.lists(
    st.builds(_place, st.text(min_size=1, max_size=3), st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6))),
    max_size=4,
)


@given(st.integers(0, 6), places_of)
def test_whatever_lies_there_the_current_root_is_never_destroyed(epoch: int, facts: list[PlaceFacts]) -> None:
    try:
        judgement = judge(epoch, f"of {epoch}", facts)
    except KeysError:
        return
    for place in facts:
        assert epoch not in judgement.undo[place.label]
        assert epoch not in judgement.old[place.label]
    if epoch:
        assert any(epoch in place.roots for place in facts)
    assert all(number <= epoch for place in facts for number in place.snapshots)


def test_no_place_holds_the_root() -> None:
    with pytest.raises(KeysMissing):
        judge(5, "of 5", [])
    with pytest.raises(KeysMissing):
        judge(5, "of 5", [_place("a", {4}, {4})])


def test_a_place_of_another_installation() -> None:
    with pytest.raises(KeysOfAnotherInstallation):
        judge(5, "another", [_place("a", {5}, {5})])


def test_a_damaged_root_makes_its_place_behind() -> None:
    damaged = PlaceFacts("b", {5: DAMAGED}, frozenset({5}))
    assert judge(5, "of 5", [_place("a", {5}, {5}), damaged]).behind == ("b",)
    with pytest.raises(KeysMissing):
        judge(5, "of 5", [damaged])


def test_before_the_first_epoch() -> None:
    assert judge(0, "", [_place("a", set(), set())]).settled
    assert judge(0, "", [_place("a", {1}, set())]).undo == {"a": frozenset({1})}
    with pytest.raises(DatabaseBehindKeys):
        judge(0, "", [_place("a", {1}, {1})])
    with pytest.raises(DatabaseBehindKeys):
        judge(0, "", [_place("a", {7}, set())])


versions = st.dictionaries(
    st.tuples(st.sampled_from("cdp"), st.binary(max_size=1), st.integers(0, 2)), st.integers(0, 5), max_size=8
)


@given(versions, versions, versions)
def test_merging_forgets_the_order(a: dict, b: dict, c: dict) -> None:  # type: ignore[type-arg]
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, a) == a
    assert all(merge(a, b)[key] >= version for key, version in a.items())


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), max_size=300))
def test_writing_anew_costs_no_more_than_the_deltas_did(full: int, deltas: list[int]) -> None:
    if rebase(full, sum(deltas), len(deltas), TERMS) == "full" and full and len(deltas) < TERMS.most_deltas:
        assert sum(deltas) > full


def test_the_first_snapshot_is_whole() -> None:
    assert rebase(0, 0, 0, TERMS) == "full"
    assert rebase(10, 0, 1, TERMS) == "delta"
