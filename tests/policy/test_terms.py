"""The laws of terms: intersecting only ever tightens, in whatever order, and says who is to blame."""

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.policy.constraints import EMPTY, Choice, Constraint, Empty, Flag, Interval, Term, Words, meet, tightens
from troth.policy.derivations import amount
from troth.policy.errors import Collision
from troth.policy.obligations import Obligation, Source
from troth.policy.terms import clashes, colliding, resolve

BOUND = st.none() | st.integers(0, 6)
LENGTH = st.none() | st.integers(1, 6).map(lambda days: timedelta(days=days))
SOME = st.frozensets(st.sampled_from("abcd"), max_size=3)


def _whole(one: Constraint) -> bool:
    return not isinstance(meet(one, one), Empty)


COUNTS = st.builds(Interval, BOUND, BOUND).filter(_whole)
LENGTHS = st.builds(Interval, LENGTH, LENGTH).filter(_whole)
CHOICES = st.builds(Choice, SOME, st.none() | SOME).filter(_whole)
FLAGS = st.builds(Flag, st.booleans())
FAMILIES = (COUNTS, LENGTHS, CHOICES, FLAGS)
SAME = st.sampled_from(FAMILIES).flatmap(lambda family: st.lists(family, min_size=3, max_size=3))
MANY = st.sampled_from(FAMILIES).flatmap(lambda family: st.lists(family, min_size=1, max_size=6))
TERM = Term(name="test.term", kind="count", title=Words("A term", "Un terme"))
KNOWN = {"test.term": TERM}


def obliged(constraints: list[Constraint]) -> list[Obligation]:
    return [
        Obligation("test.term", each, Source("clause", f"C-{number}")) for number, each in enumerate(constraints, 1)
    ]


def whole(constraints: list[Constraint]) -> Constraint | Empty:
    found: Constraint | Empty = constraints[0]
    for each in constraints:
        found = meet(found, each)
    return found


@given(SAME)
def test_meet_is_commutative_associative_and_idempotent(three: list[Constraint]) -> None:
    a, b, c = three
    assert meet(a, b) == meet(b, a)
    assert meet(meet(a, b), c) == meet(a, meet(b, c))
    assert meet(a, a) == a
    assert meet(a, EMPTY) == meet(EMPTY, a) == EMPTY


@given(SAME)
def test_what_two_meet_in_is_no_looser_than_either(three: list[Constraint]) -> None:
    a, b, _ = three
    both = meet(a, b)
    if not isinstance(both, Empty):
        assert tightens(both, a)
        assert tightens(both, b)


@given(MANY, st.data())
def test_another_obligation_never_loosens(constraints: list[Constraint], data: st.DataObject) -> None:
    before = whole(constraints[:-1]) if len(constraints) > 1 else constraints[0]
    after = whole(constraints)
    if isinstance(before, Empty):
        assert isinstance(after, Empty)
        return
    if isinstance(after, Empty):
        with pytest.raises(Collision):
            resolve(obliged(constraints), KNOWN)
        return
    resolved = resolve(obliged(constraints), KNOWN)["test.term"].constraint
    assert resolved == after
    assert tightens(resolved, before)
    shuffled = data.draw(st.permutations(obliged(constraints)))
    assert resolve(shuffled, KNOWN)["test.term"].constraint == resolved


@given(MANY)
def test_a_collision_names_exactly_those_that_collide(constraints: list[Constraint]) -> None:
    given_ = obliged(constraints)
    if not isinstance(whole(constraints), Empty):
        assert clashes(given_, KNOWN) == []
        resolve(given_, KNOWN)
        return
    named = colliding(given_)
    # Without all of those named, what is left holds together; each of those named has others that it can't be with.
    rest = [each.constraint for each in given_ if each not in named]
    assert not rest or not isinstance(whole(rest), Empty)
    for each in named:
        others = [other for other in named if other is not each]
        groups = (group for size in range(1, len(others) + 1) for group in combinations(others, size))
        assert any(
            isinstance(whole([each.constraint, *(one.constraint for one in group)]), Empty)
            and not isinstance(whole([one.constraint for one in group]), Empty)
            for group in groups
        )
    with pytest.raises(Collision) as raised:
        resolve(given_, KNOWN)
    assert [str(source) for source in raised.value.sources] == [str(each.source) for each in named]


@given(MANY)
def test_those_that_bind_make_the_whole_alone(constraints: list[Constraint]) -> None:
    if isinstance(whole(constraints), Empty):
        return
    resolved = resolve(obliged(constraints), KNOWN)["test.term"]
    empty = {Interval(), Choice()}
    if resolved.constraint not in empty and not isinstance(resolved.constraint, Choice):
        assert whole([each.constraint for each in resolved.binding]) == resolved.constraint


def test_three_that_only_together_exclude_each_other_are_all_named() -> None:
    three = [Choice(one_of=frozenset(pair)) for pair in ("ab", "bc", "ca")]
    with pytest.raises(Collision, match="C-1, C-2, C-3"):
        resolve(obliged([*three]), KNOWN)


def test_whoever_has_no_part_in_a_collision_is_not_named() -> None:
    with pytest.raises(Collision) as raised:
        resolve(obliged([Interval(None, 9), Interval(5, None), Interval(None, 3), Interval(1, None)]), KNOWN)
    assert [str(source) for source in raised.value.sources] == ["C-2", "C-3"]


def test_constraints_of_different_kinds_never_meet() -> None:
    for one, other in combinations((Interval(1, 2), Choice(), Flag(True)), 2):
        with pytest.raises(TypeError):
            meet(one, other)


def test_values_are_what_the_reader_of_a_term_wants() -> None:
    both = Term(name="test.term", kind="count", title=Words("", ""), takes=("at_most", "at_least"))
    resolved = resolve(obliged([Interval(12, None), Interval(None, 19)]), {"test.term": both})
    assert resolved["test.term"].value == 19
    assert resolved.plain() == {"test.term": 19, "test.term.at_least": 12, "test.term.at_most": 19}
    countries = Term(name="test.term", kind="countries", title=Words("", ""))
    resolved = resolve(obliged([Choice(one_of=frozenset({"FR", "DE"}))]), {"test.term": countries})
    assert resolved.plain() == {"test.term": ("DE", "FR"), "test.term.one_of": ("DE", "FR")}
    flag = Term(name="test.term", kind="flag", title=Words("", ""))
    assert resolve(obliged([Flag(False)]), {"test.term": flag}).plain() == {"test.term": False}


def test_the_derivation_is_said_in_both_languages() -> None:
    term = Term(name="test.term", kind="duration", title=Words("", ""))
    clause = Obligation("test.term", Interval(None, timedelta(days=1)), Source("clause", "A-4b"))
    ours = Obligation("test.term", Interval(None, timedelta(hours=12)), Source("agreement", "MSA-1"))
    lax = Obligation("test.term", Interval(None, timedelta(days=9)), Source("agreement", "MSA-1"))
    known = {"test.term": term}
    assert resolve([clause], known).explain("test.term") == "24 h, from clause A-4b"
    assert resolve([clause], known).explain("test.term", "fr") == "24 h, de la clause A-4b"
    assert (
        resolve([ours, clause], known).explain("test.term")
        == "12 h: 24 h, from clause A-4b; the agreement with this customer says 12 h"
    )
    assert (
        resolve([clause, ours], known).explain("test.term", "fr")
        == "12 h\u00a0: 24 h, de la clause A-4b\u00a0; l’accord avec ce client dit 12 h"
    )
    assert (
        resolve([clause, lax], known).explain("test.term")
        == "24 h: 24 h, from clause A-4b; the agreement with this customer says 9 days (does not bind)"
    )
    assert resolve([ours], known).explain("test.term") == "12 h, from the agreement with this customer"
    assert resolve([], known).explain("test.term") == ""


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(hours=48), "48 h"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=3, hours=4), "3 d 4 h"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(seconds=45), "45 s"),
    ],
)
def test_durations_are_said_as_people_say_them(length: timedelta, said: str) -> None:
    assert amount(length) == said
