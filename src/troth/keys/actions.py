"""What writes keys on behalf of other domains: a customer's first keys, and slots."""

from uuid import UUID

from troth.kernel import wall
from troth.keys import cache, locks, rows
from troth.keys.cache import customer_context, directory_context
from troth.keys.errors import KeysMoved, NotBegun
from troth.keys.leases import lease
from troth.keys.pages import Directory
from troth.keys.sealing import new_key, seal
from troth.keys.slots import Slot

__all__ = ["Slot", "create_customer", "lease"]


def create_customer(customer_id: UUID, *, using: str = "default") -> None:
    """Make a customer's key and empty directory, inside `within(customer_id)`, in the caller's transaction.

    The writers' lock is taken before the epoch is read and held until the commit: a customer that is made while an
    epoch moves comes either before it, and is taken along, or after it, under the new root.
    """
    if wall.standing(using) != customer_id:
        raise wall.WallBreach(why="a customer's keys are made inside its own transaction only")
    locks.share_writers(using)
    epoch = cache.current_epoch(using)
    if not epoch:
        raise NotBegun
    root = cache.at(epoch).root()
    if root.epoch != epoch:
        raise KeysMoved
    key = new_key()
    rows.execute(
        using,
        "insert into keys_customer (customer_id, epoch, version, sealed) values (%s, %s, 1, %b)",
        [customer_id, epoch, seal(root.key, key, customer_context(customer_id, epoch, 1))],
    )
    rows.execute(
        using,
        "insert into keys_directory (customer_id, version, sealed) values (%s, 1, %b)",
        [customer_id, seal(key, Directory.new().encode(), directory_context(customer_id, 1))],
    )
