"""What holds for every command: help, `--json`, reasons, nothing personal in arguments, and a quick start."""

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, Troth
from troth.cli import reference
from troth.cli.exits import Exit, of_status
from troth.kernel import errors

COMMANDS = {" ".join(words): command for words, command in reference.commands()}
SHOWS = {"list", "show", "find", "status", "key", "checkpoint", "export", "add", "invite", "rehearse", "verify"}
WITHOUT_JSON: set[str] = set()
READS_CUSTOMERS = {
    "record find",
    "record show",
    "record scan",
    "record correct",
    "record export",
    "subject show",
    "subject erase",
    "customer delete",
    "import",
}
PERSONAL = {"email", "mail", "phone", "address", "value", "values", "name_of_person", "password", "sheet_text"}


def _options(command: Any) -> dict[str, Any]:
    return {parameter.name: parameter for parameter in command.params}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name: str) -> None:
    text = COMMANDS[name].help or ""
    assert text.strip().splitlines()[0].rstrip().endswith(".")
    assert "successfully" not in text
    assert "please" not in text.lower()
    for parameter in COMMANDS[name].params:
        assert getattr(parameter, "hidden", False) or (parameter.help or "").strip(), parameter.name


@pytest.mark.parametrize("name", sorted(name for name in COMMANDS if name.split()[-1] in SHOWS - WITHOUT_JSON))
def test_everything_that_shows_something_speaks_json(name: str) -> None:
    assert "as_json" in _options(COMMANDS[name])


@pytest.mark.parametrize("name", sorted(READS_CUSTOMERS))
def test_reading_customers_data_demands_a_reason(name: str) -> None:
    assert _options(COMMANDS[name])["reason"].required


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_argument_or_option_takes_a_personal_value(name: str) -> None:
    assert not PERSONAL & set(_options(COMMANDS[name]))


@pytest.mark.parametrize("name", ["customer delete", "subject erase"])
def test_what_destroys_can_be_tried_dry_and_asks_for_the_name(name: str) -> None:
    assert {"dry_run", "confirm"} <= set(_options(COMMANDS[name]))


def test_the_page_is_what_the_program_says() -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == reference.page(), "run: python -m troth.cli.reference > docs/cli.md"


def test_help_imports_neither_django_nor_the_database_driver() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys, troth.cli.main; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"django", "psycopg", "pyarrow", "typst", "cryptography"} & set(found)


def test_help_is_quick(troth: Troth) -> None:
    """Measured in processor time: what else the machine does meanwhile is not the command's fault."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(3):
        troth("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 3 < 0.5


def test_completion_knows_the_commands(troth: Troth) -> None:
    done = troth(_TROTH_COMPLETE="complete_bash", COMP_WORDS="troth ", COMP_CWORD="1", expect=None)
    assert {"up", "customer", "record"} <= set(done.out.split())


def test_exit_codes_are_permanent() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "NOT_FOUND": 3,
        "REFUSED": 4,
        "CONFLICT": 5,
        "NOT_RUNNING": 6,
        "INVALID": 7,
        "INTERRUPTED": 130,
    }
    for code in Exit:
        assert code.meaning


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.NotFound(what="record"), Exit.NOT_FOUND),
        (errors.Invalid(what="x", why="y"), Exit.INVALID),
        (errors.Conflict(what="x", why="y"), Exit.CONFLICT),
        (errors.TrothError(), Exit.FAILED),
    ],
)
def test_an_errors_status_tells_the_exit_code(error: errors.TrothError, code: Exit) -> None:
    assert of_status(error.status) is code
    assert of_status(999) is Exit.FAILED


def test_a_wrong_command_line_is_a_usage_error(troth: Troth) -> None:
    assert "Did you mean" in troth("recrod", expect=Exit.USAGE).err
    troth("record", "find", expect=Exit.USAGE)
    troth(expect=None)


def test_the_sample_is_shipped_with_its_attribution() -> None:
    data = Path(ROOT / "src/troth/cli/demo/data")
    assert "CC BY 4.0" in (data / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert (data / "bank-full.csv.gz").stat().st_size < 500_000
