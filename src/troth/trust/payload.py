"""What the signed statement holds, field by field (docs/formats/trust-statement.md, version 1)."""

import msgspec

TYPE = "application/vnd.troth.trust-statement+json"
VERSION = 1


class Sealed(msgspec.Struct, frozen=True):
    """An entry of the log: its exact text, and the C2SP tlog-proof of its place."""

    event_id: str
    leaf_index: int
    entry: str
    proof: str


class Policy(msgspec.Struct, frozen=True):
    """The pack in force.

    `text` is its canonical text (None where it holds clauses that are not for everybody), `digest` that text's SHA-256,
    `decision` the entry of the log that put it in force.
    """

    id: str
    version: int
    title: str
    digest: str
    text: str | None
    in_force_since: str | None
    decision: Sealed | None


class Control(msgspec.Struct, frozen=True):
    """A control: how often it must look, under which terms its facts are judged, and its newest sealed evidence."""

    id: str
    title: str
    every: str
    planned: bool
    state: str
    terms: str
    seen_at: str | None
    evidence: Sealed | None


class Exemption(msgspec.Struct, frozen=True):
    """The exception under which a promise stands."""

    reason: str
    approved_at: str
    until: str


class Missed(msgspec.Struct, frozen=True):
    """A time in which the promise was broken or not checked in time."""

    state: str
    since: str
    until: str | None
    sentence: str


class Clause(msgspec.Struct, frozen=True):
    """A promise and what is said of it."""

    id: str
    section: str
    kinds: list[str]
    words: str
    state: str
    underlying: str | None
    since: str | None
    sentence: str
    controls: list[str]
    exception: Exemption | None
    misses: list[Missed]


class Figure(msgspec.Struct, frozen=True):
    """The overall figure."""

    kept: int
    provable: int
    unproven: int
    declared: int


class Payload(msgspec.Struct, frozen=True):
    """The whole statement."""

    v: int
    installation: str
    language: str
    evaluated_at: str
    pack: Policy | None
    figure: Figure
    clauses: list[Clause]
    controls: list[Control]
    overall: list[str]
    """Proofs that the heads of the operator's log, on which the proofs above rest, stand in the log over all."""


def encode(payload: Payload) -> bytes:
    """The payload's bytes; they are signed as they are and never made again."""
    return msgspec.json.encode(payload)
