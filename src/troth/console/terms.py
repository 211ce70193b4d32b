"""What the console's own behaviour keeps to; packs will fill it from a policy."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleTerms:
    """`staff_looks_for` and `own_looks_for`: how long a purpose once said holds before it is asked again."""

    staff_looks_for: timedelta = timedelta(minutes=30)
    own_looks_for: timedelta = timedelta(hours=8)
    largest_upload: int = 200 * 1024 * 1024
    records_per_page: int = 50
    shown_of_a_scan: int = 200
    entries_per_page: int = 100


DEFAULT = ConsoleTerms()
"""The terms of an installation that has not activated a policy yet."""
