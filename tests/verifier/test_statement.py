"""The frozen statement: what was signed once must read the same for ever."""

import json
from base64 import b64decode
from pathlib import Path

from troth_verify import statement
from troth_verify.note import parse_key

VECTOR = Path(__file__).resolve().parents[1] / "vectors" / "trust-statement-1.json"
KEY = "troth-1b63385c+f755c985+AUJ+xWGfklILmObv5e+216gREnxCoQREttLmuN7fmLr9"


def test_the_frozen_statement_still_verifies() -> None:
    report = statement.check(VECTOR, parse_key(KEY))
    assert report.verifies, report.text()
    assert report.facts["kept"] == "1 of 2"
    assert report.facts["pack"] == "frozen 1"
    assert {one.check: one.result for one in report.checks} == {
        "signature": "ok",
        "policy": "ok",
        "clauses": "ok",
        "evidence": "ok",
        "log": "ok",
        "terms": "ok",
        "states": "ok",
        "newer": "not_checked",
        "facts": "not_checked",
    }


def test_its_bytes_are_those_of_the_format() -> None:
    envelope = json.loads(VECTOR.read_bytes())
    assert envelope["payloadType"] == "application/vnd.troth.trust-statement+json"
    body = json.loads(b64decode(envelope["payload"]))
    assert list(body) == [
        "v",
        "installation",
        "language",
        "evaluated_at",
        "pack",
        "figure",
        "clauses",
        "controls",
        "overall",
    ]
    assert [one["id"] for one in body["clauses"]] == ["F-1", "F-2", "F-3"]
    assert body["pack"]["text"] is not None
