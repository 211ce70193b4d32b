"""What a log says of promises, read leaf by leaf and judged again.

Guarantees: no verdict and no state of the log is believed; each is derived again from the sealed facts, with the
published judgement (`troth_judge`), and compared. Memory grows with the promises and their controls, not with the log.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from troth_judge.facts import FactsInvalid, decode_terms
from troth_judge.instants import instant
from troth_judge.judging import judge
from troth_judge.state import Binding, Derived, Exemption, Kind, Seen, derive
from troth_judge.verdict import Verdict
from troth_verify.errors import DoesNotVerify

OBSERVED = "promise.observed"
CHANGED = "promise.changed"
ACTIVATED = "policy.activated"
ASKED = "promise.exception_asked"
STEPS = ("promise.exception_approved", "promise.exception_refused", "promise.exception_withdrawn")
REMEMBERED = 16
"""How many observations of a control are kept to be referred to by what follows them."""
NOTICED_WITHIN = timedelta(minutes=10)
"""How long a silence may last beyond its limit until it is shown as one: whoever watches must wake up first."""
LEFT = "left the policy"
_MOMENT = timedelta(microseconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise as the pack has it."""

    id: str
    kinds: tuple[Kind, ...]
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of a policy, with the digest by which the log names it."""

    id: str
    version: int
    digest: str
    clauses: Mapping[str, Clause]


@dataclass(frozen=True, slots=True)
class Control:
    """How often a control must look; a planned one never does."""

    every: timedelta
    planned: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation, judged again."""

    control: str
    number: int
    event_id: str
    at: datetime
    verdict: Verdict
    sealed: tuple[str, str]
    leaf: Mapping[str, Any]

    @property
    def as_sealed(self) -> bool:
        """True if the server said at the time what the facts say now."""
        return self.sealed == (self.verdict.state, self.verdict.code)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a promise's state as it was shown, and what it must have been."""

    clause: str
    pack: str
    at: datetime
    since: datetime
    claimed: str
    derived: str | None
    """None: it can't be derived from this log, because its evidence was judged under another policy's terms."""


@dataclass(slots=True)
class Story:
    """The promises of one log, as far as it was read."""

    packs: Mapping[str, Pack]
    controls: Mapping[str, Control]
    activations: list[tuple[datetime, str, datetime]] = field(default_factory=list)
    seen: dict[str, deque[Observation]] = field(default_factory=dict)
    exceptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    claimed: dict[tuple[str, str], str | None] = field(default_factory=dict)
    shown_at: datetime = _NEVER
    """When a state was last shown: what was claimed then may rest on a decision made since the last look."""

    def take(self, leaf: Mapping[str, Any]) -> Iterator[Observation | Change]:
        """Read one leaf; yield what it says, judged again, and the changes that it shows to be missing."""
        operation, detail = leaf.get("operation"), leaf.get("detail")
        if not isinstance(detail, dict) or not isinstance(operation, str):
            return
        try:
            if operation == OBSERVED:
                yield from self._observed(leaf, detail)
            elif operation == CHANGED:
                yield self._changed(leaf, detail)
            elif operation == ACTIVATED:
                at = datetime.fromisoformat(detail["effective_at"])
                self.activations.append((at, detail["digest"], datetime.fromisoformat(leaf["time"])))
            elif operation == ASKED:
                self.exceptions[leaf["entity"]] = {**detail, "steps": {}}
            elif operation in STEPS and leaf["entity"] in self.exceptions:
                self.exceptions[leaf["entity"]]["steps"][detail["step"]] = (instant(detail["at"]), detail["by"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DoesNotVerify(f"An entry {operation!r} does not say what such an entry must say.") from error

    def pack(self, at: datetime) -> tuple[Pack | None, datetime | None]:
        """The policy in force, and since when: of the decisions that had taken effect, the newest."""
        for effective, digest, decided in reversed(self.activations):
            if effective <= at + _MOMENT and decided <= at + timedelta(minutes=1):
                if digest not in self.packs:
                    raise DoesNotVerify(f"The policy {digest[:12]}… was in force, and the archive does not hold it.")
                return self.packs[digest], effective
        return None, None

    def differing(self, at: datetime) -> Iterator[Change]:
        """Every promise whose state, as last shown, is not the one that its evidence gives at this instant."""
        found, since = self.pack(at)
        if found is None or since is None:
            return
        for clause in found.clauses.values():
            yield from self._differs(found, clause, at, since)

    def derive(self, clause: Clause, at: datetime, rows: Sequence[Observation]) -> Derived:
        """The state of one promise, from these observations."""
        bindings = [self._binding(control) for control in clause.controls]
        seen = {row.control: Seen(at=row.at, verdict=row.verdict) for row in rows}
        return derive(clause.kinds, bindings, seen, self._exemptions(clause.id, at), at)

    def _observed(self, leaf: Mapping[str, Any], detail: Mapping[str, Any]) -> Iterator[Observation | Change]:
        made = observation(leaf, detail)
        at = datetime.fromisoformat(leaf["time"])
        found, since = self.pack(at)
        if found is not None and since is not None:
            for clause in found.clauses.values():
                if made.control in clause.controls:
                    # What was shown until a moment ago must be what was known until then: a silence is no kept state.
                    yield from self._differs(found, clause, max(made.at - _MOMENT, self.shown_at), since)
        self.seen.setdefault(made.control, deque(maxlen=REMEMBERED)).append(made)
        yield made

    def _changed(self, leaf: Mapping[str, Any], detail: Mapping[str, Any]) -> Change:
        at, since = datetime.fromisoformat(leaf["time"]), instant(detail["since"])
        claimed = detail.get("state")
        self.claimed[detail["pack"], detail["clause"]] = claimed
        self.shown_at = max(self.shown_at, at)
        found, in_force = self.pack(at)
        clause = found.clauses.get(detail["clause"]) if found and found.id == detail["pack"] else None
        if clause is None or in_force is None or claimed is None:
            # Only a promise that has left the policy has no state.
            there = "in the policy" if clause else LEFT
            derived: str | None = there if (claimed is None) == (clause is not None) else claimed or LEFT
            claimed = claimed or LEFT
        else:
            rows = self._newest(clause)
            fit = all(row.at >= in_force for row in rows)
            derived = self.derive(clause, max(at, since), rows).state if fit else None
        return Change(detail["clause"], detail["pack"], at, since, claimed, derived)

    def _differs(self, pack: Pack, clause: Clause, at: datetime, since: datetime) -> Iterator[Change]:
        claimed = self.claimed.get((pack.id, clause.id))
        rows = self._newest(clause)
        if claimed is None or any(row.at < since for row in rows):
            return
        states = {self.derive(clause, at, rows).state}
        earlier = at - NOTICED_WITHIN
        if all(row.at <= earlier for row in rows):
            states.add(self.derive(clause, earlier, rows).state)
        if claimed not in states:
            yield Change(clause.id, pack.id, at, at, claimed, min(states))

    def _newest(self, clause: Clause) -> list[Observation]:
        return [
            max(self.seen[control], key=lambda row: row.number) for control in clause.controls if self.seen.get(control)
        ]

    def _binding(self, control: str) -> Binding:
        known = self.controls.get(control, Control(timedelta(days=1), planned=True))
        return Binding(control=control, every=known.every, planned=known.planned)

    def _exemptions(self, clause: str, at: datetime) -> list[Exemption]:
        found = []
        for name, told in self.exceptions.items():
            steps = told["steps"]
            if told["clause"] == clause and "approved" in steps:
                ended = steps.get("withdrawn") or steps.get("refused")
                found.append(
                    Exemption(
                        id=name,
                        # The log holds a digest of the reason: it was typed, and is read where it was published.
                        reason=told["reason_sha256"],
                        asked_by=told["by"],
                        approved_by=steps["approved"][1],
                        approved_at=steps["approved"][0],
                        until=instant(told["until"]),
                        withdrawn_at=ended[0] if ended else None,
                    )
                )
        return found


def observation(leaf: Mapping[str, Any], detail: Mapping[str, Any]) -> Observation:
    """Judge one sealed observation again."""
    facts = detail.get("facts")
    try:
        terms = decode_terms(detail["terms"].encode())
    except FactsInvalid as error:
        raise DoesNotVerify("The terms of an observation are malformed.") from error
    verdict = judge(
        detail["control"], facts.encode() if isinstance(facts, str) else None, terms, error=detail.get("error")
    )
    return Observation(
        control=detail["control"],
        number=int(detail["number"]),
        event_id=leaf["id"],
        at=instant(detail["seen_at"]),
        verdict=verdict,
        sealed=(detail["state"], detail["code"]),
        leaf=detail,
    )


def read_pack(raw: bytes) -> Pack:
    """Read a policy in its canonical text, which the log names by its SHA-256."""
    try:
        told = json.loads(raw)
        clauses = {
            clause["id"]: Clause(clause["id"], tuple(clause["kinds"]), tuple(clause.get("controls", ())))
            for section in told["sections"]
            for clause in section["clauses"]
        }
        return Pack(told["pack"], int(told["version"]), sha256(raw).hexdigest(), clauses)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DoesNotVerify("A policy in the archive is malformed.") from error
