"""The judge of attestations: nothing but another person's review, in its time, is ever kept."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_judge.controls.attested import SENTENCES, Facts, judge
from troth_judge.facts import decode, encode
from troth_judge.sentences import sentence

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


def facts(**changes: object) -> Facts:
    told: dict[str, object] = {
        "topic": "security_training",
        "seen_at": NOW,
        "usual_every": YEAR,
        "waiting_since": None,
        "given_at": NOW - timedelta(days=10),
        "reviewed_at": NOW - timedelta(days=9),
        "attester": "a",
        "reviewer": "b",
        "attester_role": "security_officer",
        "reviewer_role": "administrator",
        "statement_sha256": "00",
        "document_sha256": None,
    }
    return Facts(**{**told, **changes})  # type: ignore[arg-type]  # as named


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ({}, "kept", "attested.valid"),
        ({"given_at": None, "reviewed_at": None}, "unverified", "attested.none"),
        ({"reviewed_at": None, "waiting_since": NOW}, "unverified", "attested.unreviewed"),
        ({"reviewer": "a"}, "unverified", "attested.not_by_another"),
        ({"reviewer": None}, "unverified", "attested.not_by_another"),
        ({"statement_sha256": None}, "unverified", "attested.empty"),
        ({"statement_sha256": None, "document_sha256": "00"}, "kept", "attested.valid"),
        ({"reviewed_at": NOW + timedelta(seconds=1)}, "unverified", "attested.out_of_order"),
        ({"given_at": NOW}, "unverified", "attested.out_of_order"),
        ({"usual_every": timedelta(0)}, "unverified", "attested.no_cadence"),
        ({"usual_every": timedelta(days=12)}, "at_risk", "attested.ends_soon"),
        ({"usual_every": timedelta(days=12), "waiting_since": NOW}, "kept", "attested.renewal_waits"),
        ({"usual_every": timedelta(days=9)}, "unverified", "attested.expired"),
        ({"usual_every": timedelta(days=9), "waiting_since": NOW}, "unverified", "attested.expired"),
    ],
)
def test_what_it_says(changes: dict[str, object], state: str, code: str) -> None:
    found = judge(decode(Facts, encode(facts(**changes))), {})
    assert (found.state, found.code) == (state, code)
    assert sentence(found, "en") != sentence(found, "fr")
    assert "?" not in sentence(found, "en")


def test_the_policys_cadence_comes_first() -> None:
    assert judge(facts(), {"attestations.security_training.every": timedelta(days=9)}).code == "attested.expired"
    assert judge(facts(), {"attestations.other.every": timedelta(days=9)}).code == "attested.valid"


def test_every_code_is_met() -> None:
    cases = test_what_it_says.pytestmark[0].args[1]
    assert {code for _, _, code in cases} == set(SENTENCES)


@given(
    reviewed=st.none() | st.timedeltas(min_value=-YEAR, max_value=YEAR),
    waiting=st.booleans(),
    reviewer=st.sampled_from(["a", "b", "", None]),
    digest=st.sampled_from(["00", None]),
    every=st.timedeltas(min_value=-YEAR, max_value=YEAR),
)
def test_kept_only_for_what_another_reviewed_in_time(
    reviewed: timedelta | None, waiting: bool, reviewer: str | None, digest: str | None, every: timedelta
) -> None:
    at = None if reviewed is None else NOW + reviewed
    found = judge(
        facts(
            given_at=None if at is None else at - timedelta(hours=1),
            reviewed_at=at,
            waiting_since=NOW if waiting else None,
            reviewer=reviewer,
            statement_sha256=digest,
        ),
        {"attestations.security_training.every": every},
    )
    if found.state in {"kept", "at_risk"}:
        assert reviewer == "b"
        assert digest is not None
        assert at is not None
        assert at <= NOW < at + every
    assert found.state != "broken"
