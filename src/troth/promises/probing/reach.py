"""Whose data a control looks at: one customer's, or everybody's; the canaries' always apart from theirs."""

from datetime import timedelta
from uuid import UUID

from troth.kernel.ids import OPERATOR
from troth.promises.scope import Scope
from troth.tenancy import queries as tenancies
from troth.tenancy.models import State

LOOKED_BACK = timedelta(days=32)
NAMED = 50
"""So many ids stand in facts at most; the counts are of all."""


def customers(scope: Scope, *, operator: bool = False) -> tuple[UUID, ...]:
    """The customer of the scope; for the platform every customer, and the operator too where it has such data."""
    if scope.customer_id is not None:
        return (scope.customer_id,)
    found = tuple(one.customer_id for one in tenancies.customers(using=scope.using))
    return (OPERATOR, *found) if operator else found


def tests(scope: Scope) -> tuple[UUID, ...]:
    """The canaries: the platform's own tests, which stand in no figure. Those erased long ago are past looking at."""
    return tuple(
        one.customer_id
        for one in tenancies.canaries(using=scope.using)
        if one.customer_id != scope.customer_id
        and (one.state != State.ERASED or one.closed_at is None or scope.now - one.closed_at < LOOKED_BACK)
    )


def named(ids: "list[UUID] | tuple[UUID, ...] | set[UUID]") -> tuple[str, ...]:
    """The first of them, as facts hold ids."""
    return tuple(str(one) for one in sorted(ids)[:NAMED])
