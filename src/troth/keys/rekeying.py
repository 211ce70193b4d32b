"""The one database transaction of an epoch: drop keys, renew every key on their path, move all to the new root."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from troth.keys import rows
from troth.keys.cache import customer_context, directory_context, page_context
from troth.keys.errors import CannotOpen, UnknownSlot
from troth.keys.pages import SLOTS, Directory, Page
from troth.keys.roots import Root
from troth.keys.sealing import new_key, seal, unseal

_BATCH_PAGES: Final = 256
_BATCH_CUSTOMERS: Final = 5000
_PATH: Final = (
    "select c.epoch, c.version, c.sealed, d.version, d.sealed "
    "from keys_customer c join keys_directory d using (customer_id) where c.customer_id = %s"
)
_PAGES: Final = "select page, version, sealed from keys_page where customer_id = %s and page = any(%s) order by page"
_WRITE_PAGES: Final = (
    "update keys_page p set version = n.version, written = pg_current_xact_id()::text::int8, sealed = n.sealed "
    "from unnest(%b::int8[], %b::int8[], %b::bytea[]) as n (page, version, sealed) "
    "where p.customer_id = %s and p.page = n.page and p.version = n.version - 1"
)
_WRITE_DIRECTORY: Final = (
    "update keys_directory set version = %s, written = pg_current_xact_id()::text::int8, sealed = %b "
    "where customer_id = %s and version = %s"
)
_WRITE_CUSTOMERS: Final = (
    "update keys_customer c set epoch = %s, version = n.version, sealed = n.sealed "
    "from unnest(%b::uuid[], %b::int8[], %b::bytea[]) as n (customer_id, version, sealed) "
    "where c.customer_id = n.customer_id and c.version = n.version - 1"
)

Slots = Set[tuple[int, int]]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Drops:
    """What an epoch destroys: slots by customer, and customers with all their keys."""

    slots: Mapping[UUID, Slots] = field(default_factory=dict)
    customers: Set[UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.customers) or any(self.slots.values())


@dataclass(slots=True)
class _Path:
    """One customer's opened key and directory."""

    customer_id: UUID
    key: bytes = field(repr=False)
    version: int
    directory: Directory
    directory_version: int


def outstanding(using: str, root: Root, drops: Drops) -> Drops:
    """The part of the drops that is not yet done. Raises `UnknownSlot` for a slot that no page holds."""
    found = rows.fetch(
        using, "select customer_id from keys_customer where customer_id = any(%s)", [list(drops.customers)]
    )
    slots: dict[UUID, Slots] = {}
    for customer_id, wanted in drops.slots.items():
        path = None if customer_id in drops.customers else _open_path(using, root, customer_id)
        if path is None or not wanted:
            continue
        left: set[tuple[int, int]] = set()
        by_page = _by_page(wanted)
        for page, _, opened in _open_pages(using, path, by_page):
            left |= {(page, slot) for slot in by_page[page] if not opened.is_erased(slot)}
        if left:
            slots[customer_id] = left
    return Drops(slots=slots, customers={row[0] for row in found})


def apply(using: str, old: Root, new: Root, drops: Drops) -> None:
    """Carry the drops out and move every customer under the new root. In the caller's transaction."""
    gone = list(drops.customers)
    for table in ("keys_page", "keys_directory", "keys_customer"):
        rows.execute(using, f"delete from {table} where customer_id = any(%s)", [gone])
    renewed: list[tuple[UUID, int, bytes]] = []
    for customer_id in sorted(drops.slots):
        path = _open_path(using, old, customer_id)
        if path is not None:
            key = new_key()
            _renew(using, path, key, _by_page(drops.slots[customer_id]))
            renewed.append((customer_id, path.version, key))
    done = [customer_id for customer_id, _, _ in renewed]
    others = rows.fetch(
        using, "select customer_id, epoch, version, sealed from keys_customer where customer_id <> all(%s)", [done]
    )
    _move(using, new, (*renewed, *_opened(old, others)))


def _renew(using: str, path: _Path, key: bytes, drops: Mapping[int, Set[int]]) -> None:
    """New values for the pages that lose a slot, and a directory that lists them, under the customer's new key."""
    page_keys: dict[int, bytes] = {}
    for chunk in _chunks(_open_pages(using, path, drops), _BATCH_PAGES):
        numbers, versions, sealed = [], [], []
        for page, version, opened in chunk:
            page_keys[page] = new_key()
            numbers.append(page)
            versions.append(version + 1)
            plain = opened.without(drops[page]).encode()
            sealed.append(seal(page_keys[page], plain, page_context(path.customer_id, page, version + 1)))
        _require(rows.execute(using, _WRITE_PAGES, [numbers, versions, sealed, path.customer_id]), len(chunk))
    version = path.directory_version + 1
    plain = path.directory.rekeyed(page_keys).encode()
    directory = seal(key, plain, directory_context(path.customer_id, version))
    _require(rows.execute(using, _WRITE_DIRECTORY, [version, directory, path.customer_id, version - 1]), 1)


def _move(using: str, new: Root, customers: Iterable[tuple[UUID, int, bytes]]) -> None:
    for chunk in _chunks(iter(customers), _BATCH_CUSTOMERS):
        ids = [customer_id for customer_id, _, _ in chunk]
        versions = [version + 1 for _, version, _ in chunk]
        sealed = [
            seal(new.key, key, customer_context(customer_id, new.epoch, version + 1))
            for customer_id, version, key in chunk
        ]
        _require(rows.execute(using, _WRITE_CUSTOMERS, [new.epoch, ids, versions, sealed]), len(chunk))


def _opened(old: Root, found: Sequence[tuple[Any, ...]]) -> Iterator[tuple[UUID, int, bytes]]:
    for customer_id, epoch, version, sealed in found:
        # A customer under any other root is damage: unsealing says so, and the epoch does not move.
        yield customer_id, version, unseal(old.key, sealed, customer_context(customer_id, epoch, version))


def _open_path(using: str, root: Root, customer_id: UUID) -> _Path | None:
    found = rows.fetch(using, _PATH, [customer_id])
    if not found:
        return None
    epoch, version, sealed, directory_version, directory = found[0]
    key = unseal(root.key, sealed, customer_context(customer_id, epoch, version))
    plain = unseal(key, directory, directory_context(customer_id, directory_version))
    return _Path(customer_id, key, version, Directory.decode(plain), directory_version)


def _open_pages(using: str, path: _Path, wanted: Mapping[int, Set[int]]) -> Iterator[tuple[int, int, Page]]:
    """The wanted pages that still exist, opened; in batches, so that memory stays bounded."""
    living = [page for page in sorted(wanted) if path.directory.page_key(page) is not None]
    for chunk in _chunks(iter(living), _BATCH_PAGES):
        found = rows.fetch(using, _PAGES, [path.customer_id, chunk])
        _require(len(found), len(chunk))
        for page, version, sealed in found:
            key = path.directory.page_key(page) or b""
            yield page, version, Page(unseal(key, sealed, page_context(path.customer_id, page, version)))


def _by_page(slots: Slots) -> dict[int, set[int]]:
    pages: dict[int, set[int]] = {}
    for page, slot in slots:
        if not 0 <= slot < SLOTS:
            raise UnknownSlot(page=page, slot=slot)
        pages.setdefault(page, set()).add(slot)
    return pages


def _chunks(items: Iterator[_T], size: int) -> Iterator[list[_T]]:
    while chunk := list(islice(items, size)):
        yield chunk


def _require(touched: int, wanted: int) -> None:
    # Everybody else who writes keys is kept away: another number means that somebody wrote around the lock.
    if touched != wanted:
        raise CannotOpen(what=f"{touched} of {wanted} key rows were as expected")
