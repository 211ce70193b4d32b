"""Samples that observers draw: few enough to cost nothing, and other ones each time.

Guarantees: at most `CUSTOMERS` customers a look, canaries always among them, so that a young installation is no empty
sample; and what was drawn is no figure that anybody publishes.
"""

import random
from typing import Final
from uuid import UUID

from troth.promises.scope import Scope
from troth.tenancy import queries as tenancy
from troth.tenancy.models import Kind, State

CUSTOMERS: Final = 25
_PRINTABLE: Final = frozenset(range(0x20, 0x7F))
_RUN: Final = 24
"""So many printable bytes in a row are no chance: one in 10¹⁰ places of random bytes begins such a run."""
_SHARE: Final = 0.75
_LONG: Final = 48


def customers(scope: Scope) -> list[UUID]:
    """The canaries and some other customers; the scope's own alone where it has one."""
    if scope.customer_id is not None:
        return [scope.customer_id]
    there = [one for one in tenancy.customers(canaries=True, using=scope.using) if one.state != State.ERASED]
    birds = [one.customer_id for one in there if one.kind == Kind.CANARY]
    others = [one.customer_id for one in there if one.kind != Kind.CANARY]
    drawn = random.Random(scope.now.timestamp()).sample(others, min(len(others), CUSTOMERS))  # noqa: S311 - a sample, no secret
    return [*birds, *drawn]


def legible(data: bytes) -> bool:
    """Whether bytes look like text rather than like something sealed."""
    longest = run = printable = 0
    for byte in data:
        run = run + 1 if byte in _PRINTABLE else 0
        printable += byte in _PRINTABLE
        longest = max(longest, run)
    whole = longest == len(data) and len(data) >= 8  # noqa: PLR2004 - one in 3,000 random keys of eight bytes is text
    return whole or longest >= _RUN or (len(data) >= _LONG and printable / len(data) > _SHARE)
