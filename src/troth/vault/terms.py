"""What the vault is bound to by policy and agreement."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class VaultTerms:
    """How long files that hold personal data outside the database may lie about."""

    rejected_rows_kept: timedelta = timedelta(days=7)
    exports_kept: timedelta = timedelta(days=7)


DEFAULT: Final = VaultTerms()
