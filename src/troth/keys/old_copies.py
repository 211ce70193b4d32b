"""An old copy of the path to one key, and what of it opens with everything that exists now.

Whoever took a copy of the database yesterday has these rows. Once the key is erased, no root in any key place, and no
key that lives today, may lead through them to it (A-4b, X-7b): the walk tries all of them, not only those that fit.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from troth.keys import cache, roots, rows, wraps
from troth.keys.cache import customer_context, directory_context, page_context
from troth.keys.errors import CannotOpen, KeyPlaceDown, KeysReadable
from troth.keys.pages import SLOTS, Directory, Page
from troth.keys.places import configured
from troth.keys.sealing import unseal

_CUSTOMER = "select epoch, version, sealed from keys_customer where customer_id = %s"
_DIRECTORY = "select version, sealed from keys_directory where customer_id = %s"
_PAGE = "select version, sealed from keys_page where customer_id = %s and page = %s"


@dataclass(frozen=True, slots=True, repr=False)
class OldCopy:
    """The rows that lead from a root to one slot, as any copy of the database holds them: sealed, each one."""

    customer_id: UUID
    page: int
    slot: int
    epoch: int
    customer_version: int
    customer: bytes
    directory_version: int
    directory: bytes
    page_version: int
    sealed_page: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Reach:
    """Every root that the key places hold, opened, and how many places could not be looked into."""

    roots: frozenset[bytes]
    unseen: int


def take(customer_id: UUID, page: int, slot: int, *, using: str = "default") -> OldCopy | None:
    """Copy the path, within the customer; None when a part of it is gone."""
    customer = rows.fetch(using, _CUSTOMER, [customer_id])
    directory = rows.fetch(using, _DIRECTORY, [customer_id])
    found = rows.fetch(using, _PAGE, [customer_id, page])
    if not (customer and directory and found):
        return None
    (epoch, version, sealed), (directory_version, sealed_directory) = customer[0], directory[0]
    return OldCopy(
        customer_id,
        page,
        slot,
        epoch,
        version,
        bytes(sealed),
        directory_version,
        bytes(sealed_directory),
        found[0][0],
        bytes(found[0][1]),
    )


def reach() -> Reach:
    """Open every root file of every key place with the custodian, whatever its epoch."""
    found: set[bytes] = set()
    unseen = 0
    for place in configured():
        try:
            for name in place.names():
                epoch = roots.epoch_of(name)
                if epoch is not None:
                    with suppress(*roots.UNSOUND):
                        file = roots.decode(place.read(name))
                        found.add(wraps.unwrap_by(cache.custodian(), file.custodian, roots.place_of(file.epoch)))
        except (KeyPlaceDown, KeysReadable):
            unseen += 1
    return Reach(frozenset(found), unseen)


def candidates(old: OldCopy, now: OldCopy | None, reached: Reach) -> set[bytes]:
    """Every key that the old rows, or those of now, yield to any root in reach: what an intruder could try.

    Keys of now are tried on old rows too, and all of a living page's slots are handed out, not the one asked for alone.
    """
    copies = [old, *([now] if now is not None else [])]
    customer_keys = _opened(
        ((copy.customer, customer_context(copy.customer_id, copy.epoch, copy.customer_version)) for copy in copies),
        reached.roots,
    )
    directories = _opened(
        ((copy.directory, directory_context(copy.customer_id, copy.directory_version)) for copy in copies),
        customer_keys,
    )
    page_keys = {key for plain in directories for key in Directory.decode(plain).page_keys}
    pages = _opened(
        ((copy.sealed_page, page_context(copy.customer_id, copy.page, copy.page_version)) for copy in copies),
        page_keys | customer_keys | reached.roots,
    )
    found = {key for plain in pages for slot in range(SLOTS) if (key := Page(plain).key(slot)) is not None}
    return found | page_keys | customer_keys | reached.roots


def opens(sealed: bytes, where: bytes, keys: Iterable[bytes]) -> bool:
    """Whether any of these keys opens a sealed value."""
    return bool(_opened([(sealed, where)], keys))


def _opened(sealed: Iterable[tuple[bytes, bytes]], keys: Iterable[bytes]) -> set[bytes]:
    tried: Sequence[bytes] = list(keys)
    found: set[bytes] = set()
    for value, where in sealed:
        for key in tried:
            with suppress(CannotOpen):
                found.add(unseal(key, value, where))
                break
    return found
