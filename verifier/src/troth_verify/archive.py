"""An auditor's archive: the operator's log, the policies that it names, and what was shown; judged again, offline.

The format is described in docs/formats/evidence-archive.md: a log bundle with a few files more. Everything that is
believed of it is in the signed log; the files beside are compared with what the log says of them.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from heapq import heappush, heapreplace
from pathlib import Path
from typing import Any

from troth_judge.instants import duration
from troth_judge.sentences import sentence
from troth_verify import bundle
from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.files import Files
from troth_verify.note import Key
from troth_verify.promises import OBSERVED, Change, Control, Observation, Pack, Story, observation, read_pack
from troth_verify.report import Report

FORMAT = "troth-evidence-archive"
VERSION = 1
MANIFEST = "archive.json"
EXPORTED = "evidence.exported"
PACK_AT_MOST = 4 << 20
TOLD = 20
"""How many differences are written out; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the auditor asks: which promises, which period (`since` ≤ instant < `until`), and how large a sample."""

    clauses: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    sample: int = 0
    seed: str = ""

    def covers(self, at: datetime) -> bool:
        """True for an instant of the period."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(slots=True)
class Tally:
    """What was counted on the way."""

    observations: int = 0
    changes: int = 0
    unjudged: int = 0
    wrong: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    drawn: list[tuple[int, str]] = field(default_factory=list)
    newest: datetime | None = None


def check(path: Path, key: Key | None, question: Question) -> Report:
    """Check the archive and judge everything in it again.

    Raises:
        CannotRead: it is no archive.
    """
    report = bundle.check(path, key, [])
    report.kind = "evidence archive"
    report.checks = [one for one in report.checks if one.check != "earlier"]
    if not report.verifies:
        return report
    files = Files(path)
    manifest = _manifest(files)
    try:
        story = Story(packs=_packs(files), controls=_controls(manifest))
        tally = _walk(path, story, question, sha256(files.text(MANIFEST).encode()).hexdigest(), report)
        _tell(story, tally, question, report)
    except DoesNotVerify as error:
        report.failed("verdict", str(error))
    return report


def _walk(path: Path, story: Story, question: Question, manifest: str, report: Report) -> Tally:
    tally, named = Tally(), False
    wanted = _wanted(story, question)
    for raw, leaf in _leaves(path):
        named = named or (leaf.get("operation") == EXPORTED and (leaf.get("detail") or {}).get("manifest") == manifest)
        for found in story.take(leaf):
            if isinstance(found, Observation):
                _observed(found, raw, tally, question, wanted)
            elif question.covers(found.at):
                _changed(found, tally, question)
        if leaf.get("operation") == OBSERVED:
            tally.newest = datetime.fromisoformat(leaf["time"])
    if tally.newest is not None:
        for found in story.differing(max(tally.newest, story.shown_at)):
            _changed(found, tally, question)
    if named:
        report.ok("manifest", "Its list of controls is the one that the log sealed when the archive was made.")
    else:
        report.failed("manifest", "archive.json is not the one that the log sealed when the archive was made.")
    return tally


def _leaves(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Yield the entries that speak of promises, in the order of the log."""
    for raw in bundle.entries(path):
        if b'"promise.' in raw or b'"policy.activated"' in raw or b'"evidence.exported"' in raw:
            yield raw, json.loads(raw)


def _wanted(story: Story, question: Question) -> frozenset[str] | None:
    """The controls of the promises that are asked for; None for all."""
    if not question.clauses:
        return None
    known = {clause.id: clause for pack in story.packs.values() for clause in pack.clauses.values()}
    missing = sorted(question.clauses - known.keys())
    if missing:
        raise CannotRead(f"No policy in this archive has the promise {missing[0]}.")
    return frozenset(
        control
        for pack in story.packs.values()
        for name in question.clauses
        if name in pack.clauses
        for control in pack.clauses[name].controls
    )


def _observed(found: Observation, raw: bytes, tally: Tally, question: Question, wanted: frozenset[str] | None) -> None:
    if not question.covers(found.at) or (wanted is not None and found.control not in wanted):
        return
    tally.observations += 1
    tally.states[found.verdict.state] += 1
    if not found.as_sealed:
        tally.wrong.append(
            f"{found.event_id}: {found.control} was said to be {found.sealed[0]} ({found.sealed[1]}); its facts say "
            f"{found.verdict.state} ({found.verdict.code})."
        )
    if question.sample:
        # Reproducible, and out of anybody's hands: the smallest digests of the auditor's seed and the event's id.
        drawn = (-int.from_bytes(sha256(f"{question.seed}\n{found.event_id}".encode()).digest()), raw.decode())
        if len(tally.drawn) < question.sample:
            heappush(tally.drawn, drawn)
        elif drawn > tally.drawn[0]:
            heapreplace(tally.drawn, drawn)


def _changed(found: Change, tally: Tally, question: Question) -> None:
    if question.clauses and found.clause not in question.clauses:
        return
    tally.changes += 1
    if found.derived is None:
        tally.unjudged += 1
    elif found.derived != found.claimed:
        tally.wrong.append(
            f"{found.clause} was shown as {found.claimed} at {found.at.isoformat()}; its evidence gives "
            f"{found.derived}."
        )


def _tell(story: Story, tally: Tally, question: Question, report: Report) -> None:
    report.facts.update(observations=tally.observations, changes=tally.changes)
    report.facts.update({f"judged {state}": count for state, count in sorted(tally.states.items())})
    if not tally.observations:
        report.failed("observations", "There is not one observation in what you asked for: nothing is shown by it.")
    for line in tally.wrong[:TOLD]:
        report.failed("judged", line)
    if len(tally.wrong) > TOLD:
        report.failed("judged", f"… and {len(tally.wrong) - TOLD} more.")
    if tally.observations and not tally.wrong:
        report.ok("judged", f"{tally.observations} observations, judged again from their facts: each as it was said.")
        report.ok("derived", f"{tally.changes} states as they were shown follow from them.")
    if tally.unjudged:
        report.skipped(
            "derived", f"Not derived: {tally.unjudged} states between a change of policy and the next observation."
        )
    for _, raw in sorted(tally.drawn, reverse=True):
        report.skipped("sample", _sampled(raw))
    if story.exceptions:
        report.skipped(
            "exceptions", "Not checked: that the two accounts behind an exception are two people, and its words."
        )


def _sampled(raw: str) -> str:
    leaf = json.loads(raw)
    found = observation(leaf, leaf["detail"])
    said = sentence(found.verdict, "en")
    return (
        f"Sample: {found.control} at {leaf['detail']['seen_at']}, event {found.event_id}: {found.verdict.state}. {said}"
    )


def _manifest(files: Files) -> dict[str, Any]:
    try:
        told: Any = json.loads(files.text(MANIFEST))
        if told["format"] == FORMAT and told["version"] == VERSION:
            found: dict[str, Any] = told
            return found
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotRead(f"{MANIFEST} is not what an archive's manifest must be.") from error
    raise CannotRead(f"This is no {FORMAT} of version {VERSION}, the one this verifier knows.")


def _controls(manifest: dict[str, Any]) -> dict[str, Control]:
    try:
        return {
            name: Control(every=duration(told["every"]), planned=told["kind"] == "planned")
            for name, told in manifest["controls"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRead(f"{MANIFEST} does not list the controls as it must.") from error


def _packs(files: Files) -> dict[str, Pack]:
    found = (read_pack(b"\n".join(_lines(files, name))) for name in files.names("pack-"))
    return {pack.digest: pack for pack in found}


def _lines(files: Files, name: str) -> Iterator[bytes]:
    """A policy is one line, and may be longer than a small file."""
    yield from (line for lines in files.lines(name, PACK_AT_MOST) for line in lines)
