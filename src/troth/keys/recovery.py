"""The recovery kit: shares on paper, of which some restore what the custodian wraps when the custodian is lost.

The kit's key wraps the roots and the signing keys *in the key places* and nothing else: so the kit and an old copy of
the database open nothing that was erased since, and the kit alone opens nothing at all.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from troth.kernel.ids import new_id
from troth.keys import private_files, roots, shamir, signing, wraps
from troth.keys.custodian import Custodian
from troth.keys.errors import BadShare, CannotOpen, CustodianLost, KeyPlaceDown, KeysMissing, UnknownFormat
from troth.keys.places import KeyPlace
from troth.keys.sealing import context
from troth.keys.shares import Share, parse
from troth.keys.wraps import KitPublic

_FORMAT: Final = "troth-recovery/1"
FILE: Final = "recovery.json"


class KitRecord(msgspec.Struct, frozen=True):
    """What every key place knows of the kit. Its stamp keeps others from changing to whom roots are wrapped."""

    format: str
    kit: UUID
    public: str
    threshold: int
    shares: int
    made: datetime
    stamp: wraps.ByCustodian
    folder: str | None = None
    rehearsed: datetime | None = None

    @property
    def to(self) -> KitPublic:
        """What is needed to wrap to this kit."""
        return KitPublic(kit=self.kit, public=self.public)

    @property
    def sheets(self) -> tuple[Path, ...]:
        """The sheets that still lie where they were written: they belong on paper, elsewhere."""
        if self.folder is None:
            return ()
        try:
            return tuple(sorted(Path(self.folder).glob(f"*{self.kit}*.txt")))
        except OSError:
            return ()


@dataclass(frozen=True, slots=True)
class Opened:
    """What a rehearsal or a recovery opened in one place."""

    place: str
    roots: tuple[int, ...]
    signing_keys: tuple[str, ...]


def load(places: Sequence[KeyPlace], custodian: Custodian) -> KitRecord:
    """The kit's record from the first place in reach; refuses one that the custodian did not stamp."""
    found = peek(places)
    if wraps.unwrap_by(custodian, found.stamp, _stamped(found)) != b"":
        raise UnknownFormat(what="The recovery record", why="its stamp")
    return found


def peek(places: Sequence[KeyPlace]) -> KitRecord:
    """The same, unchecked: for showing."""
    for place in places:
        try:
            return _decode(place.read(FILE))
        except KeyPlaceDown:
            continue
    raise KeysMissing(epoch="any")


def make(
    places: Sequence[KeyPlace], custodian: Custodian, *, threshold: int, shares: int, folder: Path, made: datetime
) -> KitRecord:
    """A new kit: sheets into a private folder, every wrap in every place renewed to it, the record last.

    The old kit is worthless afterwards. Interrupted, it is simply made again.
    """
    private = X25519PrivateKey.generate()
    kit = new_id()
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    parts = shamir.split(private.private_bytes_raw(), threshold, shares)
    sheets = [
        Share(kit=kit, threshold=threshold, shares=shares, number=number, value=value)
        for number, value in parts.items()
    ]
    _write_sheets(folder, sheets, made, f"key place {places[0].label}")
    to = KitPublic(kit=kit, public=public)
    for place in places:
        for name in sorted(place.names()):
            if (data := _rewrapped(name, place, custodian, to)) is not None:
                place.write(name, data)
    unstamped = KitRecord(
        _FORMAT, kit, public, threshold, shares, made, wraps.ByCustodian(custodian.id, ""), str(folder)
    )
    record = _stamp(unstamped, custodian)
    for place in places:
        place.write(FILE, msgspec.json.encode(record))
    return record


def rehearse(texts: Iterable[str], places: Sequence[KeyPlace], *, now: datetime) -> list[Opened]:
    """Prove it, and write its date into the record."""
    opened = prove(texts, places)
    for place in places:
        record = _decode(place.read(FILE))
        place.write(FILE, msgspec.json.encode(msgspec.structs.replace(record, rehearsed=now)))
    return opened


def prove(texts: Iterable[str], places: Sequence[KeyPlace]) -> list[Opened]:
    """Prove that these shares open every root and signing key in every place. Changes nothing."""
    private = assemble([parse(text) for text in texts], peek(places))
    return [_open_all(private, place) for place in places]


def recover(texts: Iterable[str], places: Sequence[KeyPlace], custodian: Custodian) -> list[Opened]:
    """Wrap everything in every place under a new custodian, with the shares instead of the old one."""
    private = assemble([parse(text) for text in texts], peek(places))
    opened = [_open_all(private, place) for place in places]
    for place in places:
        for name in sorted(place.names()):
            if roots.epoch_of(name) is not None:
                root = roots.decode(place.read(name))
                key = wraps.unwrap_to(private, root.recovery, roots.place_of(root.epoch))
                wrapped = wraps.wrap_by(custodian, key, roots.place_of(root.epoch))
                place.write(name, msgspec.json.encode(msgspec.structs.replace(root, custodian=wrapped)))
            elif signing.is_file(name):
                file = signing.decode(place.read(name))
                key = wraps.unwrap_to(private, file.recovery, signing.place_of(file.name))
                wrapped = wraps.wrap_by(custodian, key, signing.place_of(file.name))
                place.write(name, msgspec.json.encode(msgspec.structs.replace(file, custodian=wrapped)))
        record = _decode(place.read(FILE))
        place.write(FILE, msgspec.json.encode(_stamp(record, custodian)))
    return opened


def assemble(shares: Sequence[Share], record: KitRecord) -> X25519PrivateKey:
    """The kit's private key from its shares; refuses shares of another kit, too few, or wrong ones."""
    for share in shares:
        if share.kit != record.kit:
            raise BadShare(why=f"share {share.number} belongs to another kit", needed=record.threshold)
    values = {share.number: share.value for share in shares}
    if len(values) < record.threshold:
        raise BadShare(why=f"{len(values)} is too few", needed=record.threshold)
    private = X25519PrivateKey.from_private_bytes(shamir.combine(values))
    if private.public_key().public_bytes_raw() != base64.b64decode(record.public):
        raise BadShare(why="together they don't restore the kit's key", needed=record.threshold)
    return private


def _open_all(private: X25519PrivateKey, place: KeyPlace) -> Opened:
    opened_roots: list[int] = []
    opened_keys: list[str] = []
    for name in sorted(place.names()):
        try:
            if roots.epoch_of(name) is not None:
                root = roots.decode(place.read(name))
                roots.open_file(root, wraps.unwrap_to(private, root.recovery, roots.place_of(root.epoch)))
                opened_roots.append(root.epoch)
            elif signing.is_file(name):
                file = signing.decode(place.read(name))
                wraps.unwrap_to(private, file.recovery, signing.place_of(file.name))
                opened_keys.append(file.name)
        except CannotOpen:
            raise CannotOpen(what=f"{name} in {place.label} is not wrapped to this kit") from None
    return Opened(place=place.label, roots=tuple(opened_roots), signing_keys=tuple(opened_keys))


def _rewrapped(name: str, place: KeyPlace, custodian: Custodian, to: KitPublic) -> bytes | None:
    if roots.epoch_of(name) is not None:
        root = roots.decode(place.read(name))
        where = roots.place_of(root.epoch)
        renewed = wraps.wrap_to(to, wraps.unwrap_by(custodian, root.custodian, where), where)
        return msgspec.json.encode(msgspec.structs.replace(root, recovery=renewed))
    if signing.is_file(name):
        file = signing.decode(place.read(name))
        where = signing.place_of(file.name)
        renewed = wraps.wrap_to(to, wraps.unwrap_by(custodian, file.custodian, where), where)
        return msgspec.json.encode(msgspec.structs.replace(file, recovery=renewed))
    return None


def _write_sheets(folder: Path, shares: Iterable[Share], made: datetime, installation: str) -> None:
    try:
        private_files.make_folder(folder)
        for share in shares:
            sheet = share.text(made=made.date().isoformat(), installation=installation)
            private_files.write(folder / f"share-{share.number}-of-{share.shares}-{share.kit}.txt", sheet.encode())
    except OSError as error:
        raise CustodianLost(why=f"the sheets can't be written to {folder}: {error.strerror}") from error


def _stamped(record: KitRecord) -> bytes:
    return context(
        "recovery-record", record.kit, record.public, record.threshold, record.shares, record.made.isoformat()
    )


def _stamp(record: KitRecord, custodian: Custodian) -> KitRecord:
    return msgspec.structs.replace(record, stamp=wraps.wrap_by(custodian, b"", _stamped(record)))


def _decode(data: bytes) -> KitRecord:
    try:
        found = msgspec.json.decode(data, type=KitRecord)
    except msgspec.DecodeError:
        raise UnknownFormat(what="The recovery record", why="damaged") from None
    if found.format != _FORMAT:
        raise UnknownFormat(what="The recovery record", why=found.format[:40])
    return found
