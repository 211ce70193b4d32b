"""What an observer is handed: whose promise it looks at, when, and where the installation is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from troth.kernel.clock import SYSTEM, Clock
from troth_judge.facts import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One observation. `customer_id` is None for the platform as a whole.

    `terms` are the values that the judge will be handed (see `troth_judge.facts.Value`); an observer judges nothing,
    and reads them only where what to look at depends on them. No transaction is open when an observer is called.
    """

    now: datetime
    clock: Clock = SYSTEM
    customer_id: UUID | None = None
    terms: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    home: Path
    using: str = "default"
