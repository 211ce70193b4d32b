"""Who gets in at all: no installation, nothing running, somebody else's installation, and what an error looks like."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Troth
from troth.cli.exits import Exit


def test_no_installation_says_how_to_make_one(troth: Troth, tmp_path: Path) -> None:
    done = troth("customer", "list", TROTH_HOME=str(tmp_path / "none"), expect=Exit.NOT_RUNNING)
    assert "cli.not_installed" in done.err
    assert "`troth up`" in done.err
    assert done.out == ""


def test_nothing_running_is_said_and_has_its_exit_code(troth: Troth, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    done = troth("customer", "list", TROTH_HOME=str(tmp_path), expect=Exit.NOT_RUNNING)
    assert "cli.not_running" in done.err
    assert troth("status", "--json", TROTH_HOME=str(tmp_path), expect=Exit.NOT_RUNNING).json["running"] is False
    troth("down", TROTH_HOME=str(tmp_path), expect=Exit.NOT_RUNNING)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else for a moment")
def test_another_user_of_the_machine_is_refused() -> None:
    other = pwd.getpwnam("nobody")
    # Imported as root, because that user may not even read this Python; then it becomes the user, for good.
    become = "import os, sys, troth.host.config, troth.cli.main as m; m.note('', m.Mark.BROKEN); "
    become += "m.app(['customer', 'list', '--help'], standalone_mode=False); os.setgroups([]); "
    become += f"os.setgid({other.pw_gid}); os.setuid({other.pw_uid}); sys.argv = ['troth', 'customer', 'list']; m.run()"
    done = subprocess.run(
        [sys.executable, "-c", become],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert done.returncode == Exit.REFUSED, done.stderr
    assert "cli.not_yours" in done.stderr
    assert "nobody may not work" in done.stderr


def test_a_defect_is_a_sentence_and_debug_shows_where_without_values(troth: Troth) -> None:
    broken = "import troth.cli.platform as p\ndef enter(): secret = 'ana@example.com'; raise ValueError(secret)\n"
    broken += "p.enter = enter\nimport sys; sys.argv = ['troth', 'customer', 'list']\n"
    broken += "from troth.cli.main import run; run()"
    for debug in ("", "1"):
        done = subprocess.run(
            [sys.executable, "-c", broken],
            capture_output=True,
            text=True,
            env=os.environ | {"TROTH_DEBUG": debug, "PYTHONPATH": str(ROOT / "src")},
            check=False,
        )
        assert done.returncode == Exit.FAILED
        assert "cli.defect" in done.stderr
        assert "ana@" not in done.stderr
        assert ("enter" in done.stderr) is bool(debug)


@pytest.mark.parametrize(
    ("state", "code"), [(None, "cli.database_gone"), ("57P01", "cli.database_gone"), ("55P03", "cli.defect")]
)
def test_a_database_that_went_away_is_no_defect(state: str | None, code: str) -> None:
    broken = "import troth.cli.platform as p\nfrom django.db import OperationalError\nclass Cause(Exception): pass\n"
    broken += f"cause = Cause(); cause.sqlstate = {state!r}\ndef enter(): raise OperationalError('x') from cause\n"
    broken += "p.enter = enter\nimport sys; sys.argv = ['troth', 'customer', 'list']\n"
    broken += "from troth.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", broken],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert code in done.stderr
    assert done.returncode == (Exit.FAILED if code == "cli.defect" else Exit.NOT_RUNNING)
