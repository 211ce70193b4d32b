"""What the policy in force asks of the log, for the layer below, which knows no policy."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from troth.audit.terms import DEFAULT, LogTerms
from troth.policy import queries
from troth.policy.made import Made
from troth.policy.terms import Terms


def of_customer(customer_id: UUID) -> LogTerms:
    """The terms of this customer's log: the policy in force and its agreement over the defaults (clause N-2.4b)."""
    return _MADE.of(queries.terms(customer_id))


def of(obliged: Terms) -> LogTerms:
    """What stands sealed beside an entry may be opened for as long as logs are kept, no shorter and no longer."""
    found = obliged.get("audit.kept_for")
    if found is None:
        return DEFAULT
    low, high = found.bound("at_least"), found.bound("at_most")

    def kept(default: timedelta) -> timedelta:
        # Openings expire at the end of a day: a limit is rounded down to whole days, a minimum up.
        longer = max(default, -(-low // _DAY) * _DAY) if isinstance(low, timedelta) else default
        return min(longer, high // _DAY * _DAY) if isinstance(high, timedelta) else longer

    return replace(
        DEFAULT,
        who_opens_for=kept(DEFAULT.who_opens_for),
        whence_opens_for=kept(DEFAULT.whence_opens_for),
        subject_opens_for=kept(DEFAULT.subject_opens_for),
    )


_DAY = timedelta(days=1)
_MADE = Made(of)
