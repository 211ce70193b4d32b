"""The promise itself: an old copy of the database and all keys of today open everything but what was erased.

A byte copy of the whole data folder (heap with its dead tuples, and WAL) is taken while the server runs, as a backup
would; the erasure comes after it. The copy is then started as a server of its own, and the adversary walks its tables.
"""

import dataclasses
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.keys.adversary import Adversary
from tests.keys.world import BY, a_customer, admin, key_rows
from troth.host import placement
from troth.host.postgres import Embedded
from troth.keys import epochs, sealing, upkeep
from troth.keys.custodian import FolderCustodian
from troth.keys.epochs import Drops
from troth.keys.places import configured
from troth.keys.roots import load
from troth.keys.slots import Slot
from troth.settings import CONFIG

Record = tuple[UUID, Slot, bytes]


def _where(customer_id: UUID, slot: Slot) -> bytes:
    return sealing.context("record", customer_id, slot.page, slot.slot)


def _records(customers: dict[UUID, list[Slot]]) -> list[Record]:
    """One sealed record for each slot, as the vault would store it."""
    return [
        (customer_id, slot, sealing.seal(slot.key, b"Ada Lovelace, ada@example.org", _where(customer_id, slot)))
        for customer_id, slots in customers.items()
        for slot in slots
    ]


def _byte_copy(into: Path) -> None:
    """Copy the data folder as an online backup does, with its WAL."""
    data = placement.of(CONFIG).data
    with admin(autocommit=True) as connection:
        connection.execute("select pg_backup_start('old copy', fast => true)")
        subprocess.run(["cp", "-a", str(data), str(into)], check=True)
        found = connection.execute("select labelfile from pg_backup_stop(wait_for_archive => false)").fetchone()
        shutil.rmtree(into / "pg_wal")
        subprocess.run(["cp", "-a", str(data / "pg_wal"), str(into / "pg_wal")], check=True)
    assert found is not None
    (into / "backup_label").write_text(found[0])
    shutil.chown(into / "backup_label", data.stat().st_uid, data.stat().st_gid)
    (into / "postmaster.pid").unlink()


@pytest.fixture
def old_home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="troth-old-"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def sheets(tmp_path: Path) -> list[str]:
    """The sheets of this installation's recovery kit."""
    upkeep.rotate_kit(tmp_path / "kit", threshold=3, shares=5)
    return [path.read_text() for path in (tmp_path / "kit").iterdir()]


def _everything_known(customers: dict[UUID, Any], sheets: list[str]) -> Adversary:
    """Every key that exists now: roots of all places, custodian, kit, snapshots, and the live tables."""
    adversary = Adversary()
    adversary.take_places(CONFIG.key_places, CONFIG.custodian, sheets[:3], customers)
    with admin() as connection:
        adversary.search(key_rows(connection, customers))
    return adversary


def _unopened(adversary: Adversary, records: list[Record]) -> list[Record]:
    return [record for record in records if adversary.opens(record[2], _where(record[0], record[1])) is None]


def _files_with(needles: set[bytes], folders: list[Path]) -> set[str]:
    """Files that hold any of these values as they are."""
    found = set()
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                found |= {str(path) for needle in needles if needle in content}
    return found


def test_an_old_copy_opens_everybody_but_the_erased(old_home: Path, sheets: list[str]) -> None:
    mine, slots = a_customer(3)
    theirs, other_slots = a_customer(2)
    destroyed, destroyed_slots = a_customer(2)
    customers = {mine: slots, theirs: other_slots, destroyed: destroyed_slots}
    records = _records(customers)
    erased = [record for record in records if record[1] is slots[1] or record[0] == destroyed]

    _byte_copy(old_home / "postgres")
    # The counter-test: before the erasure the same adversary opens all of it, so that the end of this test can fail.
    before = _everything_known(customers, sheets)
    assert _unopened(before, records) == []
    old_root = load(epochs.current().number, configured(), FolderCustodian(CONFIG.custodian))

    epochs.advance(
        Drops(slots={mine: {(slots[1].page, slots[1].slot)}}, customers={destroyed}),
        by=BY,
    )

    server = Embedded(dataclasses.replace(CONFIG, home=old_home), admin=True)
    server.start()
    try:
        with admin(host=str(server.place.socket)) as connection:
            old_rows = key_rows(connection, customers)
    finally:
        server.stop()
    assert {row[1] for row in old_rows} == set(customers)

    after = _everything_known(customers, sheets)
    after.search(old_rows)
    assert _unopened(after, records) == erased
    # Nor does the old path of the erased lie anywhere as it is: slot key, page key, customer key, root.
    dead = {old_root.key, slots[1].key, *(slot.key for slot in destroyed_slots), *(before.path - after.path)}
    assert len(dead) >= 8  # with both customers' keys, their pages' and the stable secret of the destroyed one
    assert not dead & after.keys
    places = [*CONFIG.key_places, CONFIG.custodian]
    assert _files_with(dead, [placement.of(CONFIG).data, old_home, *places]) == set()


def test_everybody_else_still_opens_from_the_old_copy(sheets: list[str]) -> None:
    """An old copy stays useful: rows of it, with the keys of today, open all that was not erased."""
    mine, slots = a_customer(300)
    records = _records({mine: slots})
    epochs.advance(Drops(slots={mine: {(slots[0].page, slots[0].slot)}}), by=BY)
    after = _everything_known({mine: slots}, sheets)
    assert _unopened(after, records) == [records[0]]
