"""What an auditor takes away, judged again by the stand-alone verifier; and servers that lie, found out."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fixtures.installation import Installation
from troth_verify import archive
from troth_verify.archive import Question
from troth_verify.errors import CannotRead
from troth_verify.main import main
from troth_verify.note import Key, parse_key
from troth_verify.report import Report

BEGIN = """
from troth.access import gate
from troth.access.roles import Action
from troth.audit import note, sealer
from troth.host import install
from troth.kernel.actor import Actor, job
from troth.kernel.ids import OPERATOR
from troth.keys import signing
from troth.policy import actions as policy, lexicon, pack
from troth.promises import actions, archiving, deriving, evidence, intervals
from pathlib import Path
import threading, time
BY = Actor(kind="cli", route="test", role="cli", label="test")
CONTROL = "staff_access_has_a_reason"
OTHER = "log_details_expire_in_time"
ALONE = "cryptography_is_current"
def look(*controls):
    for control in controls:
        actions.check(control, by=job("test"))
def seal():
    while sealer.seal_once():
        pass
def take(path):
    stop = threading.Event()
    worker = threading.Thread(target=lambda: [(sealer.seal_once(), time.sleep(0.1)) for _ in iter(stop.is_set, True)])
    worker.start()
    try:
        permit = gate.permit(BY, OPERATOR, Action.EVIDENCE_EXPORT)
        print(archiving.archive(permit, Path(path)).entries)
    finally:
        stop.set()
        worker.join()
"""
ACTIVATE = """
text = Path("src/troth/policy/packs/{pack}.yaml").read_text(encoding="utf-8")
made = pack.load(text, lexicon.known())
policy.publish(made, by=BY, known=lexicon.known())
policy.activate(made.id, made.version, by=BY, reason="a test", known=lexicon.known())
"""


EXCEPTION = """
from datetime import timedelta
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import new_id
def officer():
    return Actor(kind="account", route="test", role="data_protection_officer", account_id=new_id())
asked = actions.ask_exception("A-3a", reason="moved", until=SYSTEM.now() + timedelta(days=9), by=officer())
actions.approve_exception(asked, by=officer())
"""


class Operator:
    """An installation with a policy, and the archives that it hands out."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation, self.folder, self.count = installation, folder, 0
        self.key: Key = parse_key(
            self.run("print(note.verifier_key(signing.signer().name, signing.signer().public))").strip()
        )

    def run(self, code: str) -> str:
        """Do this in the installation."""
        return self.installation.python(BEGIN + code)

    def archive(self, code: str = "", name: str = "") -> Path:
        """Do this, and take an archive."""
        self.count += 1
        path = self.folder / (name or f"archive-{self.count}")
        self.run(f"{code}\nseal()\ntake({str(path)!r})")
        return path

    def check(self, path: Path, **question: object) -> Report:
        """Judge an archive."""
        return archive.check(path, self.key, Question(**question))  # type: ignore[arg-type]


@pytest.fixture
def operator(own_installation: Callable[..., Installation], tmp_path: Path) -> Operator:
    """An operator under the pack of the agencies, who has looked twice."""
    installation = own_installation()
    installation.install()
    made = Operator(installation, tmp_path)
    made.run(ACTIVATE.format(pack="agency") + "look(CONTROL, OTHER, ALONE)\nseal()\nlook(CONTROL)")
    return made


def failures(report: Report) -> list[str]:
    return [one.says for one in report.checks if one.result == "failed"]


def key_text(operator: Operator) -> str:
    return operator.run("print(note.verifier_key(signing.signer().name, signing.signer().public))").strip()


def test_an_honest_archive_is_judged_the_same(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    path = operator.archive(name="archive.tar")
    assert operator.check(path).verifies
    # A policy that changes on the way is followed.
    path = operator.archive(EXCEPTION + ACTIVATE.format(pack="contracts") + "look(CONTROL, OTHER)")
    report = operator.check(path)
    assert report.verifies, report.text()
    assert report.facts["observations"] == 6
    assert any(one.check == "exceptions" for one in report.checks)
    names = {each.name for each in path.iterdir()}
    assert {"oscal-assessment-results.json", "oscal-component-definition.json", "archive.json"} <= names
    _samples(operator, path)
    _questions(operator, path)
    _forgeries(operator, path)
    _command(path, key_text(operator), capsys)


def _samples(operator: Operator, path: Path) -> None:
    drawn = [operator.check(path, sample=2, seed=seed) for seed in ("oak", "oak", "elm", "ash", "fir", "yew")]
    told = [[one.says for one in report.checks if one.check == "sample"] for report in drawn]
    assert told[0] == told[1]
    assert len(told[0]) == 2
    assert len({str(each) for each in told}) > 1


def _questions(operator: Operator, path: Path) -> None:
    one = operator.check(path, clauses=frozenset({"A-2a"}))
    assert one.verifies, one.text()
    assert one.facts["observations"] == 3
    with pytest.raises(CannotRead):
        operator.check(path, clauses=frozenset({"Z-99"}))
    empty = operator.check(path, until=datetime.now(UTC) - timedelta(days=30))
    assert not empty.verifies
    assert "not one observation" in failures(empty)[0]


def _forgeries(operator: Operator, path: Path) -> None:
    """Files beside the log are not believed."""
    for name, old, new in (
        ("archive.json", '"every": "P1D"', '"every": "P400D"'),
        ("pack-*.json", '"controls":["', '"controls":["x_'),
    ):
        copy = path.with_name(f"forged-{name[:4]}")
        shutil.copytree(path, copy)
        target = next(iter(copy.glob(name)))
        text = target.read_text(encoding="utf-8")
        assert old in text
        target.write_text(text.replace(old, new), encoding="utf-8")
        assert not operator.check(copy).verifies, name


def _command(path: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(path), "--key", key, "--sample", "1", "--seed", "oak"]) == 0
    assert "It verifies." in capsys.readouterr().out
    assert main(["judge", str(path)]) == 2
    assert main(["judge", str(path), "--key", key, "--since", "2020-01-01", "--until", "2021-01-01", "--json"]) == 1
    assert main(["judge", str(path.parent / "nothing"), "--key", key]) == 2


ALONE_APPROVED = """
from troth.promises import exceptions
exceptions._person = lambda *given: "one and the same"
"""


def test_what_one_account_asked_for_and_approved_excepts_nothing(operator: Operator) -> None:
    """Accounts stand in the log as commitments, for each exception alone: they must differ."""
    report = operator.check(operator.archive(EXCEPTION))
    assert report.verifies, report.text()
    lied = operator.check(operator.archive(ALONE_APPROVED + EXCEPTION.replace("A-3a", "A-3b")))
    assert not lied.verifies


LIES = {
    "a verdict that the facts do not bear": """
from troth_judge.verdict import broken
from troth.promises import actions as a
a.judge = lambda *given, **named: broken("evidence.error", error="a lie")
look(CONTROL)
""",
    "a state that the evidence does not bear": """
from dataclasses import replace
from troth.promises import deriving as d
real = d.derive
d.derive = lambda *given: replace(real(*given), state="kept", underlying=None, exemption=None)
look(CONTROL)
""",
    "a change that is not shown": """
from dataclasses import replace
from troth.promises import actions as a, checking
look(ALONE)
real = checking.look
checking.look = lambda *given, **named: replace(real(*given, **named), facts=None, error="NothingWasSeen")
a._settle = lambda *given: []
look(ALONE)
""",
}


def test_a_server_that_lies_is_found_out(operator: Operator) -> None:
    for name, lie in LIES.items():
        since = datetime.now(UTC)
        path = operator.archive(lie)
        report = operator.check(path, since=since)
        assert not report.verifies, f"{name}: {report.text()}"
        assert any(one.check == "judged" for one in report.checks if one.result == "failed"), name
        # Honest again, so that the next lie stands alone.
        operator.run("look(CONTROL, OTHER, ALONE)\nactions.settle(by=job('test'))\nseal()")
