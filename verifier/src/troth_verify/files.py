"""The files of a bundle, in a folder or in a plain tar, read without trusting anything about them.

Only names that a bundle can have are looked at; links, devices, folders, extended headers and compression are refused,
so nothing is ever unpacked and no size that a header claims is believed beyond the bytes that are there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path

from troth_verify.errors import CannotRead

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}")
FILES_AT_MOST = 200_000
BLOCK_BYTES = 512
READ_BYTES = 1 << 20
TEXT_AT_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Part:
    """A file's place: in which file of the disk it lies, from where, and how long."""

    path: Path
    start: int
    length: int


class Files:
    """The files of one bundle by name."""

    def __init__(self, path: Path) -> None:
        """Find what is there.

        Raises:
            CannotRead: there is nothing, or it is neither a folder nor a plain tar of plain files.
        """
        try:
            self.parts = dict(_folder(path) if path.is_dir() else _tar(path))
        except OSError as error:
            raise CannotRead(f"{path} can't be read: {error.strerror}.") from error

    def names(self, prefix: str) -> list[str]:
        """Return the names that begin so, in order."""
        return sorted(name for name in self.parts if name.startswith(prefix))

    def text(self, name: str) -> str:
        """Return a small file as text."""
        part = self.parts.get(name)
        if part is None:
            raise CannotRead(f"The bundle has no {name}.")
        if part.length > TEXT_AT_MOST:
            raise CannotRead(f"{name} is too long ({part.length} bytes) to be what it should be.")
        try:
            return b"".join(_blocks(part)).decode()
        except UnicodeDecodeError as error:
            raise CannotRead(f"{name} is not UTF-8 text.") from error

    def lines(self, name: str, at_most: int) -> Iterator[list[bytes]]:
        """Yield a file's lines without their ends, many at a time; none may be longer than `at_most`."""
        rest = b""
        for block in _blocks(self.parts[name]):
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            if len(rest) > at_most or (lines and len(max(lines, key=len)) > at_most):
                raise CannotRead(f"{name} has a line longer than {at_most} bytes.")
            if lines:
                yield lines
        if rest:
            raise CannotRead(f"{name} ends in the middle of a line.")


def _blocks(part: Part) -> Iterator[bytes]:
    try:
        with part.path.open("rb") as stream:
            stream.seek(part.start)
            left = part.length
            while left:
                block = stream.read(min(left, READ_BYTES))
                if not block:
                    raise CannotRead(f"{part.path} ends too early.")
                left -= len(block)
                yield block
    except OSError as error:
        raise CannotRead(f"{part.path} can't be read: {error.strerror}.") from error


def _folder(path: Path) -> Iterator[tuple[str, Part]]:
    for count, file in enumerate(path.iterdir()):
        if count >= FILES_AT_MOST:
            raise CannotRead("The folder holds too many files to be a bundle.")
        if not NAME.fullmatch(file.name) or file.is_symlink() or not file.is_file():
            raise CannotRead(f"The folder holds something that no bundle has: {file.name!r}.")
        yield file.name, Part(file, 0, file.stat().st_size)


def _tar(path: Path) -> Iterator[tuple[str, Part]]:
    """Walk the headers of a POSIX tar (ustar): 512 bytes each, then the file padded to 512."""
    seen: set[str] = set()
    with path.open("rb") as stream:
        end = stream.seek(0, SEEK_END)
        at = 0
        while at < end:
            stream.seek(at)
            header = stream.read(BLOCK_BYTES)
            if not any(header) and seen:
                return
            name, length = _header(header)
            at += BLOCK_BYTES
            if length > end - at:
                raise CannotRead(f"The tar is cut off: {name} should have {length} bytes.")
            if name in seen or len(seen) >= FILES_AT_MOST:
                raise CannotRead(f"The tar holds {name} twice, or too many files.")
            seen.add(name)
            yield name, Part(path, at, length)
            at += -(-length // BLOCK_BYTES) * BLOCK_BYTES
    raise CannotRead("The tar is cut off: its end mark is missing.")


def _header(header: bytes) -> tuple[str, int]:
    """Return a tar header's name and length."""
    if len(header) != BLOCK_BYTES or header[257:262] != b"ustar":
        raise CannotRead("This is neither a folder nor a plain, uncompressed tar.")
    if _octal(header[148:156]) != sum(header[:148]) + sum(header[156:]) + 8 * ord(" "):
        raise CannotRead("A header of the tar is damaged.")
    name = header[:100].rstrip(b"\0").decode("ascii", "replace")
    if header[156:157] not in {b"0", b"\0"} or any(header[345:500]) or not NAME.fullmatch(name):
        raise CannotRead(f"The tar holds something that no bundle has: {name!r}.")
    return name, _octal(header[124:136])


def _octal(field: bytes) -> int:
    digits = field.strip(b" \0")
    if not re.fullmatch(rb"[0-7]{1,12}", digits):
        raise CannotRead("A header of the tar is damaged.")
    return int(digits, 8)
