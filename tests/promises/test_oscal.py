"""The export as OSCAL: read by the reference implementation, and never kinder than the statement."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.catalog import Catalog
from trestle.oscal.component import ComponentDefinition

from troth.promises import oscal
from troth.promises.statement import (
    ControlLine,
    ExceptionLine,
    Figure,
    Line,
    Miss,
    PackRef,
    Section,
    Statement,
    TermLine,
)
from troth_judge.verdict import STATES, State

NOW = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)
START = NOW - timedelta(days=90)
EVENT = UUID("019a8f00-0000-7000-8000-000000000001")


def control(name: str, state: State = "kept", *, seen: bool = True) -> ControlLine:
    return ControlLine(
        id=name,
        kind="observed",
        title=f"Title of\n{name}",
        state=state,
        code=f"{name}.{state}",
        sentence="7 deletions in 30 days.",
        every=timedelta(hours=1),
        seen_at=NOW - timedelta(minutes=41) if seen else None,
        event_id=EVENT if seen else None,
        leaf_index=7 if seen else None,
    )


def line(clause_id: str, state: State, *controls: ControlLine) -> Line:
    return Line(
        clause_id=clause_id,
        section_id="4",
        words="Nothing of it is left.",
        kinds=("declared",) if state == "declared" else ("enforced", "probed"),
        audience=("public",),
        state=state,
        code="x.y",
        sentence="It is so.",
        since=START,
        controls=controls,
        terms=(TermLine(name="erasure.production_within", title="…", value="24 h", derivation="24 h, from A-4b"),),
        underlying="broken" if state == "excepted" else None,
        exception=ExceptionLine(id=EVENT, reason="moved", until=NOW + timedelta(days=3), approved_at=START)
        if state == "excepted"
        else None,
        misses=(Miss(since=NOW - timedelta(days=2), until=None, state="broken", code="x.y", sentence="Late."),)
        if state == "broken"
        else (),
    )


@pytest.fixture
def statement() -> Statement:
    lines = tuple(
        line(f"A-{number}{'.b' if number == 2 else ''}", state, control(f"control_{number}", seen=state != "stale"))
        if state != "declared"
        else line(f"A-{number}", state)
        for number, state in enumerate(STATES)
    )
    return Statement(
        language="en",
        customer_id=None,
        pack=PackRef(id="agency", version=3, title="Security policy"),
        in_force_since=START,
        evaluated_at=NOW,
        version=12,
        figure=Figure(kept=1, provable=6, unproven=1, declared=1),
        counts=dict.fromkeys(STATES, 1),
        sections=(Section(id="4 a", title="Deletion", clauses=lines),),
    )


def made(statement: Statement) -> dict[str, oscal.Document]:
    return oscal.documents(statement, installation="troth-test", start=START, until=NOW)


def test_the_reference_implementation_reads_all_three(statement: Statement, tmp_path: Path) -> None:
    documents = made(statement)
    for name, document in documents.items():
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    catalog = Catalog.oscal_read(tmp_path / oscal.CATALOG)
    component = ComponentDefinition.oscal_read(tmp_path / oscal.COMPONENT)
    results = AssessmentResults.oscal_read(tmp_path / oscal.RESULTS)
    assert catalog is not None
    assert component is not None
    assert results is not None
    assert results.metadata.oscal_version.root.root == oscal.VERSION


def test_only_what_is_kept_is_satisfied(statement: Statement) -> None:
    findings = made(statement)[oscal.RESULTS]["assessment-results"]["results"][0]["findings"]
    told = {each["props"][0]["value"]: each["target"]["status"] for each in findings}
    assert set(told) == set(STATES) - {"declared"}
    assert {state for state, status in told.items() if status["state"] == "satisfied"} == {"kept"}
    assert {state for state, status in told.items() if status["reason"] == "pass"} == {"kept"}
    excepted = next(each for each in findings if each["props"][0]["value"] == "excepted")
    assert {"state-without-exception", "excepted-until"} <= {each["name"] for each in excepted["props"]}


def test_a_miss_of_the_period_is_told(statement: Statement) -> None:
    findings = made(statement)[oscal.RESULTS]["assessment-results"]["results"][0]["findings"]
    broken = next(each for each in findings if each["props"][0]["value"] == "broken")
    assert "Late." in broken["remarks"]
    earlier = oscal.documents(statement, installation="troth-test", start=START, until=NOW - timedelta(days=30))[
        oscal.RESULTS
    ]["assessment-results"]["results"][0]["findings"]
    assert not any("remarks" in each for each in earlier)


def test_what_nobody_saw_is_no_observation(statement: Statement) -> None:
    result = made(statement)[oscal.RESULTS]["assessment-results"]["results"][0]
    seen = {each["props"][0]["value"] for each in result["observations"]}
    assert "control_3" not in seen  # the stale one has no evidence here
    named = {each["uuid"] for each in result["observations"]}
    related = {
        each["observation-uuid"] for finding in result["findings"] for each in finding.get("related-observations", [])
    }
    assert related <= named


def test_the_same_statement_gives_the_same_documents(statement: Statement) -> None:
    assert made(statement) == made(statement)
    other = oscal.documents(statement, installation="another", start=START, until=NOW)
    assert other[oscal.CATALOG]["catalog"]["uuid"] != made(statement)[oscal.CATALOG]["catalog"]["uuid"]


def test_without_a_policy_there_is_nothing_to_export(statement: Statement) -> None:
    with pytest.raises(oscal.NoPolicy):
        made(replace(statement, pack=None, sections=()))
