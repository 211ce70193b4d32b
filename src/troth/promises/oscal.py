"""A policy and what became of it, as OSCAL (NIST, 1.1.3): a catalogue, a component definition, assessment results.

Guarantees: nothing is claimed here that the statement does not say. `satisfied` is written for `kept` alone; every
other state is `not-satisfied`, with the exact state beside it. Identifiers depend on the installation and on what they
name only, so that the same statement gives the same documents. Promises that are merely declared have no finding.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from troth.promises.statement import ControlLine, Line, PackRef, Section, Statement
from troth_judge.verdict import State

VERSION = "1.1.3"
NAMESPACE = "https://troth.invalid/ns/oscal"
"""The name of our own properties. OSCAL wants a URI; nothing is ever fetched from it."""
_ROOT = UUID("6f3e0a52-3f0b-5c35-9a47-6d1f5c0f0a11")

CATALOG = "oscal-catalog.json"
COMPONENT = "oscal-component-definition.json"
RESULTS = "oscal-assessment-results.json"

_REASON: dict[State, str] = {"kept": "pass", "broken": "fail"}
_METHOD = {"observed": "EXAMINE", "probed": "TEST", "attested": "INTERVIEW", "planned": "UNKNOWN"}

Document = dict[str, Any]


class NoPolicy(ValueError):
    """No policy is in force: there is nothing to export."""


def documents(statement: Statement, *, installation: str, start: datetime, until: datetime) -> dict[str, Document]:
    """Return the three documents by file name.

    `installation` is the name of the log's signing key; `start` and `until` bound what is reported.

    Raises:
        NoPolicy: no policy is in force.
    """
    if statement.pack is None:
        raise NoPolicy
    made = _Maker(statement, statement.pack, installation, start, until)
    return {CATALOG: made.catalog(), COMPONENT: made.component_definition(), RESULTS: made.assessment_results()}


class _Maker:
    """One statement on its way into documents."""

    def __init__(
        self, statement: Statement, pack: PackRef, installation: str, start: datetime, until: datetime
    ) -> None:
        self.statement, self.pack, self.installation = statement, pack, installation
        self.start, self.until = start, until

    def catalog(self) -> Document:
        """The policy: its sections as groups, its promises as controls."""
        groups = [
            {"id": f"section-{_token(section.id)}", "title": section.title, "controls": self._controls(section)}
            for section in self.statement.sections
        ]
        return {"catalog": self._document("catalog", self.pack.title) | {"groups": groups}}

    def component_definition(self) -> Document:
        """The installation, and how it keeps each promise that it does not merely declare."""
        requirements = [self._requirement(line) for line in self.statement.lines() if line.controls]
        implementation = {
            "uuid": self._id("implementation"),
            "source": CATALOG,
            "description": "Each promise is proven by the controls named here; a state is derived, never typed.",
            "implemented-requirements": requirements,
        }
        component = {
            "uuid": self._id("component"),
            "type": "software",
            "title": "Troth",
            "description": f"The installation {self.installation}, running the policy {self.pack.title}.",
            "props": [_prop("installation", self.installation)],
        } | ({"control-implementations": [implementation]} if requirements else {})
        document = self._document("component-definition", "Troth as a component")
        return {"component-definition": document | {"components": [component]}}

    def assessment_results(self) -> Document:
        """What the controls saw, and what follows for each promise."""
        observed = {control.id: control for line in self.statement.lines() for control in line.controls}
        observations = [self._observation(control) for control in observed.values() if control.seen_at is not None]
        seen = {control.id for control in observed.values() if control.seen_at is not None}
        findings = [self._finding(line, seen) for line in self.statement.lines() if line.state != "declared"]
        result: Document = {
            "uuid": self._id("result", _instant(self.start), _instant(self.statement.evaluated_at)),
            "title": "What the controls saw",
            "description": "Derived from sealed evidence. `troth-verify judge` derives it again, offline.",
            "start": _instant(self.start),
            "end": _instant(self.until),
            "reviewed-controls": {"control-selections": [{"include-controls": self._selected()}]},
        }
        result |= {name: value for name, value in (("observations", observations), ("findings", findings)) if value}
        document = self._document("assessment-results", f"{self.pack.title}: results")
        plan = {
            "href": f"#{self._id('plan')}",
            "remarks": "There is no plan apart from the policy: its controls run by themselves, each at its interval.",
        }
        resource = {"uuid": self._id("plan"), "title": self.pack.title, "rlinks": [{"href": CATALOG}]}
        return {
            "assessment-results": document
            | {"import-ap": plan, "results": [result], "back-matter": {"resources": [resource]}}
        }

    def _document(self, kind: str, title: str) -> Document:
        metadata = {
            "title": title,
            "last-modified": _instant(self.statement.evaluated_at),
            "version": f"{self.pack.version}.{self.statement.version}",
            "oscal-version": VERSION,
        }
        return {"uuid": self._id(kind, _instant(self.statement.evaluated_at)), "metadata": metadata}

    def _controls(self, section: Section) -> list[Document]:
        return [
            {
                "id": line.clause_id,
                "title": line.clause_id,
                "props": [_prop("kind", kind) for kind in line.kinds],
                "parts": [{"id": f"{line.clause_id}_smt", "name": "statement", "prose": line.words}],
            }
            for line in section.clauses
        ]

    def _requirement(self, line: Line) -> Document:
        return {
            "uuid": self._id("requirement", line.clause_id),
            "control-id": line.clause_id,
            "description": line.words,
            "props": [*(_prop("control", control.id) for control in line.controls), *_terms(line)],
            "remarks": "\n\n".join(control.title for control in line.controls),
        }

    def _observation(self, control: ControlLine) -> Document:
        collected = control.seen_at or self.statement.evaluated_at
        proof = [
            _prop("event-id", str(control.event_id)) if control.event_id else None,
            _prop("leaf-index", str(control.leaf_index)) if control.leaf_index is not None else None,
        ]
        evidence = {
            "description": "The sealed observation, in the operator's log.",
            "props": [each for each in proof if each is not None],
        }
        return {
            "uuid": self._id("observation", control.id),
            "title": _line(control.title),
            "description": control.sentence,
            "props": [_prop("control", control.id), _prop("state", control.state), _prop("code", control.code)],
            "methods": [_METHOD[control.kind]],
            "types": ["control-objective"],
            "collected": _instant(collected),
        } | ({"relevant-evidence": [evidence]} if evidence["props"] else {})

    def _finding(self, line: Line, seen: set[str]) -> Document:
        related = [
            {"observation-uuid": self._id("observation", control.id)} for control in line.controls if control.id in seen
        ]
        finding: Document = {
            "uuid": self._id("finding", line.clause_id),
            "title": line.clause_id,
            "description": line.sentence,
            "props": [_prop("state", line.state), _prop("code", line.code), *_under(line)],
            "target": {
                "type": "objective-id",
                "target-id": f"{line.clause_id}_smt",
                "status": {
                    "state": "satisfied" if line.state == "kept" else "not-satisfied",
                    "reason": _REASON.get(line.state, "other"),
                },
            },
        }
        missed = "\n\n".join(self._missed(line))
        if missed:
            finding["remarks"] = missed
        return finding | ({"related-observations": related} if related else {})

    def _missed(self, line: Line) -> Iterator[str]:
        for miss in line.misses:
            if miss.since < self.until and (miss.until is None or miss.until > self.start):
                end = "now" if miss.until is None else _instant(miss.until)
                yield f"{miss.state} from {_instant(miss.since)} to {end}: {miss.sentence}"

    def _selected(self) -> list[Document]:
        return [{"control-id": line.clause_id} for line in self.statement.lines() if line.state != "declared"]

    def _id(self, *names: str) -> str:
        return str(uuid5(_ROOT, "\n".join((self.installation, self.pack.id, str(self.pack.version), *names))))


def _under(line: Line) -> Iterable[Document]:
    if line.underlying is not None:
        yield _prop("state-without-exception", line.underlying)
    if line.exception is not None:
        yield _prop("excepted-until", _instant(line.exception.until))


def _terms(line: Line) -> Iterator[Document]:
    for term in line.terms:
        yield _prop("term", f"{term.name} = {term.value}", remarks=term.derivation)


def _prop(name: str, value: str, *, remarks: str = "") -> Document:
    made = {"name": name, "ns": NAMESPACE, "value": _line(value)}
    return made | ({"remarks": remarks} if remarks else {})


def _line(text: str) -> str:
    """OSCAL's strings have no line ends and no space around them."""
    return " ".join(text.split()) or "–"


def _token(text: str) -> str:
    """OSCAL's tokens: letters, digits, dot, hyphen and underscore."""
    return "".join(character if character.isalnum() or character in "._-" else "-" for character in text)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
