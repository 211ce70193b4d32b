"""The custodian: what wraps the root keys, so that a key place alone opens nothing.

`Custodian` is the interface that a KMS or an HSM takes later; `FolderCustodian` is a folder with one private file.
"""

import base64
from pathlib import Path
from typing import ClassVar, Final, Protocol
from uuid import UUID

import msgspec

from troth.kernel.ids import new_id
from troth.keys import private_files
from troth.keys.errors import CannotOpen, CustodianLost, KeysReadable
from troth.keys.sealing import new_key, seal, unseal

_FORMAT: Final = "troth-custodian/1"


class Custodian(Protocol):
    """Wraps and unwraps small secrets. `id` says which custodian wrapped a value."""

    @property
    def id(self) -> UUID: ...
    @property
    def note(self) -> str:
        """What a certificate says of it."""
        ...

    def wrap(self, secret: bytes, context: bytes) -> bytes: ...
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes: ...


class _File(msgspec.Struct, frozen=True):
    format: str
    id: UUID
    key: str

    def __repr__(self) -> str:
        return f"_File(id={self.id})"


class FolderCustodian:
    """A custodian that is a private folder on this machine."""

    FILE: ClassVar[str] = "custodian.json"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"FolderCustodian({str(self.folder)!r})"

    @classmethod
    def create(cls, folder: Path) -> "FolderCustodian":
        """Make a new one; refuses to replace one that is there."""
        private_files.make_folder(folder)
        path = folder / cls.FILE
        if path.exists():
            raise CustodianLost(why=f"{folder} already holds one; choose an empty folder")
        key = base64.b64encode(new_key()).decode()
        private_files.write(path, msgspec.json.encode(_File(format=_FORMAT, id=new_id(), key=key)))
        return cls(folder)

    @property
    def exists(self) -> bool:
        """Whether the folder holds a custodian."""
        return (self.folder / self.FILE).exists()

    @property
    def id(self) -> UUID:
        return self._file().id

    @property
    def note(self) -> str:
        return f"folder {self.folder}"

    def check(self) -> None:
        """Refuse a custodian that is missing, unreadable, or open to others."""
        self._file()

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        return seal(base64.b64decode(self._file().key), secret, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return unseal(base64.b64decode(self._file().key), wrapped, context)
        except CannotOpen:
            raise CustodianLost(why="it is not the one that wrapped these keys") from None

    def _file(self) -> _File:
        path = self.folder / self.FILE
        try:
            private_files.require_private(self.folder)
            found = msgspec.json.decode(private_files.read(path), type=_File)
        except KeysReadable:
            raise
        except OSError as error:
            raise CustodianLost(why=f"{path}: {error.strerror}") from error
        except (msgspec.DecodeError, ValueError):
            raise CustodianLost(why=f"{path} is damaged") from None
        if found.format != _FORMAT:
            raise CustodianLost(why=f"{path} has an unknown format")
        return found
