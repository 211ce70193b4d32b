"""Where an import reads from: a file or a stream, counted, digested and, if it is compressed, kept from exploding."""

import gzip
import hmac
import io
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from troth.vault.errors import SourceUnreadable
from troth.vault.limits import EXPANSION_AT_MOST, EXPANSION_FREE_BYTES

_GZIP: Final = b"\x1f\x8b"
_CHUNK: Final = 1 << 18


class Counted(io.RawIOBase):
    """A raw stream that counts what was read of it, and digests it under a key."""

    def __init__(self, raw: BinaryIO, key: bytes) -> None:
        self._raw = raw
        self._digest = hmac.new(key, digestmod="sha256")
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        chunk = self._raw.read(len(cast("memoryview", buffer)))
        size = len(chunk)
        cast("memoryview", buffer)[:size] = chunk
        self.count += size
        self._digest.update(chunk)
        return size

    @property
    def digest(self) -> bytes:
        """What was read so far, under the key: the same only for the same bytes and customer."""
        return self._digest.digest()


class _Unpacked(io.RawIOBase):
    """A gzip stream that stops when it grows out of all proportion."""

    def __init__(self, counted: Counted, packed: io.BufferedReader) -> None:
        self._counted = counted
        self._gzip = gzip.GzipFile(fileobj=packed)
        self._grown = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        try:
            chunk = self._gzip.read1(len(cast("memoryview", buffer)))
        except (OSError, EOFError, zlib.error):
            raise SourceUnreadable(why="its compressed data is damaged or cut off") from None
        size = len(chunk)
        self._grown += size
        if self._grown > EXPANSION_FREE_BYTES and self._grown > EXPANSION_AT_MOST * self._counted.count:
            raise SourceUnreadable(why=f"it grows more than {EXPANSION_AT_MOST}-fold when unpacked")
        cast("memoryview", buffer)[:size] = chunk
        return size


class Source:
    """One import's bytes. `total` is how many there are, where that is known."""

    def __init__(self, raw: BinaryIO, key: bytes, total: int | None) -> None:
        self.counted = Counted(raw, key)
        self.total = total
        self._first = cast("io.BufferedReader", io.BufferedReader(self.counted, _CHUNK))
        self.compressed = self._first.peek(2)[:2] == _GZIP

    def stream(self) -> io.BufferedReader:
        """The bytes, unpacked if they are compressed."""
        if not self.compressed:
            return self._first
        return io.BufferedReader(_Unpacked(self.counted, self._first), _CHUNK)

    @contextmanager
    def file(self, spool: Path) -> Iterator[BinaryIO]:
        """The bytes as a file that can be read in any order: they are copied to a nameless one first."""
        if self.compressed:
            raise SourceUnreadable(why="Parquet is compressed inside; give it unpacked")
        with tempfile.TemporaryFile(dir=spool) as nameless:
            shutil.copyfileobj(self._first, nameless, _CHUNK)
            nameless.seek(0)
            yield cast("BinaryIO", nameless)


@contextmanager
def opened(source: Path | BinaryIO, key: bytes) -> Iterator[Source]:
    """Open a path, or take a binary stream as it is."""
    if not isinstance(source, Path):
        yield Source(source, key, None)
        return
    try:
        # Unbuffered: the counting must see what is read, not what a buffer fetched ahead.
        raw = source.open("rb", buffering=0)
    except OSError as error:
        raise SourceUnreadable(why=os.strerror(error.errno or 0)) from None
    with raw:
        yield Source(cast("BinaryIO", raw), key, os.fstat(raw.fileno()).st_size or None)
