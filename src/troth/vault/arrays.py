"""PostgreSQL arrays in their binary form, joined at once: a column of thousands of values costs next to nothing.

psycopg's own array dumper asks every element for its type; a batch's columns have one type each and are known.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Any, Final
from uuid import UUID

from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format

_HEAD: Final = Struct("!iiIii").pack
_LENGTH: Final = Struct("!i").pack
_EIGHT: Final = Struct("!iq").pack
_NULL: Final = _LENGTH(-1)
_SIXTEEN: Final = _LENGTH(16)

_UUID, _BYTEA, _TEXT, _BIGINT = 2950, 17, 25, 20
_UUIDS, _BYTEAS, _TEXTS, _BIGINTS = 2951, 1001, 1009, 1016


class Uuids(bytes):
    """A packed `uuid[]`."""


class Byteas(bytes):
    """A packed `bytea[]`."""


class Bigints(bytes):
    """A packed `bigint[]`."""


class Texts(bytes):
    """A packed `text[]`."""


def uuids(items: Sequence[UUID]) -> Uuids:
    """Pack ids."""
    return raw_uuids([item.bytes for item in items])


def raw_uuids(parts: Sequence[bytes]) -> Uuids:
    """Pack ids that are at hand as their 16 bytes."""
    return Uuids(_head(_UUID, len(parts)) + (_SIXTEEN + _SIXTEEN.join(parts) if parts else b""))


def bigints(items: Sequence[int]) -> Bigints:
    """Pack whole numbers."""
    return Bigints(_head(_BIGINT, len(items)) + b"".join([_EIGHT(8, item) for item in items]))


def byteas(items: Sequence[bytes]) -> Byteas:
    """Pack byte strings."""
    return Byteas(_head(_BYTEA, len(items)) + b"".join([_LENGTH(len(item)) + item for item in items]))


def texts(items: Sequence[str | None]) -> Texts:
    """Pack texts; None is NULL."""
    # Each distinct text is packed once: most such columns repeat a few.
    packed = {item: _NULL if item is None else _text(item) for item in set(items)}
    return Texts(_head(_TEXT, len(items), nulls=None in packed) + b"".join([packed[item] for item in items]))


def _text(item: str) -> bytes:
    encoded = item.encode()
    return _LENGTH(len(encoded)) + encoded


def _head(element: int, count: int, *, nulls: bool = False) -> bytes:
    return _HEAD(1, int(nulls), element, count, 1) if count else _HEAD(0, 0, element, 0, 0)[:12]


class _Packed(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return bytes(obj)


class _UuidsDumper(_Packed):
    oid = _UUIDS


class _ByteasDumper(_Packed):
    oid = _BYTEAS


class _TextsDumper(_Packed):
    oid = _TEXTS


class _BigintsDumper(_Packed):
    oid = _BIGINTS


def understood(adapters: AdaptersMap) -> None:
    """Teach a cursor the packed arrays."""
    adapters.register_dumper(Uuids, _UuidsDumper)
    adapters.register_dumper(Byteas, _ByteasDumper)
    adapters.register_dumper(Texts, _TextsDumper)
    adapters.register_dumper(Bigints, _BigintsDumper)
