"""`docs/promises.md` says what the packs say, and never that a promise could be better than its controls allow."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from troth.policy import durations
from troth.policy.clauses import Clause
from troth.policy.lexicon import known
from troth.policy.pack import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The generator."""
    spec = importlib.util.spec_from_file_location("promises_page", ROOT / "tools" / "promises.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def clause(tool: ModuleType, clause_id: str) -> Clause:
    """One clause of the five packs."""
    return next(each for pack in tool.packs().values() for each in pack.clauses if each.id == clause_id)


def test_the_page_is_in_step(tool: ModuleType) -> None:
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(tool.packs())


def test_each_clause_has_one_row(tool: ModuleType) -> None:
    rows = [line.split(" | ")[0].removeprefix("| ") for line in tool.page(tool.packs()).splitlines()]
    ids = [each.id for pack in tool.packs().values() for each in pack.clauses]
    assert len(ids) == 176
    assert {each: rows.count(each) for each in ids} == dict.fromkeys(ids, 1)


def test_a_page_out_of_step_fails_the_check(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "promises.md"
    stale.write_text(tool.PAGE.read_text(encoding="utf-8").replace("by evidence", "proven", 1), encoding="utf-8")
    monkeypatch.setattr(tool, "PAGE", stale)
    monkeypatch.setattr("sys.argv", ["promises.py", "check"])
    assert tool.main() == 1
    assert "update" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["promises.py", "update"])
    assert tool.main() == 0
    monkeypatch.setattr("sys.argv", ["promises.py", "check"])
    assert tool.main() == 0


@pytest.mark.parametrize(
    ("clause_id", "best"),
    [
        ("A-4b", "by evidence"),
        ("A-3a", "once attested"),
        ("A-4c", "not built yet"),
        ("C-1.4", "never"),
        ("N-2.2f", "declared"),
        ("N-2.2g", "declared"),
        ("K-4b", "not built yet"),
    ],
)
def test_the_worst_control_decides_what_is_possible(tool: ModuleType, clause_id: str, best: str) -> None:
    assert tool.best(clause(tool, clause_id)) == best


def test_a_planned_control_beside_coded_ones_takes_the_hope_away(tool: ModuleType) -> None:
    kept = clause(tool, "A-4b")
    assert tool.best(replace(kept, controls=(*kept.controls, "backups_restore"))) == "not built yet"
    assert tool.best(replace(kept, controls=(*kept.controls, "attested.rules_signed"))) == "once attested"


def test_the_guide_shows_a_pack_that_loads(tool: ModuleType) -> None:
    guide = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
    example = guide.split("```yaml\n")[1].split("```")[0]
    pack = load(example, known(dict.fromkeys((*tool.CODED, *tool.PLANNED), ())))
    assert [each.id for each in pack.clauses] == ["P-7"]
    for field in ("id", "kinds", "audience", "words", "note", "controls", "terms", "exceeds"):
        assert f"| `{field}` |" in guide
    sides: tuple[tuple[durations.Side, int], ...] = (("at_most", 181), ("at_least", 184))
    for side, days in sides:
        assert durations.parse("P6M", side).days == days
        assert str(days) in guide
