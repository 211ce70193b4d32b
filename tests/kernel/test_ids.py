"""Ids sort by the time of their making, one at a time or many at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from troth.kernel.ids import new_id, new_ids


def test_ids_go_up_however_they_are_made() -> None:
    found = [new_id(), *new_ids(5_000), new_id(), *new_ids(1), new_id()]
    assert all(before < after for before, after in pairwise(found))
    assert {each.version for each in found} == {7}
    assert {each.variant for each in found} == {"specified in RFC 4122"}
    assert new_ids(0) == []


def test_threads_never_get_the_same_tick() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = [each.int >> 64 for many in pool.map(new_ids, [500] * 40) for each in many]
    assert len(set(found)) == len(found)
