"""People of the operator's who attest and review, and a clock that stands still."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections

from tests.fixtures.world import Person, World
from troth.access import gate
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit import sealer
from troth.kernel.ids import OPERATOR
from troth.promises.attesting import actions
from troth.promises.attesting.rules import Handed

YEAR = timedelta(days=365)


@dataclass
class Standing:
    """A clock that is set by hand. It begins at the real now: the log's own entries bear that too."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


def permit(person: Person, *which: Action) -> Permit:
    return gate.permit(person.actor, OPERATOR, *which)


def giver(person: Person) -> Permit:
    return permit(person, Action.ATTESTATIONS_GIVE)


def reviewer(person: Person) -> Permit:
    return permit(person, Action.ATTESTATIONS_REVIEW)


@dataclass
class Register:
    """The register with two people at it."""

    world: World
    topic: str
    clock: Standing
    attester: Person
    other: Person

    def give(self, statement: str | None = "Everyone has signed.", document: Handed | None = None) -> UUID:
        return actions.give(giver(self.attester), self.topic, statement=statement, document=document, clock=self.clock)

    def accept(self, attestation_id: UUID) -> None:
        actions.review(reviewer(self.other), attestation_id, accepted=True, clock=self.clock)

    def attested(self, **given: object) -> UUID:
        found = self.give(**given)  # type: ignore[arg-type]  # as named
        self.accept(found)
        seal_log()
        return found


def seal_log() -> None:
    """Let the sealer move what waits into the log."""
    while sealer.seal_once():
        pass


_topics: list[str] = []


def fresh_topic() -> str:
    """A topic that no other test of this run uses: the operator is one, and its register is never emptied."""
    from troth.policy.topics import TOPICS

    if not _topics:
        _topics.extend(topic.id for topic in TOPICS)
    return _topics.pop()


@pytest.fixture
def register(world: World) -> Register:
    return Register(
        world, fresh_topic(), Standing(), world.staff("security_officer"), world.staff("data_protection_officer")
    )


def rows(sql: str, *params: object) -> list[tuple[object, ...]]:
    """Rows that the operator's wall shows."""
    from troth.kernel.wall import within

    with within(OPERATOR), connections["default"].cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
