"""What pages read: a figure that flatters nobody, the board's order, a control's page, evidence page by page."""

from datetime import timedelta

import pytest

from tests.promises.stage import Facts, Stage
from troth.promises import queries
from troth.promises.errors import UnknownControl


def test_the_figure_counts_what_is_not_proven(stage: Stage) -> None:
    good, wrong, near, never = (stage.control() for _ in range(4))
    stage.sees[wrong] = Facts(3, wrong=1)
    stage.sees[near] = Facts(3, slowest=timedelta(hours=20))
    stage.policy((good,), (wrong,), (near,), (never,), (good, never), ("backups_restore",))
    for name in (good, wrong, near):
        stage.check(name)
    found = stage.statement()
    assert (found.figure.kept, found.figure.provable) == (1, 6)
    assert (found.figure.unproven, found.figure.declared) == (3, 0)
    assert sum(found.counts.values()) == 6
    assert stage.line("T-6").code == "not_built_yet"
    assert stage.line("T-6").next_at is None


def test_what_is_only_declared_is_counted_apart(stage: Stage) -> None:
    good = stage.control()
    stage.policy((good,), kinds="declared")
    stage.check(good)
    found = stage.statement()
    assert (found.figure.kept, found.figure.provable, found.figure.declared) == (0, 0, 1)
    assert (found.lines()[0].state, found.lines()[0].controls[0].state) == ("declared", "kept")


def test_without_a_policy_there_is_nothing(no_policy: None) -> None:
    found = queries.statement()
    assert (found.pack, found.sections, found.figure.provable) == (None, (), 0)
    assert queries.board() == []


def test_the_board_shows_the_worst_first(stage: Stage) -> None:
    good, wrong, near = (stage.control() for _ in range(3))
    stage.sees[wrong] = Facts(3, wrong=1)
    stage.sees[near] = Facts(3, slowest=timedelta(hours=20))
    stage.policy((good,), (wrong,), (near,))
    for name in (good, wrong, near):
        stage.check(name)
    rows = queries.board(clock=stage.clock)
    assert [row.state for row in rows] == ["broken", "at_risk", "kept"]
    assert rows[0].due_at is not None
    assert [row.clause_id for row in queries.board(states=["broken"], clock=stage.clock)] == ["T-2"]
    assert queries.board(section="nowhere", clock=stage.clock) == []


def test_a_control_has_its_page(stage: Stage) -> None:
    name = stage.control()
    stage.policy((name,), (name,))
    stage.check(name)
    page = queries.control(name, clock=stage.clock)
    assert page.clauses == ("T-1", "T-2")
    assert page.line.state == "kept"
    assert [row.state for row in page.evidence] == ["kept"]
    assert page.terms[0].name == "erasure.production_within"
    assert "T-1" in page.terms[0].derivation
    with pytest.raises(UnknownControl):
        queries.control("no_such_thing")


def test_evidence_page_by_page_judged_again(stage: Stage) -> None:
    name = stage.control()
    pack = stage.policy((name,))
    stage.sees[name] = Facts(3, slowest=timedelta(hours=10))
    for _ in range(5):
        stage.check(name)
        stage.later(timedelta(minutes=1))
    stage.seal()
    first = queries.evidence(name, limit=3, clock=stage.clock)
    rest = queries.evidence(name, limit=3, before=first.older_than, clock=stage.clock)
    numbers = [row.number for row in (*first.rows, *rest.rows)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 5
    assert rest.older_than is None
    assert {row.state for row in first.rows} == {"kept"}
    assert all(row.leaf_index is not None and row.problem is None for row in first.rows)
    assert first.rows[0].facts["slowest"] == "PT10H"
    stage.policy((name,), within="PT8H", pack=pack, version=2)
    again = queries.evidence(name, limit=3, clock=stage.clock)
    assert {row.state for row in again.rows} == {"broken"}
    middle = first.rows[1].seen_at
    bounded = queries.evidence(name, since=middle, until=middle + timedelta(seconds=1), clock=stage.clock)
    assert [row.number for row in bounded.rows] == [first.rows[1].number]
    with pytest.raises(UnknownControl):
        queries.evidence("no_such_thing")


def test_the_statement_says_until_when_time_changes_nothing(stage: Stage) -> None:
    name = stage.control(every=timedelta(minutes=5))
    stage.policy((name,))
    stage.check(name)
    found = stage.statement()
    assert found.valid_until is not None
    assert found.valid_until <= found.evaluated_at + timedelta(seconds=1), "its seal is due any moment"
    stage.seal()
    stage.later(timedelta(minutes=6))
    found = stage.statement()
    assert found.valid_until == found.evaluated_at + timedelta(seconds=15), "then it is stale"


def test_both_languages_say_it(stage: Stage) -> None:
    name = stage.control()
    stage.policy((name,))
    assert queries.statement(language="fr", clock=stage.clock).lines()[0].sentence == "Elle n’a jamais été vérifiée."
    assert queries.statement(language="en", clock=stage.clock).lines()[0].words == "We promise T-1."
