"""Root keys: one per epoch, as a file in every key place, and nowhere else.

A root's fingerprint is kept in the database too, so that places and database of different installations never mix.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from troth.keys import wraps
from troth.keys.custodian import Custodian
from troth.keys.errors import CannotOpen, CustodianLost, KeyPlaceDown, KeysError, KeysMissing, UnknownFormat
from troth.keys.places import KeyPlace
from troth.keys.rules import DAMAGED
from troth.keys.sealing import context, derive, new_key

_FORMAT: Final = "troth-root/1"
_PREFIX: Final = "root-"
_SUFFIX: Final = ".json"
FINGERPRINT_BYTES: Final = 16
UNSOUND: Final = (CannotOpen, CustodianLost, KeysMissing, UnknownFormat)
"""How a file of a place can fail to be what it should, though the place itself is there."""


@dataclass(frozen=True, slots=True)
class Root:
    """An epoch's root key, opened."""

    epoch: int
    key: bytes = field(repr=False)

    @classmethod
    def new(cls, epoch: int) -> "Root":
        return cls(epoch=epoch, key=new_key())

    @property
    def fingerprint(self) -> bytes:
        """Tells roots apart and says nothing about them."""
        return derive(self.key, context("root-fingerprint", self.epoch), FINGERPRINT_BYTES)


class RootFile(msgspec.Struct, frozen=True):
    """A root as a key place holds it."""

    format: str
    epoch: int
    fingerprint: str
    made: datetime
    custodian: wraps.ByCustodian
    recovery: wraps.ToKit


def place_of(epoch: int) -> bytes:
    """The context in which a root is wrapped."""
    return context("root", epoch)


def file_name(epoch: int) -> str:
    """A root's name in every place."""
    return f"{_PREFIX}{epoch}{_SUFFIX}"


def epoch_of(name: str) -> int | None:
    """The epoch of a root's name; None for any other name."""
    number = name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    return int(number) if number.isdecimal() and name == file_name(int(number)) else None


def encode(root: Root, custodian: Custodian, kit: wraps.KitPublic, made: datetime) -> bytes:
    """A root's file, wrapped by the custodian and to the kit."""
    where = place_of(root.epoch)
    return msgspec.json.encode(
        RootFile(
            format=_FORMAT,
            epoch=root.epoch,
            fingerprint=root.fingerprint.hex(),
            made=made,
            custodian=wraps.wrap_by(custodian, root.key, where),
            recovery=wraps.wrap_to(kit, root.key, where),
        )
    )


def decode(data: bytes) -> RootFile:
    """Read a root's file without opening it."""
    try:
        found = msgspec.json.decode(data, type=RootFile)
    except msgspec.DecodeError:
        raise UnknownFormat(what="A root file", why="damaged") from None
    if found.format != _FORMAT:
        raise UnknownFormat(what="A root file", why=found.format[:40])
    return found


def open_file(found: RootFile, key: bytes) -> Root:
    """The root in a file, once its key is unwrapped; refuses a key that the fingerprint does not fit."""
    root = Root(epoch=found.epoch, key=key)
    if root.fingerprint.hex() != found.fingerprint:
        raise UnknownFormat(what="A root file", why="its fingerprint does not fit")
    return root


def load(epoch: int, places: Sequence[KeyPlace], custodian: Custodian) -> Root:
    """The epoch's root from the first place that has it; raises `KeysMissing` when none in reach does."""
    failed: KeysError | None = None
    for place in places:
        try:
            found = decode(place.read(file_name(epoch)))
            return open_file(found, wraps.unwrap_by(custodian, found.custodian, place_of(epoch)))
        except KeyPlaceDown as error:
            failed = failed or error
        except (CustodianLost, UnknownFormat) as error:
            # Another place may hold it sound, and wrapped by the present custodian.
            failed = error
    if failed is None or isinstance(failed, KeyPlaceDown):
        raise KeysMissing(epoch=epoch) from failed
    raise failed


def fingerprints(place: KeyPlace) -> dict[int, str]:
    """The roots that a place holds, by epoch; a damaged one counts with an empty fingerprint."""
    found: dict[int, str] = {}
    for name in place.names():
        if (epoch := epoch_of(name)) is not None:
            found[epoch] = DAMAGED
            with contextlib.suppress(UnknownFormat):
                found[epoch] = decode(place.read(name)).fingerprint
    return found
