"""Who does something, from where, through which way in: what the log says of every action."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from troth.kernel.ids import OPERATOR, new_id

Kind = Literal["account", "api_key", "cli", "job", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One acting party. It says who, never what is allowed: that is the gate's word (`access.gate`).

    `customer_id` is the actor's home: a customer, or OPERATOR for staff, jobs and the command line.
    `label` is a job's name or an operating-system user, never a mail address.
    """

    kind: Kind
    route: str
    role: str = "none"
    customer_id: UUID = OPERATOR
    account_id: UUID | None = None
    key_id: UUID | None = None
    label: str = ""
    source_address: str | None = None
    on_behalf_of: UUID | None = None
    request_id: UUID = field(default_factory=new_id)

    @property
    def is_staff(self) -> bool:
        """True for the operator's side: everything that reaches customers' data from there needs a reason."""
        return self.customer_id == OPERATOR and self.kind != "nobody"


def job(name: str, *, request_id: UUID | None = None, on_behalf_of: UUID | None = None) -> Actor:
    """The platform itself, working through a queued or periodic job."""
    return Actor(
        kind="job",
        route=f"job {name}",
        role="system",
        label=name,
        on_behalf_of=on_behalf_of,
        request_id=request_id or new_id(),
    )


def nobody(route: str, *, source_address: str | None = None, request_id: UUID | None = None) -> Actor:
    """Someone who has not shown who they are."""
    return Actor(kind="nobody", route=route, source_address=source_address, request_id=request_id or new_id())
