"""What the policy obliges an erasure to keep, as typed values.

Clauses A-4b (production), A-4c (backups), X-7b, X-7c. Packs and agreements fill the object (`for_customer`); domain
code only ever reads the one that it is handed. Where no policy obliges, the defaults here hold.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from troth.policy import queries as policy
from troth.policy.made import Made
from troth.policy.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How hard the steps work and how patiently they try again. No promise depends on these."""

    rows_per_batch: int = 50_000
    look_first: timedelta = timedelta(milliseconds=500)
    retry_first: timedelta = timedelta(seconds=2)
    retry_at_most: timedelta = timedelta(minutes=5)
    stuck_after: int = 5
    lock_wait: timedelta = timedelta(seconds=5)
    upload_at_most: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureTerms:
    """The promises about erasure.

    `production_within` runs from the owner's confirmation, grace included; `grace_at_most` therefore is shorter, and
    leaves at least `work_at_least` for the work itself. `production_from` are the clauses, or the agreement's number,
    that ask for it; none for the default. `receipt_for` is how long the owner's link shows the
    certificate and the log bundle after the customer is gone; what the link still holds then goes too.
    """

    production_within: timedelta = timedelta(hours=24)
    backups_within: timedelta = timedelta(days=90)
    grace_at_most: timedelta = timedelta(hours=12)
    grace_unless_said: timedelta = timedelta(0)
    work_at_least: timedelta = timedelta(hours=6)
    receipt_for: timedelta = timedelta(days=90)
    at_risk_from: float = 0.75
    production_from: tuple[str, ...] = ()
    pace: Pace = Pace()

    def __post_init__(self) -> None:
        """Refuse terms that contradict themselves: better at activation than in the middle of an erasure."""
        limits = (self.production_within, self.backups_within, self.receipt_for, self.work_at_least)
        if min(limits) <= timedelta(0):
            raise ValueError("every limit must be longer than nothing")
        if not timedelta(0) <= self.grace_unless_said <= self.grace_at_most:
            raise ValueError("grace_unless_said must lie between nothing and grace_at_most")
        if self.grace_at_most + self.work_at_least > self.production_within:
            raise ValueError("grace_at_most leaves less than work_at_least of production_within")


DEFAULT = ErasureTerms()
"""The terms of an installation that has not activated a policy yet."""


def for_customer(customer_id: UUID | None) -> ErasureTerms:
    """The terms of an erasure for this customer: the policy in force with its agreement, over the defaults."""
    return _MADE.of(policy.terms(customer_id))


def of(obliged: Terms) -> ErasureTerms:
    """The terms that keep these obligations. A limit that is shorter leaves less grace, and always room for work."""
    production = obliged.duration("erasure.production_within") or DEFAULT.production_within
    work = min(DEFAULT.work_at_least, production / 2)
    grace = min(DEFAULT.grace_at_most, production - work)
    return ErasureTerms(
        production_within=production,
        production_from=_sources(obliged),
        backups_within=obliged.duration("erasure.backups_within") or DEFAULT.backups_within,
        work_at_least=work,
        grace_at_most=grace,
        grace_unless_said=min(DEFAULT.grace_unless_said, grace),
    )


def _sources(obliged: Terms) -> tuple[str, ...]:
    found = obliged.get("erasure.production_within")
    return tuple(dict.fromkeys(each.source.reference for each in found.binding)) if found else ()


_MADE = Made(of)
