"""What a pack says to exceed its own clause is shown while evidence bears it out, and at no other time."""

import secrets
from datetime import timedelta

import pytest

from tests.fixtures.policies import HEAD
from tests.promises.stage import Facts, Stage

CLAUSE = """\
      - id: T-1
        kinds: [{kinds}]
        audience: [public]
        words: {{en: "We do not encrypt.", fr: "Nous ne chiffrons pas."}}
        controls: [{control}]
        terms: {{erasure.production_within: {{at_most: P1D}}}}
        exceeds: {{en: "it is encrypted.", fr: "c’est chiffré."}}
"""


@pytest.mark.parametrize("kinds", ["declared", "enforced"])
def test_nobody_can_type_that_a_clause_is_exceeded(stage: Stage, kinds: str) -> None:
    name = stage.control()
    stage.activate(
        HEAD.format(pack=f"test-{secrets.token_hex(4)}", version=1) + CLAUSE.format(kinds=kinds, control=name)
    )
    assert stage.line().exceeds is None
    stage.check(name)
    assert stage.line().exceeds == "it is encrypted."
    stage.later(timedelta(minutes=10))
    stage.sees[name] = Facts(looked_at=3, wrong=1)
    stage.check(name)
    assert stage.line().exceeds is None


def test_it_falls_silent_with_its_evidence(stage: Stage) -> None:
    name = stage.control(every=timedelta(hours=1))
    stage.activate(
        HEAD.format(pack=f"test-{secrets.token_hex(4)}", version=1) + CLAUSE.format(kinds="declared", control=name)
    )
    stage.check(name)
    assert stage.line().exceeds == "it is encrypted."
    stage.later(timedelta(hours=2))
    assert stage.line().exceeds is None
