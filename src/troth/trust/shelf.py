"""Finished answers, kept by each process until what they say changes.

Guarantees: an answer is given out only while its stamp is the present one (the version of the promises, and the minute,
because times are told as distances); one thread makes an answer while the others wait for it; no more are kept than
`at_most`, whatever addresses are asked for.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Place(Generic[T]):
    lock: Lock = field(default_factory=Lock)
    stamp: Hashable = None
    kept: T | None = None


class Shelf(Generic[T]):
    """Values by key, each with the stamp under which it was made."""

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        self._places: OrderedDict[Hashable, _Place[T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, stamp: Hashable, make: Callable[[], T]) -> T:
        """The value that was made under this stamp, made now if there is none. What `make` raises is not kept."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self.at_most:
                self._places.popitem(last=False)
        with place.lock:
            if place.kept is None or place.stamp != stamp:
                place.kept, place.stamp = make(), stamp
            return place.kept
