"""The derivation, tried with everything that evidence can be: worst wins, and unknown is never success."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_judge.state import AHEAD_AT_MOST, GRACE, WORST_FIRST, Binding, Derived, Exemption, Kind, Seen, derive, judged
from troth_judge.verdict import STATES, State, Verdict, at_risk, broken, kept, unverified

NOW = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ("one", "two", "three", "four")
GOOD = kept("fine")
PROVEN: tuple[Kind, ...] = ("enforced", "probed", "attested")

verdicts = st.sampled_from([GOOD, at_risk("near"), broken("gone"), unverified("evidence.empty")])
bindings = st.lists(
    st.builds(
        Binding,
        control=st.sampled_from(NAMES),
        every=st.timedeltas(timedelta(minutes=1), timedelta(days=400)),
        planned=st.booleans(),
    ),
    unique_by=lambda one: one.control,
    max_size=4,
)
seen = st.builds(
    Seen, at=st.timedeltas(timedelta(days=-800), timedelta(days=3)).map(lambda ago: NOW + ago), verdict=verdicts
)
latest = st.dictionaries(st.sampled_from(NAMES), seen, max_size=4)
accounts = st.sampled_from(["a", "b", ""])
exemptions = st.lists(
    st.builds(
        Exemption,
        id=st.uuids().map(str),
        reason=st.sampled_from(["", " ", "the auditor moved"]),
        asked_by=accounts,
        approved_by=st.none() | accounts,
        approved_at=st.none() | st.timedeltas(-HOUR * 48, HOUR * 48).map(lambda ago: NOW + ago),
        until=st.timedeltas(-HOUR * 48, HOUR * 48).map(lambda ago: NOW + ago),
        withdrawn_at=st.none() | st.timedeltas(-HOUR * 48, HOUR * 48).map(lambda ago: NOW + ago),
    ),
    max_size=3,
)
kinds = st.lists(st.sampled_from(PROVEN), min_size=1, max_size=3, unique=True)

LIVE = Exemption(
    id="e", reason="the auditor moved", asked_by="a", approved_by="b", approved_at=NOW - HOUR, until=NOW + HOUR
)


def _one(state: Seen | None, **more: object) -> Derived:
    binding = Binding(control="one", every=HOUR)
    return derive(["enforced"], [replace(binding, **more)], {"one": state} if state else {}, [], NOW)  # type: ignore[arg-type]  # a binding's own fields


def _fresh(verdict: Verdict) -> Seen:
    return Seen(at=NOW - timedelta(minutes=5), verdict=verdict)


def _rank(state: State) -> int:
    return WORST_FIRST.index(state)


@given(kinds, bindings, latest)
def test_the_worst_control_decides(given_kinds: list[Kind], bound: list[Binding], known: dict[str, Seen]) -> None:
    found = derive(given_kinds, bound, known, [], NOW)
    if not bound:
        assert (found.state, found.because.code) == ("unverified", "no_control")
    else:
        assert _rank(found.state) == min(_rank(one.state) for one in found.controls)
        assert found.because in [one.verdict for one in found.controls]


@given(kinds, bindings, latest, exemptions)
def test_kept_needs_every_control_seen_good_and_in_time(
    given_kinds: list[Kind], bound: list[Binding], known: dict[str, Seen], given_exemptions: list[Exemption]
) -> None:
    found = derive(given_kinds, bound, known, given_exemptions, NOW)
    proven = bool(bound) and all(
        not one.planned
        and one.control in known
        and known[one.control].verdict == GOOD
        and known[one.control].at <= NOW + AHEAD_AT_MOST
        and known[one.control].at + one.every * (1 + GRACE) >= NOW
        for one in bound
    )
    assert (found.state == "kept") == proven


@given(bindings, latest, exemptions, st.sampled_from(NAMES), seen | st.none())
def test_worse_evidence_never_makes_it_better(
    bound: list[Binding],
    known: dict[str, Seen],
    given_exemptions: list[Exemption],
    name: str,
    other: Seen | None,
) -> None:
    """Monotone: whatever makes one control no better makes the promise no better."""
    changed = {key: value for key, value in known.items() if key != name} | ({name: other} if other else {})
    before = {one.control: judged(one, known.get(one.control), NOW) for one in bound}
    after = {one.control: judged(one, changed.get(one.control), NOW) for one in bound}
    if all(_rank(after[key].state) <= _rank(before[key].state) for key in before):
        first = derive(PROVEN, bound, known, given_exemptions, NOW)
        second = derive(PROVEN, bound, changed, given_exemptions, NOW)
        assert _rank(second.underlying or second.state) <= _rank(first.underlying or first.state)
        assert not (second.state == "kept" and first.state != "kept")


@given(kinds, bindings, latest, st.timedeltas(timedelta(0), timedelta(days=1000)))
def test_time_alone_makes_nothing_better(
    given_kinds: list[Kind], bound: list[Binding], known: dict[str, Seen], wait: timedelta
) -> None:
    """Apart from evidence from ahead, whose time comes."""
    past = {name: one for name, one in known.items() if one.at <= NOW}
    first = derive(given_kinds, bound, past, [], NOW)
    second = derive(given_kinds, bound, past, [], NOW + wait)
    assert _rank(second.state) <= _rank(first.state)


@given(kinds, bindings, latest, exemptions)
def test_an_exception_needs_all_that_it_needs(
    given_kinds: list[Kind], bound: list[Binding], known: dict[str, Seen], given_exemptions: list[Exemption]
) -> None:
    without = derive(given_kinds, bound, known, [], NOW)
    found = derive(given_kinds, bound, known, given_exemptions, NOW)
    good = [
        one
        for one in given_exemptions
        if one.reason.strip()
        and one.asked_by
        and one.approved_by
        and one.approved_by != one.asked_by
        and one.approved_at is not None
        and one.approved_at <= NOW < one.until
        and not (one.withdrawn_at is not None and one.withdrawn_at <= NOW)
    ]
    if without.state != "kept" and good:
        assert found.state == "excepted"
        assert found.underlying == without.state
        assert found.exemption in good
        assert found.because == without.because
    else:
        assert (found.state, found.underlying, found.exemption) == (without.state, None, None)


@given(bindings, latest, exemptions)
def test_what_is_declared_stays_declared(
    bound: list[Binding], known: dict[str, Seen], given_exemptions: Sequence[Exemption]
) -> None:
    found = derive(["declared"], bound, known, given_exemptions, NOW)
    assert found.state == "declared"
    assert len(found.controls) == len(bound)
    better = bool(bound) and all(one.state == "kept" for one in found.controls)
    assert (found.because.code == "declared.exceeded") == better


@pytest.mark.parametrize(
    ("taken", "change"),
    [
        ("reason", {"reason": "  "}),
        ("approval", {"approved_by": None}),
        ("another", {"approved_by": "a"}),
        ("an instant of approval", {"approved_at": None}),
        ("approval that has come", {"approved_at": NOW + HOUR}),
        ("an end to come", {"until": NOW}),
        ("not withdrawn", {"withdrawn_at": NOW}),
    ],
)
def test_each_part_of_an_exception_is_needed(taken: str, change: dict[str, object]) -> None:
    binding = [Binding(control="one", every=HOUR)]
    assert derive(["enforced"], binding, {}, [LIVE], NOW).state == "excepted"
    lacking = replace(LIVE, **change)  # type: ignore[arg-type]  # an exemption's own fields
    assert derive(["enforced"], binding, {}, [lacking], NOW).state == "unverified", taken


def test_an_exception_does_not_touch_what_is_kept() -> None:
    binding = [Binding(control="one", every=HOUR)]
    assert derive(["enforced"], binding, {"one": _fresh(GOOD)}, [LIVE], NOW).state == "kept"


def test_planned_says_not_built_yet_and_nothing_else() -> None:
    for known in (None, _fresh(GOOD), _fresh(broken("gone"))):
        found = _one(known, planned=True)
        assert (found.state, found.because) == ("unverified", unverified("not_built_yet"))
        assert found.controls[0].at is None


def test_a_quarter_of_grace_and_no_more() -> None:
    last = Seen(at=NOW - HOUR * 1.25, verdict=GOOD)
    assert _one(last).state == "kept"
    assert _one(replace(last, at=last.at - timedelta(microseconds=1))).state == "stale"


def test_what_was_broken_stays_so_until_it_is_seen_whole() -> None:
    old = Seen(at=NOW - timedelta(days=400), verdict=broken("gone"))
    assert _one(old).state == "broken"
    assert _one(_fresh(GOOD)).state == "kept"


def test_evidence_from_ahead_is_not_believed() -> None:
    assert _one(Seen(at=NOW + AHEAD_AT_MOST, verdict=GOOD)).state == "kept"
    found = _one(Seen(at=NOW + AHEAD_AT_MOST + timedelta(seconds=1), verdict=GOOD))
    assert (found.state, found.because.code) == ("unverified", "evidence.from_the_future")


@pytest.mark.parametrize("state", ["stale", "excepted", "declared"])
def test_a_state_that_no_judge_can_say_proves_nothing(state: State) -> None:
    assert _one(_fresh(Verdict(state, "forged"))).state == "unverified"


def test_every_state_is_ranked_or_derived() -> None:
    assert set(WORST_FIRST) | {"excepted", "declared"} == set(STATES)
