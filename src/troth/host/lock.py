"""A folder belongs to one process at a time.

Guarantee: the lock is the operating system's (`flock`); it dies with the process that holds it, however that ends,
so that no stale lock ever has to be removed by hand.
"""

import fcntl
import os
import time
from pathlib import Path

from troth.host.errors import AlreadyRunning


class FolderLock:
    """An exclusive lock on a file. The number of the process that holds it stands inside, for people."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take it or raise `AlreadyRunning`; taking twice is fine."""
        if self._descriptor is not None:
            return
        # Never inherited by a child: a lock that an orphan keeps would outlive its owner.
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if not _flocked(descriptor):
            os.close(descriptor)
            raise AlreadyRunning(folder=self.path.parent, process=holder(self.path) or "unknown")
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Let it go; the file stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _flocked(descriptor: int) -> bool:
    # Twice: someone may just be asking who holds it (`holder`), which takes no longer than a blink.
    for pause in (0.1, 0.0):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
        else:
            return True
    return False


def holder(path: Path) -> int | None:
    """The process that holds the lock now, or None: asked of the system, not believed from the file."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        words = os.read(descriptor, 32).split()
        return int(words[0]) if words and words[0].isdigit() else None
    else:
        return None
    finally:
        os.close(descriptor)
