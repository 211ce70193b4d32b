"""The one table of this domain."""

from django.db import models
from django.db.models import Q

NAME_LENGTH = 200


class Kind(models.TextChoices):
    """Whose row it is. A canary is the platform's own: probes try the forbidden on it, and no figure counts it."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    CANARY = "canary"


class State(models.TextChoices):
    """`closing` from the owner's confirmation on (no new data comes in), `erased` when nothing is left but this row."""

    ACTIVE = "active"
    CLOSING = "closing"
    ERASED = "erased"


class Customer(models.Model):
    """One company, or the operator. Its id is the customer's context everywhere; its name is no identity.

    `name_key` is the name as names are compared (`rules.name_key`): the database's own folding depends on its locale.
    """

    customer_id = models.UUIDField(primary_key=True)
    kind = models.TextField(choices=Kind)
    name = models.TextField()
    name_key = models.TextField()
    state = models.TextField(choices=State, default=State.ACTIVE)
    locale = models.TextField(default="en")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tenancy_customer"
        constraints = [
            models.CheckConstraint(name="tenancy_customer_kind", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="tenancy_customer_state", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="tenancy_customer_closed", condition=Q(state=State.ACTIVE, closed_at=None) | ~Q(state=State.ACTIVE)
            ),
            models.CheckConstraint(
                name="tenancy_customer_operator_stays",
                condition=~Q(kind=Kind.OPERATOR) | Q(state=State.ACTIVE),
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)
