"""The ring: one customer's keys, for one transaction, checked against the epoch that this transaction sees.

Guarantees: inside `within(customer_id)` only; a key that was erased is never handed out in a transaction that began
after its epoch; a ring that outlives an epoch (a long import) goes on with the new one.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from troth.kernel import wall
from troth.keys import cache, workers
from troth.keys.cache import ATTEMPTS, Generation, Tree, open_pages, open_tree, stable_key
from troth.keys.errors import CannotOpen, KeyErased, KeysMoved, NotBegun, UnknownSlot
from troth.keys.pages import SLOTS, Page


class Ring:
    """One customer's keys. Make it with `ring`."""

    __slots__ = ("_customer_id", "_epoch", "_using")

    def __init__(self, customer_id: UUID, epoch: int, using: str) -> None:
        self._customer_id, self._epoch, self._using = customer_id, epoch, using

    def __repr__(self) -> str:
        return f"Ring({self._customer_id}, epoch={self._epoch})"

    @property
    def epoch(self) -> int:
        """The epoch that the transaction saw."""
        return self._epoch

    def key(self, page: int, slot: int) -> bytes:
        """One key; raises `KeyErased` when it was destroyed."""
        found = self.keys([(page, slot)])[0]
        if found is None:
            raise KeyErased
        return found

    def keys(self, slots: Sequence[tuple[int, int]]) -> list[bytes | None]:
        """Many keys, in the order asked for; None for each that was destroyed."""
        doubt: CannotOpen | UnknownSlot | None = None
        for _ in range(ATTEMPTS):
            generation, tree = self._tree(anew=doubt is not None)
            try:
                pages = self._pages(generation, tree, {page for page, _ in slots})
            except (CannotOpen, UnknownSlot) as error:
                # The directory in memory may be older than the pages: look again before believing it.
                doubt = error
                self._epoch = max(self._epoch, cache.current_epoch(self._using))
                continue
            with generation.lock:
                # Under the lock, so that no page is overwritten while its keys are copied.
                if not generation.dead:
                    return [_pick(pages[page], slot) for page, slot in slots]
        raise doubt or KeysMoved()

    def stable(self, name: str) -> bytes:
        """The customer's stable key of this name: the same in every epoch, until the customer's keys are destroyed."""
        _, tree = self._tree()
        found = tree.stable.get(name)
        if found is None:
            found = stable_key(tree.directory, self._customer_id, name)
            tree.stable[name] = found
        return found

    def _tree(self, *, anew: bool = False) -> tuple[Generation, Tree]:
        generation = cache.at(self._epoch)
        tree = None if anew else generation.tree(self._customer_id)
        return (generation, tree) if tree is not None else open_tree(generation, self._customer_id, self._using)

    def _pages(self, generation: Generation, tree: Tree, wanted: Iterable[int]) -> dict[int, Page | None]:
        with generation.lock:
            pages: dict[int, Page | None] = {page: tree.pages.get(page) for page in wanted}
        missing = [page for page, found in pages.items() if found is None]
        # A page that its directory lists as gone stays None: all its keys were destroyed.
        to_open = [page for page in missing if tree.directory.page_key(page) is not None]
        if to_open:
            opened = open_pages(tree, to_open, self._using)
            if len(opened) != len(to_open):
                raise CannotOpen(what="a page that its directory lists is not there")
            generation.keep_pages(tree, opened)
            pages.update(opened)
        return pages


def _pick(page: Page | None, slot: int) -> bytes | None:
    if not 0 <= slot < SLOTS:
        raise UnknownSlot(page="any", slot=slot)
    return None if page is None else page.key(slot)


def ring(customer_id: UUID, *, epoch: int | None = None, using: str = "default") -> Ring:
    """The customer's keys, inside `within(customer_id)`.

    `epoch` spares the check when the caller read it in this very transaction (`EPOCH_SQL`).
    """
    if wall.standing(using) != customer_id:
        raise wall.WallBreach(why="keys are handed out inside their customer's transaction only")
    workers.ensure(using)
    seen = cache.current_epoch(using) if epoch is None else epoch
    if not seen:
        raise NotBegun
    return Ring(customer_id, seen, using)
