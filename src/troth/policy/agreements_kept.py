"""Reading a customer's agreements, inside that customer's wall."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.kernel import wall
from troth.policy.agreements import Agreement, load
from troth.policy.models import AgreementVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One version of a customer's agreement; the newest holds."""

    number: int
    agreement: Agreement
    decided_at: datetime
    event_id: UUID


def every(customer_id: UUID, *, using: str = "default") -> list[Kept]:
    """All versions of the customer's agreement, newest first."""
    with wall.within(customer_id, using=using):
        rows = list(AgreementVersion.objects.using(using).filter(customer_id=customer_id).order_by("-number"))
    return [
        Kept(number=row.number, agreement=load(row.body), decided_at=row.decided_at, event_id=row.event_id)
        for row in rows
    ]


def newest(customer_id: UUID, *, using: str = "default") -> Agreement | None:
    """The customer's agreement; None if there is none, or it was ended."""
    if wall.standing(using) == customer_id:
        # Nothing new is begun where the caller stands inside: its transaction may not be Django's (`crossing`).
        return _newest(customer_id, using)
    with wall.within(customer_id, using=using):
        return _newest(customer_id, using)


def _newest(customer_id: UUID, using: str) -> Agreement | None:
    row = AgreementVersion.objects.using(using).filter(customer_id=customer_id).order_by("-number").first()
    found = load(row.body) if row is not None else None
    return found if found is not None and found.obligations else None
