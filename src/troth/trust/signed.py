"""The signed statement: every public promise, the newest sealed evidence of each control, and the proofs of both.

Guarantees: it is made of the same `Statement` as the page; facts stand in it as the very bytes that the log sealed; an
observation without a place in the log is left out, and the reader's verifier then says so. No customer is in it: all
evidence is the operator's own.
"""

import time
from collections.abc import Set
from datetime import datetime
from functools import cache
from uuid import UUID

from troth.audit import note, queries
from troth.audit.errors import NotSealedYet
from troth.audit.proofs import Inclusion
from troth.erasure import dsse
from troth.kernel.ids import OPERATOR
from troth.keys import signing
from troth.promises.statement import ControlLine, Line, Miss, Statement
from troth.trust import payload, reading, saying
from troth_judge.instants import duration_text, instant_text
from troth_judge.words import Language

LANGUAGE: Language = "en"
SEALED_WITHIN, AGAIN = 3.0, 0.2
"""Seconds: how long an observation is waited for, and how often it is asked after."""


@cache
def _signer() -> signing.Signer:
    return signing.signer()


def key() -> str:
    """The public key as verifiers take it: one line, name+id+key."""
    signer = _signer()
    return note.verifier_key(signer.name, signer.public)


def envelope(statement: Statement) -> bytes:
    """The statement in its DSSE envelope."""
    signer = _signer()
    told = payload.encode(compose(statement, reading.foundation(), signer.name))
    keyid = f"{signer.name}+{note.key_id(signer.name, signer.public).hex()}"
    return dsse.sign(payload.TYPE, told, signer, keyid=keyid)


def compose(statement: Statement, foundation: reading.Foundation, installation: str) -> payload.Payload:
    """The payload."""
    lines = statement.lines()
    behind = {control.id: control for line in lines for control in line.controls}
    proofs = _proofs({one.event_id for one in behind.values() if one.event_id})
    decision = inclusion(foundation.event_id) if foundation.event_id else None
    sizes = {found.size for found in [*proofs.values(), *([decision] if decision else [])]}
    return payload.Payload(
        v=payload.VERSION,
        installation=installation,
        language=statement.language,
        evaluated_at=instant_text(statement.evaluated_at),
        pack=_pack(statement, foundation, decision),
        figure=payload.Figure(
            statement.figure.kept, statement.figure.provable, statement.figure.unproven, statement.figure.declared
        ),
        clauses=[_clause(line) for line in lines],
        controls=[
            _control(one, foundation, proofs.get(one.event_id) if one.event_id else None) for one in behind.values()
        ],
        overall=[queries.overall_inclusion(OPERATOR, size=size).text for size in sorted(sizes)],
    )


def _proofs(events: Set[UUID]) -> dict[UUID, Inclusion]:
    """The proofs of these observations. What was seen a moment ago is waited for: sealing takes a second or two."""
    found: dict[UUID, Inclusion] = {}
    deadline = time.monotonic() + SEALED_WITHIN
    while True:
        found |= {one: proof for one in events - found.keys() if (proof := inclusion(one))}
        if len(found) == len(events) or time.monotonic() > deadline:
            return found
        time.sleep(AGAIN)


def inclusion(event_id: UUID) -> Inclusion | None:
    """The operator's entry and its proof; None while it waits for its place."""
    try:
        return queries.inclusion(OPERATOR, event_id)
    except NotSealedYet:
        return None


def _sealed(event_id: UUID, found: Inclusion) -> payload.Sealed:
    return payload.Sealed(str(event_id), found.index, found.leaf.decode(), found.text)


def _pack(statement: Statement, foundation: reading.Foundation, decision: Inclusion | None) -> payload.Policy | None:
    if statement.pack is None:
        return None
    return payload.Policy(
        id=statement.pack.id,
        version=statement.pack.version,
        title=statement.pack.title,
        digest=statement.pack.digest,
        text=foundation.text,
        in_force_since=_instant(statement.in_force_since),
        decision=_sealed(foundation.event_id, decision) if foundation.event_id and decision else None,
    )


def _clause(line: Line) -> payload.Clause:
    exception = line.exception
    return payload.Clause(
        id=line.clause_id,
        section=line.section_id,
        kinds=list(line.kinds),
        words=line.words,
        state=line.state,
        underlying=line.underlying,
        since=_instant(line.since),
        sentence=line.sentence,
        controls=[control.id for control in line.controls],
        exception=payload.Exemption(
            exception.reason, instant_text(exception.approved_at), instant_text(exception.until)
        )
        if exception
        else None,
        misses=[_missed(miss) for miss in line.misses],
    )


def _missed(miss: Miss) -> payload.Missed:
    return payload.Missed(miss.state, saying.machine(miss.since), _instant(miss.until), miss.sentence)


def _control(control: ControlLine, foundation: reading.Foundation, found: Inclusion | None) -> payload.Control:
    return payload.Control(
        id=control.id,
        title=control.title,
        every=duration_text(control.every),
        planned=control.kind == "planned",
        state=control.state,
        terms=foundation.terms.get(control.id, "{}"),
        seen_at=_instant(control.seen_at),
        evidence=_sealed(control.event_id, found) if control.event_id and found else None,
    )


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else instant_text(moment)
