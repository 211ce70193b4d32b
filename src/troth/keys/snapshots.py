"""The key snapshot: the key tables of one epoch, in every key place, so that a restored database can be opened.

A manifest, sealed under the epoch's root, lists immutable segment files by their SHA-256 and the key of each. Rows in
a segment are sealed by the key tree already: an old segment opens nothing that was erased since, because the root, the
customer key and the page key that it needs are gone. So an epoch adds what changed, and the customers' keys; now and
then all is written anew. Format: docs/formats/keys.md.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from troth.keys import locks, rows
from troth.keys.errors import CannotOpen, UnknownFormat
from troth.keys.places import KeyPlace
from troth.keys.roots import Root
from troth.keys.rules import Rebase, rebase
from troth.keys.sealing import context, new_key, seal, unseal
from troth.keys.terms import TERMS, KeyTerms

_FORMAT: Final = "troth-key-snapshot/1"
_MANIFEST: Final = "manifest-"
_SEGMENT: Final = "segment-"

Row = tuple[str, bytes, int, int, int, bytes]
"""Table (c, d, p), customer, page (0 but for p), epoch of the root (0 but for c), version, sealed."""


class Segment(msgspec.Struct, frozen=True):
    """One segment file: its name is its SHA-256; `key` opens it."""

    sha256: str
    key: str
    bytes: int
    rows: int

    def __repr__(self) -> str:
        return f"Segment({self.sha256[:12]}…)"


class Ground(msgspec.Struct, frozen=True):
    """On which database a snapshot stands: rows written by its transactions from `horizon` on are not in it."""

    cluster: str
    lsn: int
    horizon: int


class Manifest(msgspec.Struct, frozen=True):
    """What a snapshot consists of. `customers` is complete; `full` and `deltas` merge by version."""

    format: str
    epoch: int
    made: datetime
    customers: tuple[Segment, ...]
    full: tuple[Segment, ...]
    deltas: tuple[Segment, ...]
    ground: Ground | None = None

    @property
    def segments(self) -> tuple[Segment, ...]:
        return (*self.customers, *self.full, *self.deltas)


def epochs(place: KeyPlace) -> frozenset[int]:
    """The epochs whose manifests a place holds."""
    tails = (name.removeprefix(_MANIFEST) for name in place.names() if name.startswith(_MANIFEST))
    return frozenset(int(tail) for tail in tails if tail.isdecimal())


def write(
    using: str,
    root: Root,
    before: Manifest | None,
    places: Sequence[KeyPlace],
    made: datetime,
    *,
    on_step: Callable[[str], None],
    terms: KeyTerms = TERMS,
    patience: int = 1,
) -> Manifest:
    """Write the snapshot of the root's epoch to every place, each file read back.

    Runs in one REPEATABLE READ transaction of the caller's, in whose first statement all rows are of one instant.
    """
    ground = stand_on(using)
    locks.resume_writers(using)
    kind = due(before, ground, terms, patience)
    since = before.ground.horizon if before is not None and before.ground is not None and kind == "delta" else 0
    customers = tuple(_store(_customers(using), places, terms))
    changed = tuple(_store(_changed(using, since), places, terms))
    manifest = Manifest(
        format=_FORMAT,
        epoch=root.epoch,
        made=made,
        customers=customers,
        full=changed if before is None or kind == "full" else before.full,
        deltas=(*before.deltas, *changed) if before is not None and kind == "delta" else (),
        ground=ground,
    )
    data = sealed(root, manifest)
    for place in places:
        _complete(manifest, place, places)
        place.write(f"{_MANIFEST}{root.epoch}", data)
        on_step("snapshot written")
    return manifest


def sealed(root: Root, manifest: Manifest) -> bytes:
    """A manifest's file."""
    return seal(root.key, msgspec.json.encode(manifest), context("snapshot", root.epoch))


def stand_on(using: str) -> Ground:
    """The database as this transaction sees it. With writers paused, the horizon is all that was ever begun."""
    horizon = "xmax" if locks.pauses_writers(using) else "xmin"
    found = rows.fetch(
        using,
        "select system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8), "
        f"(pg_current_wal_lsn() - '0/0')::int8, pg_snapshot_{horizon}(pg_current_snapshot())::text::int8 "
        "from pg_control_system()",
    )
    cluster, lsn, first = found[0]
    return Ground(cluster=cluster, lsn=lsn, horizon=first)


def due(before: Manifest | None, ground: Ground, terms: KeyTerms, patience: int = 1) -> Rebase:
    """Whether the next snapshot is a delta of the one before, or is written anew.

    Anew on another database than the last one stood on: another cluster or timeline, or one that went back.
    """
    if before is None or before.ground is None:
        return "full"
    if before.ground.cluster != ground.cluster or before.ground.lsn > ground.lsn:
        return "full"
    return rebase(_size(before.full), _size(before.deltas), len(before.deltas), terms, patience)


def unsaved_pages(using: str, manifest: Manifest) -> int:
    """How many pages were written since the snapshot."""
    since = manifest.ground.horizon if manifest.ground is not None else 0
    return int(rows.fetch(using, "select count(*) from keys_page where written >= %s", [since])[0][0])


def read(root: Root, place: KeyPlace) -> Manifest:
    """The manifest of the root's epoch in a place."""
    data = unseal(root.key, place.read(f"{_MANIFEST}{root.epoch}"), context("snapshot", root.epoch))
    found = msgspec.json.decode(data, type=Manifest)
    if found.format != _FORMAT or found.epoch != root.epoch:
        raise UnknownFormat(what="A key snapshot", why="format or epoch")
    return found


def contents(manifest: Manifest, place: KeyPlace) -> Iterator[Row]:
    """Every row of a snapshot, oldest first; a row may come again with a higher version."""
    for segment in manifest.segments:
        yield from load(segment, place)


def load(segment: Segment, place: KeyPlace) -> list[Row]:
    """One segment's rows; refuses a file that is not the one that the manifest lists."""
    data = place.read(f"{_SEGMENT}{segment.sha256}")
    if hashlib.sha256(data).hexdigest() != segment.sha256:
        raise CannotOpen(what="a snapshot segment whose digest differs")
    plain = unseal(base64.b64decode(segment.key), data, context("snapshot-segment"))
    return msgspec.msgpack.decode(plain, type=list[Row])


def tidy(manifest: Manifest, place: KeyPlace) -> None:
    """Remove manifests and segments that this snapshot does not need."""
    wanted = {f"{_SEGMENT}{segment.sha256}" for segment in manifest.segments} | {f"{_MANIFEST}{manifest.epoch}"}
    for name in place.names():
        if name.startswith((_SEGMENT, _MANIFEST)) and name not in wanted:
            place.remove(name)


def is_complete(manifest: Manifest, place: KeyPlace) -> bool:
    """Whether a place holds every segment that the manifest lists."""
    present = place.names()
    return all(f"{_SEGMENT}{segment.sha256}" in present for segment in manifest.segments)


def copy(manifest: Manifest, source: KeyPlace, target: KeyPlace) -> None:
    """Bring a place up to a snapshot that another one holds: segments first, the manifest last."""
    _complete(manifest, target, [source])
    target.write(f"{_MANIFEST}{manifest.epoch}", source.read(f"{_MANIFEST}{manifest.epoch}"))


def _complete(manifest: Manifest, target: KeyPlace, sources: Sequence[KeyPlace]) -> None:
    present = target.names()
    missing = [name for segment in manifest.segments if (name := f"{_SEGMENT}{segment.sha256}") not in present]
    for name in missing:
        source = next((place for place in sources if name in place.names()), None)
        if source is None:
            raise CannotOpen(what="a snapshot whose segment no place holds")
        target.write(name, source.read(name))


def _size(segments: Iterable[Segment]) -> int:
    return sum(segment.bytes for segment in segments)


def _customers(using: str) -> Iterator[Row]:
    statement = "select 'c', customer_id, 0::int8, epoch, version, sealed from keys_customer order by customer_id"
    yield from _rows(using, "troth_customers", statement, [])


def _changed(using: str, since: int) -> Iterator[Row]:
    statement = (
        "select 'd', customer_id, 0::int8, 0::int8, version, sealed from keys_directory where written >= %s "
        "union all "
        "select 'p', customer_id, page, 0::int8, version, sealed from keys_page where written >= %s"
    )
    yield from _rows(using, "troth_changed", statement, [since, since])


def _rows(using: str, name: str, statement: str, parameters: list[Any]) -> Iterator[Row]:
    for table, customer_id, page, epoch, version, sealed in rows.stream(using, name, statement, parameters):
        yield table, customer_id.bytes, page, epoch, version, bytes(sealed)


def _store(source: Iterator[Row], places: Sequence[KeyPlace], terms: KeyTerms) -> Iterator[Segment]:
    batch: list[Row] = []
    size = 0
    for row in source:
        batch.append(row)
        size += len(row[5])
        if size >= terms.segment_bytes:
            yield _segment(batch, places)
            batch, size = [], 0
    if batch:
        yield _segment(batch, places)


def _segment(batch: list[Row], places: Sequence[KeyPlace]) -> Segment:
    key = new_key()
    data = seal(key, msgspec.msgpack.encode(batch), context("snapshot-segment"))
    digest = hashlib.sha256(data).hexdigest()
    for place in places:
        place.write(f"{_SEGMENT}{digest}", data)
    return Segment(sha256=digest, key=base64.b64encode(key).decode(), bytes=len(data), rows=len(batch))
