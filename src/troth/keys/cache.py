"""Opened keys in this process's memory, all of one epoch: they fall together when the epoch moves.

Guarantees: nothing opened under an older epoch is handed out once a newer one was seen; dropped pages are
overwritten, and a reader that was about to use one loads it anew instead of reading zeros.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from troth.keys import roots, rows
from troth.keys.custodian import Custodian, FolderCustodian
from troth.keys.errors import CannotOpen, CustomerKeysGone, KeysMissing, KeysMoved
from troth.keys.pages import Directory, Page
from troth.keys.places import configured
from troth.keys.roots import Root
from troth.keys.sealing import context, derive, unseal
from troth.keys.terms import TERMS, KeyTerms

_TREE: Final = (
    "select c.epoch, c.version, c.sealed, d.version, d.sealed "
    "from keys_customer c join keys_directory d using (customer_id) where c.customer_id = %s"
)
_PAGES: Final = "select page, version, sealed from keys_page where customer_id = %s and page = any(%s)"
EPOCH: Final = "select max(epoch) from keys_epoch"
"""The epoch check: one tiny statement. A caller may send it in a pipeline of its own and hand the number to `ring`."""
ATTEMPTS: Final = 4


@dataclass(slots=True)
class Tree:
    """One customer's opened part of the key tree."""

    customer_id: UUID
    directory: Directory
    pages: dict[int, Page] = field(default_factory=dict)
    stable: dict[str, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Tree({self.customer_id})"


class Generation:
    """What is opened under one epoch. Dead once a newer epoch was seen."""

    def __init__(self, epoch: int, terms: KeyTerms = TERMS) -> None:
        self.epoch = epoch
        self.dead = False
        self.lock = threading.Lock()
        self._terms = terms
        self._root: Root | None = None
        self._trees: OrderedDict[UUID, Tree] = OrderedDict()
        self._pages = 0

    def __repr__(self) -> str:
        return f"Generation(epoch={self.epoch})"

    def root(self) -> Root:
        """The epoch's root, read from the key places once."""
        root = self._root
        if root is None:
            root = roots.load(self.epoch, configured(), custodian())
            with self.lock:
                if self.dead:
                    raise KeysMoved
                self._root = root
        return root

    def tree(self, customer_id: UUID) -> Tree | None:
        """The customer's tree if it is open."""
        with self.lock:
            tree = self._trees.get(customer_id)
            if tree is not None:
                self._trees.move_to_end(customer_id)
            return tree

    def keep(self, tree: Tree) -> None:
        """Remember a tree that was just opened."""
        with self.lock:
            if not self.dead:
                before = self._trees.pop(tree.customer_id, None)
                self._pages -= len(before.pages) if before else 0
                self._trees[tree.customer_id] = tree

    def keep_pages(self, tree: Tree, pages: dict[int, Page]) -> None:
        """Remember pages that were just opened; the least recently used customers' pages give way."""
        with self.lock:
            if self.dead or self._trees.get(tree.customer_id) is not tree:
                return
            self._pages += len(pages.keys() - tree.pages.keys())
            tree.pages.update(pages)
            for other in self._trees.values():
                while self._pages > self._terms.cached_pages and other.pages:
                    other.pages.pop(next(iter(other.pages)))
                    self._pages -= 1

    def drop(self) -> None:
        """Overwrite and forget everything."""
        with self.lock:
            self.dead = True
            self._root = None
            for tree in self._trees.values():
                for page in tree.pages.values():
                    page.wipe()
                tree.pages.clear()
                tree.stable.clear()
            self._trees.clear()


_current = Generation(0)
_change = threading.Lock()


def custodian() -> Custodian:
    """The custodian that the settings name."""
    from django.conf import settings  # noqa: PLC0415 - so that the pure parts run without Django

    return FolderCustodian(settings.TROTH_CUSTODIAN)


def at(epoch: int) -> Generation:
    """The generation to use for a transaction that saw this epoch: never one older than any epoch seen before."""
    global _current  # noqa: PLW0603 - the process has one cache
    generation = _current
    if generation.epoch < epoch or generation.dead:
        with _change:
            if _current.epoch < epoch or _current.dead:
                _current.drop()
                _current = Generation(max(epoch, _current.epoch))
            generation = _current
    return generation


def seen_epoch() -> int:
    """The newest epoch that this process has seen."""
    return _current.epoch


def forget() -> None:
    """Drop everything that is open in this process."""
    _current.drop()


def current_epoch(using: str) -> int:
    """The epoch as this transaction sees it; 0 before the first start."""
    return int(rows.fetch(using, EPOCH)[0][0] or 0)


def open_tree(generation: Generation, customer_id: UUID, using: str) -> tuple[Generation, Tree]:
    """Open a customer's directory from the database, under the epoch that its row says."""
    for _ in range(ATTEMPTS):
        found = rows.fetch(using, _TREE, [customer_id])
        if not found:
            raise CustomerKeysGone
        epoch, version, sealed, directory_version, directory = found[0]
        generation = at(epoch)
        if generation.epoch > epoch:
            continue  # this row is of a snapshot older than what this process has seen
        try:
            root = generation.root()
        except (KeysMissing, KeysMoved):
            continue  # an epoch came between the row and the root: the next look sees it
        key = unseal(root.key, sealed, customer_context(customer_id, epoch, version))
        plain = unseal(key, directory, directory_context(customer_id, directory_version))
        tree = Tree(customer_id=customer_id, directory=Directory.decode(plain))
        generation.keep(tree)
        return generation, tree
    generation.root()  # says which root is missing, if that is why
    raise KeysMoved


def open_pages(tree: Tree, wanted: Sequence[int], using: str) -> dict[int, Page]:
    """Open pages from the database; raises `CannotOpen` when the directory is older or newer than a page."""
    opened: dict[int, Page] = {}
    rows_found: list[tuple[Any, ...]] = rows.fetch(using, _PAGES, [tree.customer_id, list(wanted)])
    for number, version, sealed in rows_found:
        key = tree.directory.page_key(number)
        if key is None:
            raise CannotOpen(what="a page that its directory says is gone")
        opened[number] = Page(unseal(key, sealed, page_context(tree.customer_id, number, version)))
    return opened


def stable_key(directory: Directory, customer_id: UUID, name: str) -> bytes:
    """A customer's stable key of one name."""
    return derive(directory.stable, context("stable", customer_id, name))


def customer_context(customer_id: UUID, epoch: int, version: int) -> bytes:
    """Where a sealed customer key belongs."""
    return context("customer", customer_id, epoch, version)


def directory_context(customer_id: UUID, version: int) -> bytes:
    """Where a sealed directory belongs."""
    return context("directory", customer_id, version)


def page_context(customer_id: UUID, page: int, version: int) -> bytes:
    """Where a sealed page belongs."""
    return context("page", customer_id, page, version)
