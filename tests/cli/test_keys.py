"""The recovery kit through the command line: rehearsed, renewed, and used when the custodian is lost."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Troth
from tests.fixtures.installation import Installation
from troth.cli.exits import Exit


def _sheets(folder: Path, count: int) -> list[str]:
    return [part for path in sorted(folder.glob("share-*.txt"))[:count] for part in ("--sheet", str(path))]


def _lines(sheet: Path) -> str:
    """What somebody types from a sheet: its numbered lines."""
    return "".join(line + "\n" for line in sheet.read_text(encoding="utf-8").splitlines() if " = " in line)


def test_a_kit_is_rehearsed_renewed_and_recovers(own_installation: Callable[..., Installation], troth: Troth) -> None:
    mine = own_installation()
    mine.install()
    here = {name: mine.environ[name] for name in ("TROTH_HOME", "TROTH_PORT")}
    first, second = mine.home / "recovery-kit", mine.home / "second-kit"

    assert len(troth("key", "rehearse", *_sheets(first, 3), "--json", **here).json) == 2
    typed = "".join(_lines(path) + "\n" for path in sorted(first.glob("share-*.txt"))[:3])
    assert "would recover everything" in troth("key", "rehearse", stdin=typed + "\n", **here).out
    refused = troth("key", "rehearse", *_sheets(first, 2), expect=None, **here)
    assert refused.code not in {Exit.DONE, Exit.FAILED}
    assert "too few" in refused.err

    made = troth(
        "key", "rotate-kit", "--folder", str(second), "--threshold", "2", "--shares", "3", "--json", **here
    ).json
    assert (made["threshold"], len(made["sheets"])) == (2, 3)
    troth("key", "rehearse", *_sheets(first, 3), expect=refused.code, **here)
    troth("customer", "add", "Survivor", **here)

    mine.stop()
    shutil.rmtree(mine.config.custodian)
    recovered = mine.home.with_name(mine.home.name + "-custodian")
    try:
        troth("key", "recover", "--custodian", str(recovered), *_sheets(second, 1), expect=refused.code, **here)
        troth("key", "recover", "--custodian", str(recovered), *_sheets(second, 2), **here)
        mine.start()
        there = here | {"TROTH_CUSTODIAN": str(recovered)}
        assert [each["name"] for each in troth("customer", "list", "--json", **there).json] == ["Survivor"]
        assert "All key places" in troth("key", "status", **there).err
        done = troth("dataset", "list", "--customer", "Survivor", "--json", **there)
        assert done.json == []
    finally:
        shutil.rmtree(recovered, ignore_errors=True)
