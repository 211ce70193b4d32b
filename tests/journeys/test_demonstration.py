"""`make demo`, on 500 rows: the main job through the command line, the API and the browser's form, nothing mocked."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DEMO_", "DJANGO_"))}
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "judgement/src"), str(ROOT / "verifier/src")])
    }


def _demo(home: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "troth.cli", "demo", "--home", str(home), "--rows", "500", *more],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
        cwd=ROOT,
    )


def _left_running(home: Path) -> list[str]:
    """The command lines of processes that still work in this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"TROTH_HOME={home}".encode() in path.read_bytes():
                found.append((path.parent / "cmdline").read_text())
        except OSError:
            continue
    return found


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    return folder / "demo"


@pytest.mark.timeout(900)
def test_the_whole_story_holds_and_can_be_told_again(home: Path) -> None:
    out, err = _demo(home, "--exit").communicate(timeout=800)
    assert "■" not in err, err
    assert re.search(r"\d\d claims held", out), out + err
    for said in (
        "erased at Aurora Seguros",
        "Banque du Phare is gone",
        "entries verify",
        "one entry removed is refused",
        "promises are kept",
        "follows again from the sealed",
        "back under agency",
    ):
        assert f"✓ {said}" in out or said in out
    assert max(len(line) for line in out.splitlines() if "http" not in line and "/" not in line) <= 80
    papers = home.with_name("demo-papers")
    assert (papers / "certificate-customer.pdf").read_bytes().startswith(b"%PDF")
    assert not list(papers.glob("contacts*"))
    assert _left_running(home) == []
    _interrupted_again(home, (papers / "certificate-person.json").read_bytes())


def _interrupted_again(home: Path, earlier: bytes) -> None:
    """A second telling starts afresh; Ctrl-C in the middle of it leaves nothing running."""
    again = _demo(home)
    deadline = time.monotonic() + 200
    assert again.stdout is not None
    for line in again.stdout:
        if "owner enrolled" in line or time.monotonic() > deadline:
            break
    assert not (home.with_name("demo-papers")).exists() or earlier not in [
        path.read_bytes() for path in (home.with_name("demo-papers")).iterdir()
    ]
    again.send_signal(signal.SIGINT)
    _, err = again.communicate(timeout=120)
    assert again.returncode == 130, err
    assert "Traceback" not in err
    assert _left_running(home) == []


def test_a_folder_that_no_demonstration_made_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    told = _demo(tmp_path, "--exit")
    _, err = told.communicate(timeout=60)
    assert told.returncode == 5
    assert "demo.not_ours" in err
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"
