"""The versions that are kept, and which of them is or will be in force."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from troth.policy.clauses import Pack
from troth.policy.errors import PackAltered
from troth.policy.models import Activation, PackVersion
from troth.policy.pack import load


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The pack in force, by which decision, and since when."""

    pack: Pack
    digest: str
    activation_id: UUID
    number: int
    since: datetime


@lru_cache(maxsize=16)
def parsed(digest: str, using: str = "default") -> Pack:
    """A kept version. What its digest names never changes, so it is read once for each process. Raises PackAltered."""
    body = PackVersion.objects.using(using).get(digest=digest).body
    if hashlib.sha256(body.encode()).hexdigest() != digest:
        raise PackAltered(digest=digest[:16])
    return load(body)


@dataclass(frozen=True, slots=True)
class Decision:
    """An activation as it is reckoned with: without its reason."""

    number: int
    activation_id: UUID
    digest: str
    decided_at: datetime
    effective_at: datetime


def decisions(*, using: str = "default") -> tuple[Decision, ...]:
    """Every activation ever, newest first."""
    found = Activation.objects.using(using).order_by("-number")
    return tuple(
        Decision(*row) for row in found.values_list("number", "activation_id", "digest", "decided_at", "effective_at")
    )


def ruling(made: Sequence[Decision], at: datetime) -> Decision | None:
    """Of the decisions that had taken effect by then, the newest; None if none had."""
    return next((each for each in made if each.effective_at <= at), None)


def present(made: Sequence[Decision], now: datetime) -> Decision | None:
    """The decision in force. A clock that has gone back takes none out of force that said “now”."""
    return ruling(made, max(now, made[0].decided_at)) if made else None


def to_come(made: Sequence[Decision], now: datetime) -> list[Decision]:
    """The decision in force and those that will be, unless a newer one undoes them before their date."""
    ruler = present(made, now)
    found = [ruler] if ruler else []
    soonest: datetime | None = None
    for each in made:
        if ruler is not None and each.number <= ruler.number:
            break
        if soonest is None or each.effective_at < soonest:
            soonest = each.effective_at
            found.append(each)
    return found
