"""The frozen copy of a canary: what an earlier release kept is still tried, and opens where its root lives."""

import json
import os
from pathlib import Path

import msgspec

from troth.keys import old_copies
from troth.keys.old_copies import Reach
from troth.keys.sealing import unseal
from troth.promises.probing.kept_copies import Copy

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "canary-copy-1.json").read_text())
COPY = msgspec.convert(VECTOR["copy"], Copy, strict=True, builtin_types=())


def _opens(*roots: bytes) -> bool:
    candidates = old_copies.candidates(COPY.path, None, Reach(frozenset(roots), 0))
    return old_copies.opens(COPY.sealed, COPY.bound_to, candidates)


def test_the_path_leads_from_the_root_to_the_record() -> None:
    assert _opens(os.urandom(32), bytes.fromhex(VECTOR["root"]))
    assert unseal(bytes.fromhex(VECTOR["key"]), COPY.sealed, COPY.bound_to).hex() == VECTOR["plaintext"]


def test_no_other_root_leads_there() -> None:
    assert not _opens()
    assert not _opens(os.urandom(32), bytes.fromhex(VECTOR["key"])[::-1])


def test_the_bytes_are_the_same_again() -> None:
    assert json.loads(msgspec.json.encode(COPY)) == VECTOR["copy"]
