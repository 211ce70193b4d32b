"""Reading, writing and naming a policy pack.

`load` is the only reader; the version that the database keeps is the same format (`canonical`), read by it again.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from troth.policy import nodes, reading
from troth.policy.agreements import written
from troth.policy.clauses import AUDIENCES, KINDS, Audience, Clause, ClauseKind, Pack, Section
from troth.policy.constraints import Words
from troth.policy.errors import Fault, PackInvalid
from troth.policy.known import Known

__all__ = [
    "AUDIENCES",
    "KINDS",
    "Audience",
    "Clause",
    "ClauseKind",
    "Fault",
    "Known",
    "Pack",
    "PackInvalid",
    "Section",
    "canonical",
    "digest",
    "load",
]


def load(source: Path | str | bytes, known: Known | None = None) -> Pack:
    """Read a pack from a file (`Path`) or from its text, and check it against what the platform knows.

    Without `known`, names of terms, topics and controls are taken as they are: so is a version read that was kept
    before one of them went. Raises PackInvalid with every fault, its line and its column.
    """
    return reading.pack(nodes.read(nodes.text_of(source)), known)


def canonical(pack: Pack) -> bytes:
    """The one text of a version, in JSON (which is YAML too): what its digest is taken of and what is kept."""
    told = {
        "pack": pack.id,
        "version": pack.version,
        "title": _words(pack.title),
        "operator": _words(pack.operator),
        "sections": [
            {"id": each.id, "title": _words(each.title), "clauses": [_clause(clause) for clause in each.clauses]}
            for each in pack.sections
        ],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def digest(pack: Pack) -> str:
    """SHA-256 of the canonical text: two packs with one digest say the same in every word."""
    return hashlib.sha256(canonical(pack)).hexdigest()


def _words(words: Words) -> dict[str, str]:
    return {"en": words.en, "fr": words.fr}


def _clause(clause: Clause) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": clause.id,
        "kinds": list(clause.kinds),
        "audience": list(clause.audience),
        "words": _words(clause.words),
    }
    if clause.note is not None:
        told["note"] = _words(clause.note)
    if clause.controls:
        told["controls"] = list(clause.controls)
    if clause.obligations:
        told["terms"] = written(clause.obligations)
    if clause.exceeds is not None:
        told["exceeds"] = _words(clause.exceeds)
    return told
