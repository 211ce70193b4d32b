"""What a domain makes of terms, made once for each: resolved terms stay the same object until they change."""

from collections.abc import Callable
from typing import Generic, TypeVar

from troth.policy.terms import Terms

T = TypeVar("T")
_REMEMBERED = 1_024


class Made(Generic[T]):
    """Remembers what was made of which terms."""

    def __init__(self, make: Callable[[Terms], T]) -> None:
        self._make = make
        self._known: dict[int, tuple[Terms, T]] = {}

    def of(self, terms: Terms) -> T:
        """What is made of these terms. Each entry holds on to its terms, so that their id stays their own."""
        known = self._known.get(id(terms))
        if known is None or known[0] is not terms:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[id(terms)] = (terms, self._make(terms))
        return known[1]
