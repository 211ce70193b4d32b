"""The permit: the gate's word, in one value. Holding one is the only way to call the vault."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.access.errors import PermitOver
from troth.access.roles import Action
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """This actor may do these actions for this customer, for this purpose, until then.

    Made in `access.gate` alone; a test of the tree sees to it.
    """

    actor: Actor
    customer_id: UUID
    actions: frozenset[Action]
    until: datetime
    purpose: str | None = None
    reason: str | None = None

    def require(self, action: Action, clock: Clock = SYSTEM) -> None:
        """Raises PermitOver when the permit is for something else or its time has passed."""
        if action not in self.actions or clock.now() >= self.until:
            raise PermitOver(action=action.value, customer_id=self.customer_id)
