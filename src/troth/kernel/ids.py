"""Identifiers: UUIDv7 (RFC 9562), made by whoever creates the row, ordered within one process."""

import os
import threading
import time
from uuid import UUID

OPERATOR = UUID("00000000-0000-7000-8000-00000000000a")
"""The operator's own customer id, the same in every installation: it too has keys, accounts and a log."""

_RANDOM_BITS = (1 << 62) - 1
_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, 12 bits of sub-millisecond order, 62 random bits.

    Ids of one process never go backwards, even when the clock does: they keep B-tree inserts at the right edge.
    """
    global _last  # noqa: PLW0603 - the last tick handed out is the one piece of state that makes ids monotonic
    tick = time.time_ns() * 4096 // 1_000_000
    with _lock:
        tick = max(tick, _last + 1)
        _last = tick
    milliseconds, order = divmod(tick, 4096)
    random = int.from_bytes(os.urandom(8), "big") & _RANDOM_BITS
    return UUID(int=(milliseconds << 80) | (7 << 76) | (order << 64) | (2 << 62) | random)


def new_ids(count: int) -> list[UUID]:
    """So many ids at once, in order; as `new_id`, with one draw of randomness for all."""
    global _last  # noqa: PLW0603 - as above
    tick = time.time_ns() * 4096 // 1_000_000
    with _lock:
        first = max(tick, _last + 1)
        _last = first + count - 1
    random = os.urandom(8 * count)
    found = []
    for at in range(count):
        milliseconds, order = divmod(first + at, 4096)
        tail = int.from_bytes(random[8 * at : 8 * at + 8], "big") & _RANDOM_BITS
        found.append(UUID(int=(milliseconds << 80) | (7 << 76) | (order << 64) | (2 << 62) | tail))
    return found
