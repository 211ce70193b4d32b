"""What a step is handed: the request, the terms, the clock, and how to report how far it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connections

from troth.audit.actions import record
from troth.audit.entry import Told
from troth.erasure.models import Request, StepRow, Tally
from troth.erasure.rules import Step, Target
from troth.erasure.terms import ErasureTerms
from troth.kernel.actor import Actor, job
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.wall import within
from troth.keys.errors import CustomerKeysGone

KEEPER = "keeper"
"""The login that may purge: the worker's alone."""


def _nothing(_: str) -> None:
    """Listen to no step."""


_CHECKED = """
insert into erasure_tally (customer_id, erasure_id, phase, store, question, count, at)
select %s, %s, 'checked', store, question, count, at
  from unnest(%s::text[], %s::text[], %s::int8[], %s::timestamptz[]) as look (store, question, count, at)
on conflict (customer_id, erasure_id, phase, store, question) do update set count = excluded.count, at = excluded.at
"""


@dataclass(frozen=True, slots=True)
class Looked:
    """One look of the survivor scan."""

    store: str
    question: str
    found: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Everything around a request that a step needs. `reached` is told each point of a step as it is passed."""

    home: Path
    terms: ErasureTerms
    clock: Clock = SYSTEM
    reached: Callable[[str], None] = _nothing


@dataclass(frozen=True, slots=True)
class Work:
    """One step of one request, being worked on."""

    request: Request
    step: Step
    around: Surroundings
    actor: Actor = field(default_factory=lambda: job("erasure"))

    @property
    def customer_id(self) -> UUID:
        """The customer in whose context the step works."""
        return self.request.customer_id

    @property
    def target(self) -> Target:
        """What kind of thing is erased."""
        return "subject" if self.request.target == "subject" else "customer"

    @property
    def target_id(self) -> UUID:
        """The subject's or the customer's id."""
        return self.request.target_id

    def now(self) -> datetime:
        """The time."""
        return self.around.clock.now()

    def progress(self, done: int, total: int | None, *, using: str = "default") -> None:
        """Write down how far the step is; in the caller's transaction when there is one."""
        with within(self.customer_id, using=using):
            StepRow.objects.using(using).filter(
                customer_id=self.customer_id, erasure_id=self.request.erasure_id, step=self.step
            ).update(done=done, total=total)

    def refreshed(self) -> Request:
        """The request as it stands in the database now."""
        with within(self.customer_id):
            return Request.objects.get(customer_id=self.customer_id, erasure_id=self.request.erasure_id)

    def frozen_at(self) -> datetime:
        """When the freeze was over: nothing that began later can have brought the target in."""
        with within(self.customer_id):
            row = StepRow.objects.get(
                customer_id=self.customer_id, erasure_id=self.request.erasure_id, step=Step.FREEZE
            )
        return row.finished_at or self.now()

    def tell(self, operation: str, detail: Mapping[str, str | int] | None = None) -> UUID:
        """Write it into the customer's log, in the caller's transaction.

        A deleted customer's log goes on without openings: the platform's own entries need none.
        """
        told: Told = {"entity": self.request.erasure_id, "detail": dict(detail) if detail else None}
        try:
            return record(operation, by=self.actor, customer_id=self.customer_id, **told)
        except CustomerKeysGone:
            return record(operation, by=self.actor, customer_id=self.customer_id, keyless=True, **told)

    def wait_briefly(self) -> None:
        """For the rest of this transaction wait for no lock longer than the terms' pace says."""
        wait = round(self.around.terms.pace.lock_wait.total_seconds() * 1000)
        with connections["default"].cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, true)", [f"{wait}ms"])

    def locked(self) -> Request:
        """The request, locked until the transaction ends: whoever cancels waits, or has been first."""
        return Request.objects.select_for_update().get(customer_id=self.customer_id, erasure_id=self.request.erasure_id)

    def note(self, **values: object) -> None:
        """Write down facts about the request that later steps and the certificate need."""
        with within(self.customer_id):
            Request.objects.filter(customer_id=self.customer_id, erasure_id=self.request.erasure_id).update(**values)

    def removed(self, store: str, how: str, count: int, *, using: str = "default") -> None:
        """Add to what was removed from a store, in the transaction that removes it."""
        with within(self.customer_id, using=using):
            key = {
                "customer_id": self.customer_id,
                "erasure_id": self.request.erasure_id,
                "phase": "removed",
                "store": store,
                "question": how,
            }
            found = Tally.objects.using(using).select_for_update().filter(**key).first()
            if found is None:
                Tally.objects.using(using).create(**key, count=count, at=self.now())
            elif count:
                Tally.objects.using(using).filter(**key).update(count=found.count + count, at=self.now())

    def checked(self, looks: Sequence[Looked]) -> None:
        """Write down the looks of a scan; a later scan's replace them."""
        with within(self.customer_id), connections["default"].cursor() as cursor:
            cursor.execute(
                _CHECKED,
                [
                    self.customer_id,
                    self.request.erasure_id,
                    [look.store for look in looks],
                    [look.question for look in looks],
                    [look.found for look in looks],
                    [look.at for look in looks],
                ],
            )
