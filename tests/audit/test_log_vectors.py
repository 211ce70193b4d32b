"""Frozen bytes of the log: leaves, trees, checkpoints. A release that makes other bytes must raise their version."""

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from troth.audit import entry, merkle, note
from troth.audit.trees import Tree
from troth.kernel.actor import Actor
from troth.keys.signing import Signer

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "log" / "vectors.json").read_text())


def _compose(given: dict[str, Any]) -> entry.Composed:
    ids = [UUID(one) for one in given["ids"]] if "ids" in given else None
    subject = entry.SubjectRef(UUID(given["subject"]), b"") if "subject" in given else None
    plain = {
        name: given[name] for name in ("entity", "outcome", "purpose", "reason", "count", "detail") if name in given
    }
    actor = {
        name: UUID(value) if name.endswith("_id") or name == "on_behalf_of" else value
        for name, value in given["actor"].items()
    }
    return entry.compose(
        given["operation"],
        by=Actor(**actor),
        customer_id=UUID(given["customer"]),
        event_id=UUID(given["id"]),
        at=datetime.fromisoformat(given["time"]),
        ids=ids,
        subject=subject,
        **plain,
    )


@pytest.mark.parametrize("vector", VECTORS["leaves"], ids=lambda vector: vector["given"]["operation"])
def test_a_leaf_is_composed_as_ever(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "urandom", lambda length: bytes(range(length)))
    composed = _compose(vector["given"])
    assert composed.leaf.decode() == vector["leaf"]
    assert merkle.leaf_hash(composed.leaf).hex() == vector["hash"]
    packed = {
        name: entry.pack(openings).hex()
        for name, openings in (
            ("who", composed.who),
            ("whence", composed.whence),
            ("subject", composed.subject),
            ("ids", composed.ids),
        )
        if openings
    }
    assert packed == vector["packed"]


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda vector: str(vector["size"]))
def test_a_tree_has_its_root_and_tiles(vector: dict[str, Any]) -> None:
    """Over the leaves `leaf 0`, `leaf 1`, …; tiles by the SHA-256 of their bytes."""
    tree = Tree()
    written = tree.extend([merkle.leaf_hash(b"leaf %d" % at) for at in range(vector["size"])], keep_leaves=True)
    assert tree.frontier.root().hex() == vector["root"]
    last = {f"{level}/{index}": hashes for level, index, hashes in written}
    assert {name: sha256(last[name]).hexdigest() for name in vector["tiles"]} == vector["tiles"]
    assert len(last) == vector["count"]


def test_a_checkpoint_is_signed_as_ever() -> None:
    vector = VECTORS["checkpoint"]
    signer = Signer(vector["name"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["seed"])))
    checkpoint = note.Checkpoint(vector["origin"], vector["size"], bytes.fromhex(vector["root"]))
    assert note.verifier_key(signer.name, signer.public) == vector["key"]
    assert note.sign(checkpoint, signer) == vector["note"]
    assert note.read(vector["note"], signer) == checkpoint


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("\n300\n", "\n0300\n"),
        lambda text: text.replace("\n300\n", "\n301\n"),
        lambda text: text.replace("— ", "- "),
        lambda text: text.replace("\n\n", "\nextension\n\n"),
        lambda text: text.partition("\n\n")[0],
        lambda _: "",
    ],
)
def test_a_spoilt_checkpoint_is_refused(spoil: Any) -> None:
    vector = VECTORS["checkpoint"]
    signer = Signer(vector["name"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["seed"])))
    with pytest.raises(ValueError, match=r"not a checkpoint|no signature"):
        note.read(spoil(vector["note"]), signer)
