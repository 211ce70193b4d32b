"""The copies of the database that the installation knows of, as the second clock sees them.

An installation that makes no backups says so; it does not say that there are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCopy:
    """One copy: where it lies, of when it is, when it expires, and whether the keys of what it holds are destroyed."""

    copy_id: str
    place: str
    made_at: datetime
    expires_at: datetime
    keys_destroyed: bool


class BackupCopies(Protocol):
    """Whoever keeps backups tells which copies may still hold what was erased."""

    @property
    def statement(self) -> str:
        """The code of what is known of copies at all (`clock` in the certificate's words)."""
        ...

    def made_before(self, instant: datetime) -> Sequence[KnownCopy]:
        """Return the copies made before the instant that have not expired."""
        ...


class NoBackups:
    """No backup is made by this installation; copies made outside it are not known to it."""

    statement = "no_backup_made"

    def made_before(self, instant: datetime) -> Sequence[KnownCopy]:
        """Return nothing: and `statement` says what that means."""
        return ()


COPIES: BackupCopies = NoBackups()
"""Who is asked."""
