"""Pages and directories: the two plaintexts of the key tree, encoded and decoded. Pure.

A page holds the keys of 256 slots and which of them are erased. A directory holds one customer's page keys and the
secret of its stable keys. Both are sealed before they leave memory. Format: docs/formats/keys.md.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from troth.keys.errors import UnknownFormat, UnknownSlot
from troth.keys.sealing import KEY_BYTES, new_key

SLOTS: Final = 256
_VERSION: Final = 1
_BITMAP: Final = SLOTS // 8
_KEYS: Final = 1 + _BITMAP
PAGE_BYTES: Final = _KEYS + SLOTS * KEY_BYTES
_GONE: Final = bytes(KEY_BYTES)
_HEAD: Final = 1 + KEY_BYTES + 4


class Page:
    """One opened page. `wipe` overwrites it in memory; nothing prints it."""

    __slots__ = ("_bytes",)

    def __init__(self, plaintext: bytes | bytearray) -> None:
        if len(plaintext) != PAGE_BYTES or plaintext[0] != _VERSION:
            raise UnknownFormat(what="A key page", why="length or version")
        self._bytes = bytearray(plaintext)

    def __repr__(self) -> str:
        return "Page(…)"

    @classmethod
    def new(cls) -> "Page":
        """A page whose 256 keys are all made now: taking a slot later never rewrites it."""
        return cls(bytes([_VERSION]) + bytes(_BITMAP) + os.urandom(SLOTS * KEY_BYTES))

    def encode(self) -> bytes:
        """The plaintext to be sealed."""
        return bytes(self._bytes)

    def key(self, slot: int) -> bytes | None:
        """The slot's key, or None when it was erased."""
        if self.is_erased(slot):
            return None
        start = _KEYS + slot * KEY_BYTES
        return bytes(self._bytes[start : start + KEY_BYTES])

    def fresh_keys(self, first: int, last: int) -> list[bytes]:
        """The keys of slots that were never handed out, so that none can be erased."""
        plain = bytes(self._bytes)
        return [
            plain[at : at + KEY_BYTES] for at in range(_KEYS + first * KEY_BYTES, _KEYS + last * KEY_BYTES, KEY_BYTES)
        ]

    def is_erased(self, slot: int) -> bool:
        """Whether the slot's key was destroyed."""
        return bool(self._bytes[1 + (slot >> 3)] & (1 << (slot & 7)))

    def without(self, slots: Iterable[int]) -> "Page":
        """The same page with these slots destroyed."""
        page = Page(self._bytes)
        for slot in slots:
            if not 0 <= slot < SLOTS:
                raise UnknownSlot(page="?", slot=slot)
            page._bytes[1 + (slot >> 3)] |= 1 << (slot & 7)
            start = _KEYS + slot * KEY_BYTES
            page._bytes[start : start + KEY_BYTES] = _GONE
        return page

    def wipe(self) -> None:
        """Overwrite the keys in memory, as far as Python allows: copies handed out before are not reached."""
        self._bytes[:] = bytes(len(self._bytes))
        self._bytes[0] = _VERSION
        self._bytes[1 : 1 + _BITMAP] = b"\xff" * _BITMAP


@dataclass(frozen=True, slots=True)
class Directory:
    """One customer's page keys, by page number from 0, and the secret of its stable keys."""

    stable: bytes = field(repr=False)
    page_keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def new(cls) -> "Directory":
        """A customer's first directory: a fresh secret, no pages."""
        return cls(stable=new_key(), page_keys=())

    @classmethod
    def decode(cls, plaintext: bytes) -> "Directory":
        """Read a directory's plaintext; refuses another version and any length that does not fit."""
        if len(plaintext) < _HEAD or plaintext[0] != _VERSION:
            raise UnknownFormat(what="A key directory", why="length or version")
        count = int.from_bytes(plaintext[1 + KEY_BYTES : _HEAD], "big")
        if len(plaintext) != _HEAD + count * KEY_BYTES:
            raise UnknownFormat(what="A key directory", why="length")
        keys = (plaintext[at : at + KEY_BYTES] for at in range(_HEAD, len(plaintext), KEY_BYTES))
        return cls(stable=plaintext[1 : 1 + KEY_BYTES], page_keys=tuple(keys))

    def encode(self) -> bytes:
        """The plaintext to be sealed."""
        head = bytes([_VERSION]) + self.stable + len(self.page_keys).to_bytes(4, "big")
        return head + b"".join(self.page_keys)

    def page_key(self, page: int) -> bytes | None:
        """The key that opens a page; None when the page itself was destroyed."""
        if not 0 <= page < len(self.page_keys):
            raise UnknownSlot(page=page, slot="any")
        key = self.page_keys[page]
        return None if key == _GONE else key

    def extended(self, keys: Iterable[bytes]) -> "Directory":
        """With further pages at its end."""
        return Directory(stable=self.stable, page_keys=(*self.page_keys, *keys))

    def rekeyed(self, keys: dict[int, bytes]) -> "Directory":
        """With new keys for these pages."""
        pages = list(self.page_keys)
        for page, key in keys.items():
            pages[page] = key
        return Directory(stable=self.stable, page_keys=tuple(pages))
