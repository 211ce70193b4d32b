"""A world to erase in: a customer with people in a dataset, the sealer at hand, and steps driven by the test."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from troth.access import gate
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit import sealer
from troth.erasure import actions, engine
from troth.erasure.engine import Outcome
from troth.erasure.models import Request, StepRow
from troth.erasure.rules import State, Step, StepState
from troth.erasure.terms import ErasureTerms, Pace
from troth.erasure.work import Surroundings
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.tenancy import actions as tenancy
from troth.vault import actions as vault
from troth.vault import queries
from troth.vault.models import Record
from troth.vault.schema import Field, Schema

SCHEMA = Schema(
    (
        Field(name="mail", type="email", kind="identifier", identifier="email"),
        Field(name="name"),
        Field(name="age", type="integer"),
    )
)
IMPATIENT = Pace(
    rows_per_batch=7,
    look_first=timedelta(0),
    retry_first=timedelta(0),
    retry_at_most=timedelta(seconds=0.2),
    lock_wait=timedelta(seconds=0.5),
)


@dataclass
class World:
    """One customer with its owner."""

    name: str
    customer_id: UUID
    owner: Actor
    dataset_id: UUID
    home: Path
    clock: Clock = SYSTEM
    terms: ErasureTerms = field(default_factory=lambda: ErasureTerms(pace=IMPATIENT))

    def permit(self, *wanted: Action, by: Actor | None = None) -> Permit:
        return gate.permit(by or self.owner, self.customer_id, *wanted, purpose="testing")

    def around(self, reached: Callable[[str], None] | None = None) -> Surroundings:
        extra = {} if reached is None else {"reached": reached}
        return Surroundings(home=self.home, terms=self.terms, clock=self.clock, **extra)  # type: ignore[arg-type]  # one

    def add(self, count: int, prefix: str = "person") -> list[tuple[UUID, UUID]]:
        """Store people; return (record, subject) of each."""
        rows = [
            {"mail": f"{prefix}{number}@example.org", "name": f"{prefix} {number}", "age": 20 + number % 60}
            for number in range(count)
        ]
        stored = vault.store(self.permit(Action.RECORDS_STORE), self.dataset_id, rows)
        ids = [record_id for record_id, _ in stored.records]
        with within(self.customer_id):
            found = Record.objects.filter(customer_id=self.customer_id, record_id__in=ids)
            subjects = dict(found.values_list("record_id", "subject_id"))
        return [(record_id, subjects[record_id]) for record_id in ids]

    def read(self, record_id: UUID) -> queries.Opened:
        return queries.get(self.permit(Action.RECORDS_READ), record_id)

    def ask(self, subject_id: UUID) -> actions.Requested:
        return actions.request_subject(self.permit(Action.SUBJECTS_ERASE), subject_id, around=self.around())

    def delete(self, grace: timedelta | None = None) -> actions.Requested:
        permit = self.permit(Action.CUSTOMER_DELETE)
        return actions.request_customer(permit, self.name, grace=grace, around=self.around())

    def run(self, erasure_id: UUID, *, seal: bool = True, reached: Callable[[str], None] | None = None) -> Outcome:
        """Run as the worker does, once."""
        if seal:
            sealer.seal_once()
        return engine.run(self.customer_id, erasure_id, self.around(reached))

    def finish(self, erasure_id: UUID, within_seconds: float = 30) -> Request:
        """Run until it is done, as often as the worker would."""
        deadline = time.monotonic() + within_seconds
        while self.run(erasure_id).state is not State.DONE:
            if time.monotonic() > deadline:
                steps = {
                    step: (row.state, row.error_code, row.waiting_for) for step, row in self.steps(erasure_id).items()
                }
                raise AssertionError(f"not done: {steps}")
            time.sleep(0.02)
        return self.request(erasure_id)

    def request(self, erasure_id: UUID) -> Request:
        with within(self.customer_id):
            return Request.objects.get(customer_id=self.customer_id, erasure_id=erasure_id)

    def steps(self, erasure_id: UUID) -> dict[Step, StepRow]:
        with within(self.customer_id):
            found = StepRow.objects.filter(customer_id=self.customer_id, erasure_id=erasure_id)
            return {Step(row.step): row for row in found}

    def state(self, erasure_id: UUID, step: Step) -> StepState:
        return StepState(self.steps(erasure_id)[step].state)


def make_world(home: Path, clock: Clock = SYSTEM) -> World:
    """A customer of its own."""
    name = f"Customer {uuid4()}"
    operator = Actor(kind="cli", route="test", role="cli", label="test")
    customer = tenancy.add_customer(name, by=operator)
    owner = Actor(kind="account", route="test", role="owner", customer_id=customer.customer_id, account_id=new_id())
    permit = gate.permit(owner, customer.customer_id, Action.DATASETS_ADD)
    dataset_id = vault.add_dataset(permit, "people", SCHEMA)
    return World(name, customer.customer_id, owner, dataset_id, home, clock)


@pytest.fixture
def world() -> World:
    """A customer of its own, in the test installation's home."""
    return make_world(settings.TROTH_HOME)
