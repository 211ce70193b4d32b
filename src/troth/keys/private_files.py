"""Files that hold keys: private to one user, durable when written, overwritten when deleted.

Guarantees: what `write` returned from is on the medium, as far as the operating system can say; what `destroy`
returned from was overwritten where the medium overwrites in place, and is seen gone from its folder. What deletion
means on SSDs, copy-on-write file systems and snapshots: docs/threat-model/keys.md.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from troth.keys.errors import KeysReadable

_FILE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700
_OTHERS: Final = 0o077
TEMPORARY: Final = ".tmp"


def require_private(path: Path) -> None:
    """Refuse a file or folder that anybody but this user may read or change."""
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise KeysReadable(path=path, why="belongs to another user", remedy=f"chown {os.geteuid()} {path}")
    if found.st_mode & _OTHERS:
        mode = stat.S_IMODE(found.st_mode)
        raise KeysReadable(path=path, why=f"is open to others (mode {mode:04o})", remedy=f"chmod go-rwx {path}")


def make_folder(folder: Path) -> None:
    """Make a private folder (and its parents, which keep the process's own mode)."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_FOLDER_MODE)
        folder.chmod(_FOLDER_MODE)
        sync_folder(folder.parent)
    require_private(folder)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: Path, data: bytes) -> None:
    """Write a private file so that after a crash it is whole or was never there; then read it back."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    with suppress(FileNotFoundError):
        destroy(temporary)
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        # So that the reading back below comes from the medium where it can.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    replaced = path.with_name(f".{path.name}.replaced{TEMPORARY}")
    if path.exists():
        # What is replaced is overwritten too: renaming over it would leave its blocks as they are.
        replaced.unlink(missing_ok=True)
        replaced.hardlink_to(path)
    temporary.replace(path)
    sync_folder(path.parent)
    if replaced.exists():
        destroy(replaced)
    if path.read_bytes() != data:
        raise OSError("what was read back differs from what was written")


def read(path: Path) -> bytes:
    """Read a private file; refuses one that others may read or change."""
    require_private(path)
    return path.read_bytes()


def destroy(path: Path) -> None:
    """Overwrite, delete, and see that it is gone."""
    with path.open("r+b", buffering=0) as file:
        file.write(os.urandom(path.stat().st_size))
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)
    if any(entry.name == path.name for entry in path.parent.iterdir()):
        raise OSError("it was deleted and is still there")


def remove(path: Path) -> None:
    """Delete a file that holds nothing to be overwritten."""
    path.unlink(missing_ok=True)
