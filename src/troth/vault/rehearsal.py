"""Keys for a dry run: everything is done as in earnest and rolled back, and no key slot is used up.

What a dry run seals reaches the disk in pages that a rollback leaves behind: so it is sealed in earnest too, under a
key of that one run which nobody keeps.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from troth.keys.actions import lease
from troth.keys.rings import Ring
from troth.keys.sealing import new_key
from troth.keys.slots import Slot

_SLOTS = 256


class KeyRing(Protocol):
    """What storing asks of keys."""

    def keys(self, slots: Sequence[tuple[int, int]]) -> list[bytes | None]: ...
    def stable(self, name: str) -> bytes: ...


class Rehearsal:
    """The keys of one dry run. Its slots lie on pages below zero, which no page of the key tree does."""

    def __init__(self) -> None:
        self._key = new_key()
        self._taken = 0

    def __repr__(self) -> str:
        return "Rehearsal()"

    def lease(self, n: int) -> list[Slot]:
        """Slots that never were."""
        first, self._taken = self._taken, self._taken + n
        return [Slot(-1 - at // _SLOTS, at % _SLOTS, self._key) for at in range(first, first + n)]

    def over(self, ring: Ring) -> KeyRing:
        """The customer's ring, which knows these slots too."""
        return _Over(ring, self._key)


class _Over:
    def __init__(self, ring: Ring, key: bytes) -> None:
        self._ring, self._key = ring, key

    def keys(self, slots: Sequence[tuple[int, int]]) -> list[bytes | None]:
        real = iter(self._ring.keys([found for found in slots if found[0] >= 0]))
        return [next(real) if page >= 0 else self._key for page, _ in slots]

    def stable(self, name: str) -> bytes:
        return self._ring.stable(name)


def slots(customer_id: UUID, n: int, rehearsal: Rehearsal | None, *, ahead: int = 0) -> list[Slot]:
    """Fresh slots, in earnest or not."""
    return lease(customer_id, n, ahead=ahead) if rehearsal is None else rehearsal.lease(n)
