"""Key places: where the root keys, the signing keys and the newest key snapshot lie.

A place is readable and deletable, keeps no versions, and is never backed up. Two at least are wanted; every one holds
the same. Guarantees of a place: what was written is durable and was read back; what was destroyed is seen gone; a
place that others can read is refused; a place that is not there is an error, never an empty place.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

import msgspec

from troth.kernel.ids import new_id
from troth.keys import private_files
from troth.keys.errors import KeyPlaceDown, KeyPlaceFresh, KeysReadable
from troth.keys.medium import Medium, medium_of

_FORMAT: Final = "troth-key-place/1"
_PLACE: Final = "place.json"
_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9.-]{0,120}$")


class KeyPlace(Protocol):
    """One place. Names are flat; every failure is a `KeyPlaceDown` that names the place."""

    @property
    def label(self) -> str: ...
    @property
    def medium(self) -> Medium: ...

    def check(self) -> UUID:
        """The place's id; raises when the place can't be used or others can read it."""
        ...

    def names(self) -> set[str]: ...
    def read(self, name: str) -> bytes: ...
    def write(self, name: str, data: bytes) -> None: ...
    def destroy(self, name: str) -> None:
        """Overwrite, delete, see gone. A name that is not there is already gone."""
        ...

    def remove(self, name: str) -> None: ...
    def prepare(self) -> UUID:
        """Make an empty place out of nothing; a place that is one already stays as it is."""
        ...

    def sweep(self) -> None:
        """Destroy what an interrupted write left behind."""
        ...


class _Identity(msgspec.Struct, frozen=True):
    format: str
    place_id: UUID


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A key place that is a private folder."""

    folder: Path

    @property
    def label(self) -> str:
        return str(self.folder)

    @property
    def medium(self) -> Medium:
        return medium_of(self.folder)

    def check(self) -> UUID:
        with self._reported():
            private_files.require_private(self.folder)
            if not (self.folder / _PLACE).exists():
                raise KeyPlaceFresh(place=self.label)
            for entry in self.folder.iterdir():
                # An entry may be renamed or deleted by an epoch while we look.
                with suppress(FileNotFoundError):
                    private_files.require_private(entry)
            found = msgspec.json.decode((self.folder / _PLACE).read_bytes(), type=_Identity)
            if found.format != _FORMAT:
                raise KeyPlaceDown(place=self.label, why=f"its format {found.format[:40]} is unknown")
            return found.place_id

    def names(self) -> set[str]:
        with self._reported():
            return {path.name for path in self.folder.iterdir() if not path.name.startswith(".")}

    def read(self, name: str) -> bytes:
        with self._reported():
            return private_files.read(self._path(name))

    def write(self, name: str, data: bytes) -> None:
        with self._reported():
            private_files.write(self._path(name), data)

    def destroy(self, name: str) -> None:
        with self._reported():
            self._sweep(name)
            path = self._path(name)
            if path.exists():
                private_files.destroy(path)

    def remove(self, name: str) -> None:
        with self._reported():
            private_files.remove(self._path(name))

    def prepare(self) -> UUID:
        with self._reported():
            private_files.make_folder(self.folder)
            path = self.folder / _PLACE
            if not path.exists():
                if {path.name for path in self.folder.iterdir()} - {"lost+found"}:
                    raise KeyPlaceDown(place=self.label, why="the folder is not empty and holds no key place")
                private_files.write(path, msgspec.json.encode(_Identity(format=_FORMAT, place_id=new_id())))
        return self.check()

    def sweep(self) -> None:
        with self._reported():
            self._sweep("")

    def _sweep(self, name: str) -> None:
        for path in self.folder.glob(f".{name}*{private_files.TEMPORARY}"):
            private_files.destroy(path)

    def _path(self, name: str) -> Path:
        if not _NAME.match(name):
            raise KeyPlaceDown(place=self.label, why="a name was asked for that no place holds")
        return self.folder / name

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except KeysReadable:
            raise
        except OSError as error:
            raise KeyPlaceDown(place=self.label, why=error.strerror or str(error)) from error
        except (msgspec.DecodeError, ValueError):
            raise KeyPlaceDown(place=self.label, why="its identity file is damaged") from None


def configured() -> tuple[KeyPlace, ...]:
    """The places that the settings name."""
    from django.conf import settings  # noqa: PLC0415 - places are used in tools without Django too

    return tuple(FolderPlace(path) for path in settings.TROTH_KEY_PLACES)
