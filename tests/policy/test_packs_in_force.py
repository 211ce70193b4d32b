"""Each of the five comes into force on a real platform, after any other, and claims nothing that nobody has seen."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tests.policy.test_packs import FOLDER, PLANNED, SPECIFIED, packs, specified
from troth.policy.vocabulary.words import BY_NAME
from troth.promises import catalogue, queries
from troth.promises.statement import Statement

Activate = Callable[..., object]


class Later:
    """A clock whose time no evidence of another test reaches: whatever was seen once is stale by then."""

    def now(self) -> datetime:
        return datetime(2099, 1, 1, tzinfo=UTC)


def statements() -> Iterator[Statement]:
    """The statement as its English and French readers find it."""
    yield queries.statement(language="en", clock=Later())
    yield queries.statement(language="fr", clock=Later())


def test_every_control_that_a_clause_cites_is_in_the_catalogue_and_the_other_way_round() -> None:
    cited = {control for pack in packs().values() for control in pack.controls()}
    assert cited == {control.id for control in catalogue.CONTROLS}
    assert {control.id for control in catalogue.CONTROLS if control.kind == "planned"} == PLANNED


def test_every_term_that_a_control_reads_is_one_that_a_policy_can_name() -> None:
    read = {(control.id, term) for control in catalogue.CONTROLS for term in control.terms}
    assert {(control, term) for control, term in read if term not in BY_NAME} == set()


@pytest.mark.parametrize("name", SPECIFIED)
def test_a_pack_in_force_shows_every_promise_and_claims_nothing_unseen(in_force: Activate, name: str) -> None:
    in_force((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    for told in statements():
        assert [line.clause_id for line in told.lines()] == [clause for clause, _ in specified(name)]
        for line in told.lines():
            assert line.sentence, line.clause_id
            assert line.exceeds is None, line.clause_id
            if line.kinds == ("declared",):
                assert line.state == "declared", line.clause_id
            else:
                assert line.state in {"unverified", "stale", "broken"}, (line.clause_id, line.state)
            for control in line.controls:
                planned = control.id in PLANNED
                assert (control.code == "not_built_yet") == planned, (line.clause_id, control.id, control.code)
        assert told.figure.kept == 0
        assert told.figure.declared == sum(kinds == {"declared"} for _, kinds in specified(name))


def test_the_platform_can_go_from_each_policy_to_each_other(in_force: Activate) -> None:
    for name in (*SPECIFIED, *reversed(SPECIFIED)):
        text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
        in_force(text)
        found = queries.statement()
        assert found.pack is not None
        assert found.pack.id == name
        assert len(found.lines()) == len(specified(name))
