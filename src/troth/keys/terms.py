"""The numbers that the key domain works by. None is a policy's: those that a policy sets come with its pack."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """How keys are kept. Replace single values with `dataclasses.replace`."""

    places_wanted: int = 2
    """Fewer usable key places than this raise an alarm every day."""
    heartbeat: timedelta = timedelta(seconds=1)
    """How often a process shows that it lives and looks for a new epoch (it also hears of one at once)."""
    silent_after: timedelta = timedelta(seconds=5)
    """A process that has not shown itself for so long is cut off when an epoch waits for it."""
    forget_after: timedelta = timedelta(days=1)
    """A cut-off process is listed for so long."""
    cached_pages: int = 4096
    """Opened pages that one process keeps (8 kB each)."""
    writers_wait: timedelta = timedelta(seconds=20)
    """How long an epoch waits for writers of keys to finish."""
    most_deltas: int = 256
    """So many snapshot segments before a new full one is written."""
    patience: int = 4
    """While an erasure waits, a full snapshot is put off until it is so many times overdue."""
    top_up_pages: int = 64
    """So many new pages are added to the snapshot between epochs."""
    segment_bytes: int = 8 * _MEBIBYTE
    """About how large a snapshot segment grows."""
    smallest_rebase: int = _MEBIBYTE
    """Deltas smaller than this in sum never cause a full snapshot by their size."""
    smallest_threshold: int = 2
    """No kit lets a single holder recover alone."""
    kit_threshold: int = 3
    kit_shares: int = 5
    rehearse_within: timedelta = timedelta(days=365)
    """A kit that nobody rehearsed for so long raises an alarm."""


TERMS: Final = KeyTerms()
