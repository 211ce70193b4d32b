"""The slots that this process has leased and not yet handed out. Memory only: when the process ends, they are lost."""

import os
import threading
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from troth.keys.pages import SLOTS, Page


class Slot(NamedTuple):
    """A key that nobody has used yet. Store `page` and `slot`; `ring.key(page, slot)` gives the key again."""

    page: int
    slot: int
    key: bytes

    def __repr__(self) -> str:
        return f"Slot(page={self.page}, slot={self.slot})"


@dataclass(slots=True)
class LeasedPage:
    """What is left of a page that was leased whole to this process."""

    number: int
    page: Page
    next: int = 0

    def take(self, n: int) -> list[Slot]:
        """Up to `n` slots, each once."""
        last = min(self.next + n, SLOTS)
        keys = self.page.fresh_keys(self.next, last)
        taken = [Slot(self.number, slot, key) for slot, key in enumerate(keys, self.next)]
        self.next = last
        return taken


def serve(pages: list[LeasedPage], n: int) -> list[Slot]:
    """Up to `n` slots from these pages."""
    slots: list[Slot] = []
    for page in pages:
        if len(slots) == n:
            break
        slots += page.take(n - len(slots))
    return slots


class Pool:
    """Leased pages by customer, for one process: a forked child starts empty, or two would hand out the same slot."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[UUID, list[LeasedPage]] = {}
        self._verified: dict[UUID, int] = {}
        self._pid = os.getpid()

    def take(self, customer_id: UUID, n: int) -> list[Slot]:
        """Up to `n` slots of what is held."""
        with self._lock:
            held = self._held().get(customer_id, [])
            slots = serve(held, n)
            self._keep(customer_id, held)
            return slots

    def put(self, customer_id: UUID, pages: list[LeasedPage]) -> None:
        """Hold the rest of freshly leased pages."""
        with self._lock:
            self._keep(customer_id, self._held().get(customer_id, []) + pages)

    def holds(self, customer_id: UUID) -> bool:
        """Whether a slot of this customer is left."""
        with self._lock:
            return customer_id in self._held()

    def doubts(self, customer_id: UUID, epoch: int) -> bool:
        """True once per epoch: the customer's keys may have been destroyed in it."""
        with self._lock:
            doubtful = self._verified.get(customer_id) != epoch
            self._verified[customer_id] = epoch
            return doubtful

    def forget(self, customer_id: UUID | None = None) -> None:
        """Give up what is held for a customer, or everything."""
        with self._lock:
            if customer_id is None:
                self._pages.clear()
            else:
                self._pages.pop(customer_id, None)
            self._verified.clear()

    def _held(self) -> dict[UUID, list[LeasedPage]]:
        if self._pid != os.getpid():
            self._pages.clear()
            self._pid = os.getpid()
        return self._pages

    def _keep(self, customer_id: UUID, pages: list[LeasedPage]) -> None:
        left = [page for page in pages if page.next < SLOTS]
        if left:
            self._pages[customer_id] = left
        else:
            self._pages.pop(customer_id, None)


POOL = Pool()
"""This process's own."""
