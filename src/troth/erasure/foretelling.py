"""What a customer's open erasures would be under other terms. Reads only; the caller has asked the gate."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from troth.erasure import rules
from troth.erasure.models import Request
from troth.erasure.rules import OPEN, State
from troth.erasure.terms import ErasureTerms
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.wall import within


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """One open erasure that those terms would find late, or close to it."""

    erasure_id: UUID
    target: str
    state: Literal["at_risk", "late", "unknown"]
    elapsed: timedelta
    limit: timedelta


def under(customer_id: UUID, terms: ErasureTerms, *, clock: Clock = SYSTEM) -> list[Foretold]:
    """The open erasures of a customer that would not be well within their limit."""
    with within(customer_id):
        found = list(Request.objects.filter(customer_id=customer_id, state__in=sorted(OPEN)).order_by("erasure_id"))
    told = []
    for request in found:
        limit = rules.owed(State(request.state), request.production_within, terms.production_within)
        reading = rules.read_clock(
            request.confirmed_at, clock.now(), limit, ended_at=None, at_risk_from=terms.at_risk_from
        )
        if reading.state in {"at_risk", "late", "unknown"}:
            told.append(
                Foretold(
                    erasure_id=request.erasure_id,
                    target=request.target,
                    state=reading.state,
                    elapsed=reading.elapsed,
                    limit=limit,
                )
            )
    return told
