"""The signed statement: it verifies as it is, and every forgery is found, also one that our own key signed."""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.policies import HEAD
from tests.promises.stage import CLAUSE, TERM, Facts, Stage
from tests.trust.conftest import Visitor
from troth.erasure import dsse
from troth.keys import signing
from troth.trust import payload, signed
from troth_judge.instants import instant, instant_text
from troth_verify import main as verify
from troth_verify import statement
from troth_verify.errors import CannotRead
from troth_verify.note import parse_key
from troth_verify.report import Report

Body = dict[str, Any]
Forge = Callable[[Body], object]


def body_of(envelope: bytes) -> Body:
    found: Body = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    return found


def signed_again(body: Body, kind: str = payload.TYPE) -> bytes:
    """By the installation's own key: whoever runs it can sign anything."""
    return dsse.sign(kind, json.dumps(body).encode(), signing.signer(), keyid="hint")


def judged(envelope: bytes, path: Path) -> Report:
    file = path / "statement.json"
    file.write_bytes(envelope)
    return statement.check(file, parse_key(signed.key()))


@pytest.fixture
def two(stage: Stage, visitor: Visitor) -> tuple[Stage, bytes]:
    """Two promises of one pack, one kept and one broken, both sealed."""
    good, bad = stage.control(), stage.control()
    stage.policy((good,), (good, bad))
    stage.sees[bad] = Facts(3, wrong=2)
    stage.check(good)
    stage.check(bad)
    stage.seal()
    return stage, visitor.get("/trust/statement.json").content


def test_what_we_hand_out_verifies(
    two: tuple[Stage, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = judged(two[1], tmp_path)
    assert report.verifies, report.text()
    results = {one.check: one.result for one in report.checks}
    assert results == {
        "signature": "ok", "policy": "ok", "clauses": "ok", "evidence": "ok", "log": "ok", "terms": "ok",
        "states": "ok", "newer": "not_checked", "facts": "not_checked",
    }  # fmt: skip
    assert report.facts["kept"] == "1 of 2"
    assert verify.main(["statement", str(tmp_path / "statement.json"), "--key", signed.key()]) == 0
    assert "1 broken, 1 kept" in capsys.readouterr().out


def test_facts_stand_in_it_as_they_were_sealed(two: tuple[Stage, bytes]) -> None:
    body = body_of(two[1])
    entries = [json.loads(one["evidence"]["entry"]) for one in body["controls"]]
    assert {entry["detail"]["facts"] for entry in entries} == {
        '{"looked_at":3,"slowest":null,"wrong":0}',
        '{"looked_at":3,"slowest":null,"wrong":2}',
    }
    assert all(isinstance(one["evidence"]["leaf_index"], int) for one in body["controls"])


def test_no_policy_verifies_as_nothing_promised(no_policy: None, visitor: Visitor, tmp_path: Path) -> None:
    report = judged(visitor.get("/trust/statement.json").content, tmp_path)
    assert report.verifies
    assert "nothing is promised" in report.text()


def test_without_our_key_nothing_else_is_believed(two: tuple[Stage, bytes], tmp_path: Path) -> None:
    envelope = json.loads(two[1])
    body = body_of(two[1])
    body["clauses"][1]["state"] = "kept"
    envelope["payload"] = base64.b64encode(json.dumps(body).encode()).decode()
    report = judged(json.dumps(envelope).encode(), tmp_path)
    assert not report.verifies
    assert "It was altered" in report.text()


def _clause(at: int, **told: object) -> Forge:
    return lambda body: body["clauses"][at].update(told)


def _drop(body: Body) -> None:
    del body["clauses"][1]
    body["figure"] = {"kept": 1, "provable": 1, "unproven": 0, "declared": 0}


def _facts(body: Body) -> None:
    for one in body["controls"]:
        one["evidence"]["entry"] = one["evidence"]["entry"].replace('\\"wrong\\":2', '\\"wrong\\":0')
    body["clauses"][1]["state"] = "kept"
    body["figure"]["kept"] = 2


def _swap(body: Body) -> None:
    good, bad = (body["controls"][at] for at in (0, 1))
    bad["evidence"] = good["evidence"]


def _pack(body: Body) -> None:
    """A pack without the clause, and its digest made to fit."""
    from hashlib import sha256

    pack = json.loads(body["pack"]["text"])
    del pack["sections"][0]["clauses"][1]
    body["pack"]["text"] = json.dumps(pack, ensure_ascii=False, separators=(",", ":"))
    body["pack"]["digest"] = sha256(body["pack"]["text"].encode()).hexdigest()
    _drop(body)


def _old(body: Body) -> None:
    """It goes on saying `kept` two hours after the last look, of which one is due every hour."""
    body["evaluated_at"] = instant_text(instant(body["evaluated_at"]) + timedelta(hours=2))


def _each(**told: object) -> Forge:
    def forge(body: Body) -> None:
        for one in body["controls"]:
            one.update(told)

    return forge


def _excepted(**told: object) -> Forge:
    exception = {"reason": "so", "approved_at": "2020-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z", **told}
    return _clause(1, state="excepted", underlying="broken", exception=exception)


FORGED: dict[str, tuple[Forge, str]] = {
    "a state": (_clause(1, state="kept"), "T-2 is said to be kept; its evidence says broken"),
    "a state made worse": (_clause(0, state="broken"), "T-1 is said to be broken; its evidence says kept"),
    "the facts": (_facts, "does not lead from the leaf to the root"),
    "another control's evidence": (_swap, "is that of"),
    "evidence too old": (_old, "its evidence says stale"),
    "a clause left out": (_drop, "left out: T-2"),
    "a clause left out of the pack too": (_pack, "another text was put in force"),
    "a clause added": (lambda body: body["clauses"].append({**body["clauses"][0], "id": "T-3"}), "added: T-3"),
    "the order": (lambda body: body["clauses"].reverse(), "in another order"),
    "the words": (_clause(0, words="We promise nothing."), "worded otherwise"),
    "the controls of a clause": (lambda body: body["clauses"][1]["controls"].pop(), "other controls"),
    "the pack's text": (lambda body: body["pack"].update(text="{}"), "not the one of its digest"),
    "the figure": (lambda body: body["figure"].update(kept=2), "figure is not that of its states"),
    "milder terms": (
        _each(terms='{"erasure.production_within":{"duration":"P30D"}}'),
        "was judged more mildly than T-1 promises: erasure.production_within",
    ),
    "evidence that is missing": (_each(evidence=None), "its evidence says unverified"),
    "a control that is missing": (lambda body: body["controls"].pop(), "does not carry"),
    "a control said to be planned": (_each(planned=True), "its evidence says unverified"),
    "an exception that has ended": (_excepted(until="2020-02-01T00:00:00Z"), "nothing excepts it"),
    "an exception without a reason": (_excepted(reason=" "), "nothing excepts it"),
    "the state under an exception": (_clause(1, state="excepted", underlying="at_risk", exception={
        "reason": "so", "approved_at": "2020-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z"}), "it is broken"),
    "heads of which the log over all knows nothing": (lambda body: body.update(overall=[]), "log over all"),
    "the place of an entry": (lambda body: body["controls"][0]["evidence"].update(leaf_index=0), "than it names"),
    "no policy, and promises": (lambda body: body.update(pack=None), "carries promises all the same"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forgery_is_found_though_our_key_signed_it(name: str, two: tuple[Stage, bytes], tmp_path: Path) -> None:
    forge, told = FORGED[name]
    body = body_of(two[1])
    forge(body)
    report = judged(signed_again(body), tmp_path)
    assert not report.verifies
    assert told in report.text()
    assert verify.main(["statement", str(tmp_path / "statement.json"), "--key", signed.key()]) == 1


def test_unforged_it_verifies_when_signed_again(two: tuple[Stage, bytes], tmp_path: Path) -> None:
    assert judged(signed_again(body_of(two[1])), tmp_path).verifies


def test_an_exception_is_shown_and_its_approval_not_vouched_for(two: tuple[Stage, bytes], tmp_path: Path) -> None:
    body = body_of(two[1])
    _excepted()(body)
    report = judged(signed_again(body), tmp_path)
    assert report.verifies, report.text()
    assert "Not checked: who approved the exception of T-2" in report.text()


def test_a_coded_control_can_not_be_said_to_be_planned(two: tuple[Stage, bytes], tmp_path: Path) -> None:
    for told in ({"planned": True}, {"every": "P400D"}):
        body = body_of(two[1])
        body["controls"].append({**body["controls"][0], "id": "customers_are_walled_off", **told})
        assert "hardly ever" in judged(signed_again(body), tmp_path).text()


@pytest.mark.parametrize(
    "made",
    [
        b"",
        b"{}",
        b"[]",
        b'{"payloadType":1,"payload":"","signatures":[]}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_statement_is_no_traceback(made: bytes, tmp_path: Path, stage: Stage) -> None:
    with pytest.raises(CannotRead):
        judged(made, tmp_path)
    assert verify.main(["statement", str(tmp_path / "statement.json"), "--key", signed.key()]) == 2


FIELDS = ("pack", "clauses", "controls", "figure", "evaluated_at", "overall", "language")
VALUES: tuple[object, ...] = (..., None, 7, "x", [], {}, [{}], {"id": 3})


def test_a_malformed_field_is_refused(two: tuple[Stage, bytes], tmp_path: Path) -> None:
    for field in FIELDS:
        for value in VALUES:
            body = body_of(two[1])
            if value is ...:
                del body[field]
            else:
                body[field] = value
            with suppress(CannotRead):
                assert not judged(signed_again(body), tmp_path).verifies, (field, value)


HIDDEN = """\
      - id: T-9
        kinds: [declared]
        audience: [customers]
        words: {en: "Only customers read this.", fr: "Seuls les clients lisent ceci."}
"""


def test_clauses_that_are_not_for_everybody_stay_inside(
    stage: Stage, visitor: Visitor, in_force: Callable[..., object], tmp_path: Path
) -> None:
    name = stage.control()
    clause = CLAUSE.format(id="T-1", kinds="enforced", controls=name, terms=f"{TERM}: {{at_most: P1D}}")
    in_force(HEAD.format(pack="test-hidden", version=1) + clause + HIDDEN)
    stage.check(name)
    stage.seal()
    envelope = visitor.get("/trust/statement.json").content
    assert "Only customers" not in json.dumps(body_of(envelope))
    assert b"Only customers" not in visitor.get("/trust").content
    report = judged(envelope, tmp_path)
    assert report.verifies, report.text()
    assert "Not checked: that no clause is left out or turned." in report.text()
    assert "Not checked: the terms of the judgement" in report.text()
    body = body_of(envelope)
    _clause(0, state="broken")(body)
    assert not judged(signed_again(body), tmp_path).verifies


def test_another_type_or_version_is_refused(two: tuple[Stage, bytes], tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="not of a trust statement"):
        judged(signed_again(body_of(two[1]), "application/vnd.troth.erasure-certificate+json"), tmp_path)
    with pytest.raises(CannotRead, match="version 2"):
        judged(signed_again({**body_of(two[1]), "v": 2}), tmp_path)


def test_what_waits_for_its_seal_is_said(stage: Stage, visitor: Visitor, tmp_path: Path) -> None:
    name = stage.control()
    stage.policy((name,))
    stage.seal()
    stage.check(name)
    report = judged(visitor.get("/trust/statement.json").content, tmp_path)
    assert "Its newest evidence is still to be sealed." in report.text()
