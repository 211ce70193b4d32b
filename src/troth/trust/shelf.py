"""What was made once, kept by each process until it may say something else.

Guarantees: a value is given out only while it is said to be fresh; one thread makes it while the others wait for it; no
more are kept than `at_most`, whatever addresses are asked for.
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
    kept: T | None = None


class Shelf(Generic[T]):
    """Values by key."""

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        self._places: OrderedDict[Hashable, _Place[T]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._places)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._places.clear()

    def get(self, key: Hashable, fresh: Callable[[T], bool], make: Callable[[], T]) -> T:
        """The value that is kept, if it is fresh; else one made now. What `make` raises is not kept."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self.at_most:
                self._places.popitem(last=False)
        with place.lock:
            if place.kept is None or not fresh(place.kept):
                place.kept = make()
            return place.kept
