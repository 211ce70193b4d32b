"""A certificate verifies with its key and its log entry, and with nothing else."""

import json
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from troth_verify.envelope import pre_authentication
from troth_verify.main import main

TYPE = "application/vnd.troth.test+json"
SEED = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SEED.public_key().public_bytes_raw()
NAME = "troth-example"
KEY_ID = sha256(NAME.encode() + b"\n\x01" + PUBLIC).digest()[:4]
KEY = "+".join((NAME, KEY_ID.hex(), b64encode(b"\x01" + PUBLIC).decode()))
TREE = "0193b3a0-0000-7000-8000-000000000001"
ENTRY = {"v": 1, "customer": TREE, "id": "the event", "operation": "erasure.proven", "entity": "the erasure"}


def _note(origin: str, size: int, root: bytes) -> str:
    text = f"{origin}\n{size}\n{b64encode(root).decode()}\n"
    return f"{text}\n— {NAME} {b64encode(KEY_ID + SEED.sign(text.encode())).decode()}\n"


def _proof(leaf: bytes, origin: str) -> str:
    """The leaf as the second of two."""
    sibling = sha256(b"a sibling").digest()
    root = sha256(b"\x01" + sibling + sha256(b"\x00" + leaf).digest()).digest()
    return f"c2sp.org/tlog-proof@v1\nindex 1\n{b64encode(sibling).decode()}\n\n" + _note(origin, 2, root)


def _log(entry: dict[str, Any], *, origin: str = f"{NAME}/{TREE}", over: str = NAME) -> dict[str, Any]:
    leaf = json.dumps(entry)
    proof = _proof(leaf.encode(), origin)
    head = proof.split("\n\n")[1] + "\n"
    return {"event_id": "the event", "entry": leaf, "proof": proof, "overall": _proof(head.encode(), over)}


def _payload(**changes: object) -> dict[str, Any]:
    return {"certificate_id": "c", "erasure_id": "the erasure", "log": [_log(ENTRY)]} | changes


def _envelope(payload: dict[str, Any], kind: str = TYPE) -> dict[str, Any]:
    raw = json.dumps(payload).encode()
    signature = SEED.sign(pre_authentication(kind, raw))
    return {
        "payloadType": kind,
        "payload": b64encode(raw).decode(),
        "signatures": [{"keyid": "a hint", "sig": b64encode(signature).decode()}],
    }


def _code(path: Path, envelope: object, key: str = KEY) -> int:
    path.write_text(envelope if isinstance(envelope, str) else json.dumps(envelope))
    return main(["certificate", str(path), "--key", key])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "certificate.json"


def test_what_is_signed_is_what_dsse_says() -> None:
    """The example of the DSSE protocol document."""
    assert pre_authentication("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_a_good_certificate_verifies(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(path, _envelope(_payload())) == 0
    said = capsys.readouterr().out
    assert "erasure.proven" in said
    assert "Not checked: whether what it states was so." in said


def test_one_without_log_proof_says_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(path, _envelope(_payload(log=None))) == 0
    assert "Not checked: its place in the log" in capsys.readouterr().out


def test_of_several_signatures_one_good_one_is_enough(path: Path) -> None:
    envelope = _envelope(_payload())
    envelope["signatures"].insert(0, {"keyid": "x", "sig": b64encode(b"x" * 64).decode()})
    assert _code(path, envelope) == 0


FORGED: dict[str, Callable[[], dict[str, Any]]] = {
    "payload": lambda: _envelope(_payload()) | {"payload": b64encode(b"{}").decode()},
    "type": lambda: _envelope(_payload()) | {"payloadType": "text/plain"},
    "signature": lambda: _envelope(_payload()) | {"signatures": [{"sig": b64encode(b"x" * 64).decode()}]},
    "short signature": lambda: _envelope(_payload()) | {"signatures": [{"sig": "AAAA"}]},
    "entry": lambda: _envelope(_payload(log=[_log(ENTRY) | {"entry": json.dumps(ENTRY | {"operation": "x"})}])),
    "index": lambda: _changed("proof", "index 1", "index 0"),
    "index beyond": lambda: _changed("proof", "index 1", "index 9"),
    "path": lambda: _changed("proof", "index 1\n", "index 1\n" + "A" * 43 + "=\n"),
    "checkpoint": lambda: _changed("proof", "\n2\n", "\n3\n"),
    "head over all": lambda: _changed("overall", "index 1", "index 0"),
    "a checkpoint that another key signed": lambda: _changed("proof", f"— {NAME} ", "— another "),
    "another tree": lambda: _envelope(_payload(log=[_log(ENTRY, origin=f"{NAME}/another")])),
    "another tree over all": lambda: _envelope(_payload(log=[_log(ENTRY, over=f"{NAME}/{TREE}")])),
    "another event": lambda: _envelope(_payload(log=[_log(ENTRY | {"id": "another"})])),
    "another customer": lambda: _envelope(_payload(log=[_log(ENTRY | {"customer": "another"})])),
    "another erasure": lambda: _envelope(_payload(erasure_id="another")),
    "one good entry and one bad": lambda: _envelope(_payload(log=[_log(ENTRY), _log(ENTRY | {"id": "another"})])),
}


def _changed(name: str, old: str, new: str) -> dict[str, Any]:
    log = _log(ENTRY)
    assert old in log[name]
    return _envelope(_payload(log=[log | {name: log[name].replace(old, new)}]))


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_one_does_not(what: str, path: Path) -> None:
    assert _code(path, FORGED[what]()) == 1


def test_another_key_does_not_verify(path: Path, key: str) -> None:
    assert _code(path, _envelope(_payload()), key) == 1


UNREADABLE: dict[str, Callable[[], object]] = {
    "nothing": lambda: "",
    "no JSON": lambda: "{",
    "a list": list,
    "a number": lambda: 7,
    "nested deep": lambda: "[" * 100_000,
    "no signatures": lambda: _envelope(_payload()) | {"signatures": []},
    "signatures are a text": lambda: _envelope(_payload()) | {"signatures": "x"},
    "a signature is a text": lambda: _envelope(_payload()) | {"signatures": ["x"]},
    "a signature is no base64": lambda: _envelope(_payload()) | {"signatures": [{"sig": "!"}]},
    "payload is no base64": lambda: _envelope(_payload()) | {"payload": "!"},
    "payload is a number": lambda: _envelope(_payload()) | {"payload": 7},
    "the log is a text": lambda: _envelope(_payload(log="x")),
    "the log is an object": lambda: _envelope(_payload(log=_log(ENTRY))),
    "the log holds numbers": lambda: _envelope(_payload(log=[1])),
    "the log holds nothing": lambda: _envelope(_payload(log=[{}])),
    "an entry that is a number": lambda: _envelope(_payload(log=[_log(ENTRY) | {"entry": 7}])),
    "a proof that is a number": lambda: _envelope(_payload(log=[_log(ENTRY) | {"proof": 7}])),
    "a proof that is none": lambda: _envelope(_payload(log=[_log(ENTRY) | {"proof": "x"}])),
    "a step that is no hash": lambda: _changed("proof", "index 1\n", "index 1\nAAAA\n"),
    "an index that is no number": lambda: _changed("proof", "index 1", "index one"),
    "an overall proof that is a list": lambda: _envelope(_payload(log=[_log(ENTRY) | {"overall": []}])),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_one_gets_a_sentence(what: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(path, UNREADABLE[what]()) == 2
    assert capsys.readouterr().err.startswith("troth-verify: ")
