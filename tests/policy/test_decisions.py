"""Which decision holds when: the newest of those that have taken effect; and what is to come, told beforehand."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.ids import new_id
from troth.policy.packs_kept import Decision, present, ruling, to_come

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = st.integers(0, 12)


def made(days: list[tuple[int, int]]) -> tuple[Decision, ...]:
    """Decisions, newest first, from (days since the one before, days until it takes effect)."""
    decided, found = START, []
    for number, (after, until) in enumerate(days, 1):
        decided += timedelta(days=after)
        found.append(Decision(number, new_id(), f"d{number}", decided, decided + timedelta(days=until)))
    return tuple(reversed(found))


@given(st.lists(st.tuples(DAYS, DAYS), max_size=6), st.integers(0, 30))
def test_what_is_to_come_is_exactly_what_will_be(days: list[tuple[int, int]], today: int) -> None:
    decisions = made(days)
    now = max([START + timedelta(days=today), *(each.decided_at for each in decisions)])
    rulers = {ruling(decisions, now + timedelta(days=ahead)) for ahead in range(20)} - {None}
    assert set(to_come(decisions, now)) == rulers


@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=6), st.integers(-400, 30))
def test_a_clock_that_goes_back_brings_nothing_back(days: list[tuple[int, int]], today: int) -> None:
    decisions = made(days)
    now = decisions[0].decided_at
    if today < 0:
        assert present(decisions, now + timedelta(days=today)) == present(decisions, now)


@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=6), DAYS)
def test_no_decision_holds_before_it_was_made(days: list[tuple[int, int]], ahead: int) -> None:
    decisions = made(days)
    at = START + timedelta(days=ahead)
    found = ruling(decisions, at)
    assert found is None or found.decided_at <= found.effective_at <= at
