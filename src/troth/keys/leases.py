"""Slots for new subjects and files: pages are leased whole to a process, which hands their slots out one by one.

Guarantees: a slot is handed out once at most, whatever fails; a slot whose user rolled back is lost, never reused; a
leased page is committed before its first slot leaves, except in the transaction that made the customer itself.
"""

from typing import Any, Final
from uuid import UUID

from django.db import connections, transaction

from troth.kernel import wall
from troth.keys import cache, locks, rows, workers
from troth.keys.cache import customer_context, directory_context, page_context
from troth.keys.errors import CustomerKeysGone, KeysError, KeysMoved
from troth.keys.pages import SLOTS, Directory, Page
from troth.keys.sealing import new_key, seal, unseal
from troth.keys.slots import POOL, LeasedPage, Slot, serve

_CUSTOMER: Final = "select epoch, version, sealed from keys_customer where customer_id = %s"
_DIRECTORY: Final = "select version, sealed from keys_directory where customer_id = %s for update"
_WRITE: Final = (
    "update keys_directory set version = version + 1, written = pg_current_xact_id()::text::int8, sealed = %b "
    "where customer_id = %s and version = %s"
)
_INSERT: Final = (
    "insert into keys_page (customer_id, page, version, sealed) "
    "select %s, page, 1, sealed from unnest(%b::int8[], %b::bytea[]) as new (page, sealed)"
)


def lease(customer_id: UUID, n: int, *, ahead: int = 0, using: str = "default") -> list[Slot]:
    """Take `n` fresh slots, inside `within(customer_id)`; what the process holds comes first.

    Where pages must be made, they are made for `ahead` more slots too, which the process then holds: who will ask
    again soon saves a transaction, with its wait for the disk, each time.
    """
    if wall.standing(using) != customer_id:
        raise wall.WallBreach(why="keys are leased inside their customer's transaction only")
    workers.ensure(using)
    slots = _held(customer_id, n, using)
    short = n - len(slots)
    if short <= 0:
        return slots
    count = -(-(short + ahead) // SLOTS)
    if locks.holds_writers(using):
        # This transaction made the customer, which no other connection sees yet; and an epoch that waits for it
        # would keep the other connection waiting in turn.
        leased = _new_pages(customer_id, count, using)
        slots += serve(leased, short)
        transaction.on_commit(lambda: POOL.put(customer_id, leased), using=using)
        return slots
    if connections["aside"].in_atomic_block:
        raise wall.WallBreach(why="a lease needs a transaction of its own, and one is open")
    with wall.within(customer_id, using="aside"):
        leased = _new_pages(customer_id, count, "aside")
    slots += serve(leased, short)
    POOL.put(customer_id, leased)
    return slots


def _held(customer_id: UUID, n: int, using: str) -> list[Slot]:
    """Slots that the process holds; after an epoch, only once the customer's keys were seen to be alive."""
    if not POOL.holds(customer_id):
        return []
    if POOL.doubts(customer_id, cache.seen_epoch()) and not rows.fetch(using, _CUSTOMER, [customer_id]):
        POOL.forget(customer_id)
        raise CustomerKeysGone
    return POOL.take(customer_id, n)


def _new_pages(customer_id: UUID, count: int, using: str) -> list[LeasedPage]:
    """Make pages: the epoch kept away, the customer's key row locked, the directory compared and set."""
    locks.share_writers(using)
    locked = rows.fetch(using, _DIRECTORY, [customer_id])
    found = rows.fetch(using, _CUSTOMER, [customer_id])
    if not locked or not found:
        raise CustomerKeysGone
    before, sealed_directory = locked[0]
    epoch, version, sealed = found[0]
    root = cache.at(epoch).root()
    if root.epoch != epoch:
        raise KeysMoved
    key = unseal(root.key, sealed, customer_context(customer_id, epoch, version))
    directory = Directory.decode(unseal(key, sealed_directory, directory_context(customer_id, before)))
    first = len(directory.page_keys)
    leased = [LeasedPage(number=first + at, page=Page.new()) for at in range(count)]
    keys = [new_key() for _ in leased]
    after = seal(key, directory.extended(keys).encode(), directory_context(customer_id, before + 1))
    if rows.execute(using, _WRITE, [after, customer_id, before]) != 1:
        raise KeysError  # the row is locked: only somebody who wrote around the lock can cause this
    pages: list[Any] = [
        seal(page_key, new.page.encode(), page_context(customer_id, new.number, 1))
        for page_key, new in zip(keys, leased, strict=True)
    ]
    rows.execute(using, _INSERT, [customer_id, [new.number for new in leased], pages])
    return leased
