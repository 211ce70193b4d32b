"""A control of the test's own beside the real ones: real evidence, real judging, facts that the test chooses."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.fixtures.policies import HEAD
from troth.audit import sealer
from troth.kernel.actor import Actor, job
from troth.kernel.ids import OPERATOR
from troth.promises import actions, catalogue, queries
from troth.promises.actions import Checked
from troth.promises.control import Control
from troth.promises.scope import Scope
from troth.promises.statement import Line, Statement
from troth_judge import judges, sentences
from troth_judge.facts import Value
from troth_judge.judges import Judge
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified

TERM = "erasure.production_within"
CLAUSE = """\
      - id: {id}
        kinds: [{kinds}]
        audience: [public]
        words: {{en: "We promise {id}.", fr: "Nous promettons {id}."}}
        controls: [{controls}]
        terms: {{{terms}}}
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the test's control sees."""

    looked_at: int
    wrong: int = 0
    slowest: timedelta | None = None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """Judge as any control does."""
    limit = terms[TERM]
    assert isinstance(limit, timedelta)
    if facts.wrong:
        return broken("test.wrong", count=facts.wrong)
    if not facts.looked_at:
        return unverified("evidence.empty")
    if facts.slowest is not None and facts.slowest > limit:
        return broken("test.late", slowest=facts.slowest, of=limit)
    if facts.slowest is not None and facts.slowest > limit * 0.75:
        return at_risk("test.near", slowest=facts.slowest, of=limit)
    return kept("test.good", count=facts.looked_at)


SENTENCES = {
    code: {"en": f"{code} {{count}}", "fr": f"{code} {{count}}"}
    for code in ("test.wrong", "test.late", "test.near", "test.good")
}


class Hands:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        """What it says."""
        return self.at


@dataclass
class Stage:
    """The test's controls, what they see, and a clock."""

    monkeypatch: pytest.MonkeyPatch
    activate: Callable[..., object]
    world: object
    clock: Hands = field(default_factory=Hands)
    sees: dict[str, Facts | Exception] = field(default_factory=dict)
    during: Callable[[], None] | None = None
    scopes: list[Scope] = field(default_factory=list)

    def control(self, *, every: timedelta = timedelta(hours=1), per_customer: bool = False) -> str:
        """Add a control; it sees that all is well."""
        name = f"test_{secrets.token_hex(6)}"

        def observe(scope: Scope) -> Facts:
            self.scopes.append(scope)
            if self.during is not None:
                self.during()
            found = self.sees[name]
            if isinstance(found, Exception):
                raise found
            return found

        said = {"en": name, "fr": name}
        made = Control(
            id=name,
            kind="observed",
            title=said,
            sees=said,
            could_lie_if=said,
            every=every,
            terms=(TERM,),
            observe=observe,
            per_customer=per_customer,
        )
        self.sees[name] = Facts(looked_at=3)
        self.monkeypatch.setattr(catalogue, "CONTROLS", (*catalogue.CONTROLS, made))
        self.monkeypatch.setattr(catalogue, "_BY_ID", {**catalogue._BY_ID, name: made})
        self.monkeypatch.setattr(judges, "JUDGES", {**judges.JUDGES, name: Judge(Facts, judge, SENTENCES, {})})
        self.monkeypatch.setattr(sentences, "_ALL", {**sentences._ALL, **SENTENCES})
        return name

    def policy(
        self, *clauses: tuple[str, ...], within: str = "P1D", kinds: str = "enforced", version: int = 1, pack: str = ""
    ) -> str:
        """Bring a pack into force whose clauses `T-1`, `T-2` … cite these controls."""
        name = pack or f"test-{secrets.token_hex(4)}"
        text = HEAD.format(pack=name, version=version) + "".join(
            CLAUSE.format(
                id=f"T-{number}", kinds=kinds, controls=", ".join(cited), terms=f"{TERM}: {{at_most: {within}}}"
            )
            for number, cited in enumerate(clauses, 1)
        )
        self.activate(text)
        # What is looked at from here on is looked at under it.
        self.clock.at = max(self.clock.at, datetime.now(UTC))
        return name

    @staticmethod
    def worker() -> Actor:
        """Who looks."""
        return job("test")

    def check(self, control: str, customer_id: UUID | None = None) -> Checked:
        """Look, as the worker does."""
        return actions.check(control, by=self.worker(), customer_id=customer_id, clock=self.clock)

    def statement(self, customer_id: UUID | None = None) -> Statement:
        """Read it."""
        return queries.statement(customer_id, clock=self.clock)

    def line(self, clause: str = "T-1", customer_id: UUID | None = None) -> Line:
        """Read one promise."""
        found = self.statement(customer_id).line(clause)
        assert found is not None
        return found

    def later(self, span: timedelta) -> None:
        """Let time pass."""
        self.clock.at += span

    def seal(self) -> None:
        """Have the sealer do its work."""
        while sealer.seal_once():
            pass


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, in_force: Callable[..., object], world: object) -> Stage:
    """A stage for one test."""
    return Stage(monkeypatch, in_force, world)


HOME = OPERATOR
