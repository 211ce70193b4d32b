"""The list of controls: whole, in its shape, and all that packs cite."""

import re
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from troth.policy.pack import load
from troth.policy.vocabulary.words import BY_NAME
from troth.promises import catalogue
from troth.promises.control import Control
from troth_judge.facts import Facts
from troth_judge.judges import CODED, JUDGES, judge_of

ROOT = Path(__file__).resolve().parents[2]
CONTROLS = {one.id: one for one in catalogue.CONTROLS}
LOOKING = [one for one in catalogue.CONTROLS if one.observe is not None]
PLANNED = [one for one in catalogue.CONTROLS if one.kind == "planned"]


def test_every_id_is_its_own() -> None:
    assert len(CONTROLS) == len(catalogue.CONTROLS)
    for name in CONTROLS:
        assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?", name)


def test_every_file_is_listed_and_every_name_has_its_two_files() -> None:
    for folder in ("src/troth/promises/controls", "judgement/src/troth_judge/controls"):
        found = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__", "attested"}
        assert found == set(CODED), folder
    assert set(JUDGES) == {*CODED, "attested"}
    assert tuple(sorted(CODED)) == CODED


@pytest.mark.parametrize("control", LOOKING, ids=lambda one: one.id)
def test_a_control_that_looks_has_a_judge_words_and_terms(control: Control) -> None:
    assert control.kind in {"observed", "probed", "attested"}
    judge = judge_of(control.id)
    assert judge is not None
    assert is_dataclass(judge.facts)
    assert fields(judge.facts), "facts that say nothing prove nothing"  # type: ignore[arg-type]  # just asked
    assert timedelta(minutes=5) <= control.every <= timedelta(days=1)
    for said in (control.title, control.sees, control.could_lie_if):
        assert set(said) == {"en", "fr"}
        assert all(text.strip() for text in said.values())
    for term in control.terms:
        assert term in BY_NAME, term


@pytest.mark.parametrize(
    "control", [one for one in catalogue.CONTROLS if one.kind == "planned"], ids=lambda one: one.id
)
def test_what_is_planned_looks_at_nothing(control: Control) -> None:
    assert control.observe is None
    assert judge_of(control.id) is None


def test_facts_are_frozen() -> None:
    for judge in JUDGES.values():
        params: object = getattr(judge.facts, "__dataclass_params__", None)
        assert getattr(params, "frozen", False), judge.facts
    assert Facts.__name__ == "Facts"


def test_packs_cite_what_there_is_and_nothing_is_for_nothing() -> None:
    cited: set[str] = set()
    for path in sorted((ROOT / "src/troth/policy/packs").glob("*.yaml")):
        if path.stem != "template":
            cited |= load(path).controls()
    assert sorted(cited - set(CONTROLS)) == []
    assert sorted(set(CONTROLS) - cited) == []
