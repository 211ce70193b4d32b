"""What pages, mail, the API and the command line show: values in one language, ready to be laid out.

Guarantees: nothing here can be made to claim more than it holds: `Figure.kept` counts promises that are kept now,
out of all that could be proven, and what is not proven stays in the count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from troth_judge.state import Kind
from troth_judge.verdict import State
from troth_judge.words import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRef:
    """The pack in force. `version` is the version of its text."""

    id: str
    version: int
    title: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The overall figure. `provable` is every promise but the declared ones; `unproven` of them nobody has shown."""

    kept: int
    provable: int
    unproven: int
    declared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One UTC day of history: the worst state that it saw, None before the promise was in force."""

    day: date
    state: State | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A time in which the promise was broken or not checked in time. `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    state: State
    code: str
    sentence: str
    excepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLine:
    """One term of a promise: what holds, and why just that ("24 h, from clause A-4b")."""

    name: str
    title: str
    value: str
    derivation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """One control behind a promise. `leaf_index` is its evidence's place in the log, None until it is sealed."""

    id: str
    kind: str
    title: str
    state: State
    code: str
    sentence: str
    every: timedelta
    seen_at: datetime | None = None
    next_at: datetime | None = None
    evidence_id: UUID | None = None
    event_id: UUID | None = None
    leaf_index: int | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionLine:
    """The exception under which a promise stands now."""

    id: UUID
    reason: str
    until: datetime
    approved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One promise: its words, its state, and everything that the state rests on."""

    clause_id: str
    section_id: str
    words: str
    kinds: tuple[Kind, ...]
    audience: tuple[str, ...]
    state: State
    code: str
    sentence: str
    since: datetime | None
    note: str | None = None
    exceeds: str | None = None
    underlying: State | None = None
    exception: ExceptionLine | None = None
    advice: str | None = None
    seen_at: datetime | None = None
    next_at: datetime | None = None
    controls: tuple[ControlLine, ...] = ()
    terms: tuple[TermLine, ...] = ()
    history: tuple[Day, ...] = ()
    misses: tuple[Miss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the policy, in its own order."""

    id: str
    title: str
    clauses: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The whole policy with what is true of it. `pack` is None where no policy is in force.

    `customer_id` is None for the platform's public one. `version` is another after every change that a reader could see
    but those that time alone makes: for these ask again at `valid_until`. `discarded` counts rows of the history that
    the log does not bear out: they are not shown, but that they are there is.
    """

    language: Language
    customer_id: UUID | None
    pack: PackRef | None
    in_force_since: datetime | None
    evaluated_at: datetime
    version: int
    figure: Figure
    counts: Mapping[State, int]
    sections: tuple[Section, ...] = ()
    valid_until: datetime | None = None
    discarded: int = 0

    def lines(self) -> tuple[Line, ...]:
        """Every promise, in the order of the policy."""
        return tuple(line for section in self.sections for line in section.clauses)

    def line(self, clause_id: str) -> Line | None:
        """The promise with this id."""
        return next((line for line in self.lines() if line.clause_id == clause_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One sealed observation. `problem` is a code when what is stored is not what the log sealed."""

    evidence_id: UUID
    number: int
    customer_id: UUID
    control_id: str
    seen_at: datetime
    state: State
    code: str
    sentence: str
    facts: Mapping[str, object]
    facts_json: str
    terms_json: str
    revision: str
    error: str | None
    event_id: UUID
    leaf_index: int | None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """Some evidence, newest first. `older_than` is the `before` of the next page, None at the end."""

    rows: tuple[EvidenceRow, ...]
    older_than: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPage:
    """A control on its own page: what it sees, how often, what would make it lie, and what it saw last."""

    id: str
    kind: str
    title: str
    sees: str
    could_lie_if: str
    every: timedelta
    per_customer: bool
    line: ControlLine
    terms: tuple[TermLine, ...] = ()
    clauses: tuple[str, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One promise for whoever must act: why it is as it is, what to do next, and by when."""

    clause_id: str
    pack_id: str
    section: str
    words: str
    kinds: tuple[Kind, ...]
    state: State
    underlying: State | None
    sentence: str
    advice: str | None
    since: datetime | None
    due_at: datetime | None
    controls: tuple[ControlLine, ...] = ()
    exception: ExceptionLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a promise's state, for the feed, mail and webhooks."""

    number: int
    customer_id: UUID
    clause_id: str
    pack_id: str
    since: datetime
    before: State | None
    state: State | None
    code: str
    sentence: str
    params: Mapping[str, object] = field(default_factory=dict)
