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
_NULL: Final = _LENGTH(-1)
_SIXTEEN: Final = _LENGTH(16)

_UUID, _BYTEA, _TEXT = 2950, 17, 25
_UUIDS, _BYTEAS, _TEXTS = 2951, 1001, 1009


class Uuids(bytes):
    """A packed `uuid[]`."""


class Byteas(bytes):
    """A packed `bytea[]`."""


class Texts(bytes):
    """A packed `text[]`."""


def uuids(items: Sequence[UUID]) -> Uuids:
    """Pack ids."""
    parts = [item.bytes for item in items]
    return Uuids(_head(_UUID, len(parts)) + (_SIXTEEN + _SIXTEEN.join(parts) if parts else b""))


def byteas(items: Sequence[bytes]) -> Byteas:
    """Pack byte strings."""
    return Byteas(_head(_BYTEA, len(items)) + b"".join([_LENGTH(len(item)) + item for item in items]))


def texts(items: Sequence[str | None]) -> Texts:
    """Pack texts; None is NULL."""
    parts: list[bytes] = []
    for item in items:
        if item is None:
            parts.append(_NULL)
        else:
            encoded = item.encode()
            parts.append(_LENGTH(len(encoded)) + encoded)
    return Texts(_head(_TEXT, len(items), nulls=None in items) + b"".join(parts))


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


def understood(adapters: AdaptersMap) -> None:
    """Teach a cursor the packed arrays."""
    adapters.register_dumper(Uuids, _UuidsDumper)
    adapters.register_dumper(Byteas, _ByteasDumper)
    adapters.register_dumper(Texts, _TextsDumper)
