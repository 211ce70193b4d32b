"""The typed terms of the log: how long what is sealed beside an entry may still be opened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LogTerms:
    """What the log owes to people whose names stand behind its entries, and to those who read it.

    `who_opens_for`: account, API key, on whose behalf, reason, and the ids of a batch. `whence_opens_for`: the source
    address. `subject_opens_for`: the subject's opening, which dies earlier with the subject's key. `ids_at_most`: a
    longer batch keeps its count and commitment only. `sealed_within`: how long an entry may wait for its place.
    """

    who_opens_for: timedelta = timedelta(days=730)
    whence_opens_for: timedelta = timedelta(days=365)
    subject_opens_for: timedelta = timedelta(days=730)
    ids_at_most: int = 10_000
    sealed_within: timedelta = timedelta(seconds=2)


DEFAULT = LogTerms()
"""What holds where no policy says otherwise."""

Provider = Callable[[UUID], LogTerms]
_providers: Final[list[Provider]] = []


def read_from(provider: Provider) -> None:
    """Have the layer that knows the policy, which stands above this one, tell the terms from now on."""
    _providers[:] = [provider]


def terms(customer_id: UUID) -> LogTerms:
    """The terms of this customer's log."""
    return _providers[0](customer_id) if _providers else DEFAULT
