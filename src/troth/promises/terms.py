"""How promises are watched: engineering limits, on which no state depends but to be stricter."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseTerms:
    """The limits of watching.

    `exception_at_most` bounds how far off an exception's end may lie. `sealed_within`: evidence older than this that
    has no place in the log does not count. `slice` is how long one tick works, `again_after_error` how soon a failed
    look is tried again at the latest, `again_unproven` after which part of its interval one that showed nothing is.
    """

    exception_at_most: timedelta = timedelta(days=180)
    reason_at_most: int = 1_000
    sealed_within: timedelta = timedelta(minutes=5)
    slice: timedelta = timedelta(seconds=45)
    early: timedelta = timedelta(seconds=30)
    again_after_error: timedelta = timedelta(minutes=5)
    again_unproven: float = 0.25
    facts_at_most: int = 24_000
    history: timedelta = timedelta(days=90)


DEFAULT = PromiseTerms()
