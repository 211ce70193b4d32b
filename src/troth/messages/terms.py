"""How long messages wait and how often they are tried: engineering defaults, none of them a promise of a policy."""

from dataclasses import dataclass
from datetime import timedelta

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTerms:
    """`retries` are the waits after each failed attempt; after the last one a delivery is given up, visibly."""

    retries: tuple[timedelta, ...] = (
        _MINUTE,
        5 * _MINUTE,
        30 * _MINUTE,
        2 * _HOUR,
        5 * _HOUR,
        10 * _HOUR,
        14 * _HOUR,
        20 * _HOUR,
    )
    undeliverable_every: timedelta = _HOUR
    """How often a mail that no server can take is looked at again."""
    expires: timedelta = timedelta(days=14)
    """After which a message that still waits is not sent any more: it would be no news."""
    kept: timedelta = timedelta(days=90)
    """How long ended messages stay to be looked at."""

    endpoints_at_most: int = 10
    """How many webhooks one customer, or the operator, may have."""


DEFAULT = MessageTerms()
