"""Searching anew, today, for what finished erasures should have taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.erasure import evidence
from troth.promises.probing import reach
from troth.promises.scope import Scope

EACH, ALL = 5, 60
"""The newest so many of each customer, and so many of all: a search costs a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Again:
    """`count` erasures were searched for; `survivors` are places and counts ("vault_record:3")."""

    count: int
    survivors: tuple[str, ...]


def again(scope: Scope, *, since: datetime, among: Iterable[UUID]) -> Again:
    """Search for the newest erasures of these."""
    found: dict[str, int] = {}
    count = 0
    for customer_id in among:
        if count >= ALL:
            break
        for _, target, target_id in evidence.finished(customer_id, since=since, at_most=EACH, using=scope.using):
            count += 1
            for place, rows in evidence.survivors(customer_id, target, target_id, home=scope.home).items():
                found[place] = found.get(place, 0) + rows
    return Again(count, tuple(f"{place}:{rows}" for place, rows in sorted(found.items()))[: reach.NAMED])
