"""Somebody with an old copy of the database and every key that exists now: what can they open?

The search does not follow the tree: each sealed value of the copy is tried with every key known so far, of whatever
kind, until nothing new opens.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.keys import second_reader as reader

Row = tuple[str, UUID, int, int, int, bytes]
"""Table (c, d, p), customer, page, epoch, version, sealed."""


@dataclass
class Adversary:
    """Keys by value, and what they opened."""

    keys: set[bytes] = field(default_factory=set)
    path: set[bytes] = field(default_factory=set)
    """Those of `keys` that open other keys: customers' and pages'."""
    opened: set[tuple[Any, ...]] = field(default_factory=set)

    def take_places(
        self, places: Iterable[Path], custodian: Path, sheets: Iterable[str], customers: Iterable[UUID]
    ) -> None:
        """Every root of every place, by the custodian and by the kit; both keys themselves; the snapshots' rows.

        Of other tests' customers nothing is tried: everything with everything takes long.
        """
        wanted = {customer.bytes for customer in customers}
        self.keys.add(reader.custodian_key(custodian))
        parts = {found[3]: found[4] for found in map(reader.share, sheets)}
        private = X25519PrivateKey.from_private_bytes(reader.combine(parts))
        self.keys.add(private.private_bytes_raw())
        for place in places:
            for file in reader.root_files(place):
                by_custodian = reader.root_by_custodian(file, reader.custodian_key(custodian))
                by_kit = reader.root_by_kit(file, private)
                assert by_custodian is not None
                assert by_custodian == by_kit
                self.keys.add(by_custodian)
                rows = reader.snapshot_rows(place, by_custodian, file["epoch"])
                assert rows is not None
                self.search([(t, UUID(bytes=c), p, e, v, s) for t, c, p, e, v, s in rows if c in wanted])

    def search(self, rows: Iterable[Row]) -> None:
        """Open all that opens, with all that is known, until nothing new comes."""
        left = set(rows)
        new = True
        while new:
            new = False
            for row in sorted(left):
                plain = self._try(row)
                if plain is not None:
                    left.discard(row)
                    self.opened.add(row[:5])
                    before = len(self.keys)
                    inside = _inside(row[0], plain)
                    self.keys |= inside
                    self.path |= inside if row[0] != "p" else set()
                    new = new or len(self.keys) > before

    def opens(self, sealed: bytes, where: bytes) -> bytes | None:
        """Try every known key on a record."""
        return next((found for key in self.keys if (found := reader.unseal(key, sealed, where)) is not None), None)

    def _try(self, row: Row) -> bytes | None:
        table, customer, page, epoch, version, sealed = row
        where = {
            "c": reader.context("customer", customer, epoch, version),
            "d": reader.context("directory", customer, version),
            "p": reader.context("page", customer, page, version),
        }[table]
        return self.opens(sealed, where)


def _inside(table: str, plain: bytes) -> set[bytes]:
    if table == "c":
        return {plain}
    if table == "d":
        stable, pages = reader.page_keys(plain)
        return {stable, *pages}
    return set(reader.slot_keys(plain).values())
