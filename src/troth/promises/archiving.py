"""What an auditor takes away: the operator's log with the policies that it names, judged again on a machine of theirs.

Guarantees: the archive is a log bundle (`docs/formats/evidence-archive.md`): all evidence stands in it in its exact
sealed bytes, chosen by nobody. What the log can't say (how often each control must look) is in a manifest, whose digest
was sealed in that very log before the archive was written.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit import bundles
from troth.audit.actions import record
from troth.audit.errors import NotSealedYet
from troth.audit.queries import sealed
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import Invalid
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.keys import signing
from troth.policy import queries as policy
from troth.promises import catalogue, oscal, queries
from troth_judge.instants import duration_text, instant_text

FORMAT = "troth-evidence-archive"
VERSION = 1
EXPORTED = "evidence.exported"
PERIOD = timedelta(days=365)
"""How far back an archive reaches that names no beginning."""
_PATIENCE = 30.0
_POLL = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What was written."""

    path: Path
    entries: int
    policies: int
    since: datetime
    until: datetime
    manifest: str


def archive(
    permit: Permit,
    path: Path,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    clock: Clock = SYSTEM,
) -> Archived:
    """Write the archive to `path`: a tar where the name ends so, a new folder otherwise.

    Raises:
        Invalid: the period ends before it begins.
        NotSealedYet: the sealer does not work, so that nothing new can be proven.
        FileExistsError: something of that name is there.
    """
    permit.require(Action.EVIDENCE_EXPORT)
    if path.exists():
        raise FileExistsError(path)
    until = until or clock.now()
    since = since or until - PERIOD
    if since >= until:
        raise Invalid(what="The period", why="it ends before it begins")
    told = manifest(since=since, until=until)
    digest = sha256(told.encode()).hexdigest()
    with within(OPERATOR):
        event_id = record(
            EXPORTED,
            by=permit.actor,
            customer_id=OPERATOR,
            reason=permit.reason,
            detail={"manifest": digest, "since": instant_text(since), "until": instant_text(until)},
        )
    _await(event_id)
    bodies = policy.bodies()
    packs = {f"pack-{name[:32]}.json": body + "\n" for name, body in bodies.items()}
    done = bundles.export(OPERATOR, path, beside={"archive.json": told, **packs, **_oscal(since, until)}, clock=clock)
    return Archived(path=path, entries=done.size, policies=len(packs), since=since, until=until, manifest=digest)


def manifest(*, since: datetime, until: datetime) -> str:
    """The archive's own words: its period, and every control with its kind and its interval."""
    controls = {
        control.id: {"kind": control.kind, "every": duration_text(control.every)} for control in catalogue.CONTROLS
    }
    told = {
        "format": FORMAT,
        "version": VERSION,
        "installation": signing.signer().name,
        "since": instant_text(since),
        "until": instant_text(until),
        "controls": controls,
    }
    return json.dumps(told, indent=1, sort_keys=True) + "\n"


def as_oscal(permit: Permit, *, since: datetime, until: datetime) -> dict[str, oscal.Document]:
    """The policy and its results as OSCAL documents, by file name. Raises oscal.NoPolicy."""
    permit.require(Action.EVIDENCE_EXPORT)
    with within(OPERATOR):
        record("evidence.oscal", by=permit.actor, customer_id=OPERATOR, reason=permit.reason)
    return _documents(since, until)


def _oscal(since: datetime, until: datetime) -> Mapping[str, str]:
    try:
        documents = _documents(since, until)
    except oscal.NoPolicy:
        return {}
    return {name: json.dumps(document, ensure_ascii=False, indent=1) + "\n" for name, document in documents.items()}


def _documents(since: datetime, until: datetime) -> dict[str, oscal.Document]:
    statement = queries.statement(language="en")
    return oscal.documents(statement, installation=signing.signer().name, start=since, until=until)


def _await(event_id: UUID) -> None:
    """Wait until the entry has its place in the log: what is exported must hold it."""
    deadline = time.monotonic() + _PATIENCE
    while not sealed(OPERATOR, [event_id]):
        if time.monotonic() > deadline:
            raise NotSealedYet(what="The archive's own entry")
        time.sleep(_POLL)
