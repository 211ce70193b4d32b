"""How the command line speaks: widths, marks, colour, JSON."""

import io
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from rich.console import Console

from troth.cli import terminal

IDS = ["019371f0-aaaa-7000-8000-000000000001", "019371f0-aaaa-7000-8000-000000000002"]
ROWS = [(IDS[0], "Aurora Seguros", "active"), (IDS[1], "Banco do Farol", "closing")]


def _printed(monkeypatch: pytest.MonkeyPatch, width: int, encoding: str = "utf-8") -> list[str]:
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding), width=width, color_system=None, markup=False)
    monkeypatch.setattr(terminal, "out", lambda: console)
    terminal.table(["Customer", "Name", "State"], ROWS, empty="No customer yet.")
    terminal.say("Everything held.", terminal.Mark.DONE)
    console.file.flush()
    return raw.getvalue().decode(encoding).splitlines()


def test_a_table_fits_eighty_columns_with_its_ids_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _printed(monkeypatch, 80)
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith(IDS[0]) and "active" in line]


def test_a_narrow_terminal_gets_a_list_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _printed(monkeypatch, 40)
    assert max(map(len, lines)) <= 40
    assert {*IDS, "Banco do Farol", "closing"} <= set(lines)


def test_marks_have_a_shape_that_ascii_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _printed(monkeypatch, 80)[-1] == "✓ Everything held."
    assert _printed(monkeypatch, 80, "ascii")[-1] == "+ Everything held."


def test_an_empty_table_says_what_would_be_here(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.out.cache_clear()
    terminal.table(["Customer"], [], empty="No customer yet: `troth customer add` makes one.")
    terminal.out.cache_clear()
    assert capsys.readouterr().out.strip() == "No customer yet: `troth customer add` makes one."


def test_json_knows_ids_instants_and_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.document(
        {"id": UUID(IDS[0]), "at": datetime(2026, 11, 22, 12, tzinfo=UTC), "name": "Conceição", "root": b"\x01"}
    )
    text = capsys.readouterr().out
    assert "Conceição" in text
    assert json.loads(text) == {"id": IDS[0], "at": "2026-11-22T12:00:00Z", "name": "Conceição", "root": "01"}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.012, "12 ms"), (4.25, "4.2 s"), (59.9, "59.9 s"), (61, "1 min 01 s"), (3661, "1 h 01 min")],
)
def test_durations_are_said_shortly(seconds: float, said: str) -> None:
    assert terminal.span(seconds) == said
