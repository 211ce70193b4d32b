"""Versions of packs, their activations, and customers' agreements. Rows are only ever added."""

from django.db import models


class PackVersion(models.Model):
    """One version, named by the digest of its text. It is nobody's customer data: no wall."""

    digest = models.TextField(primary_key=True)
    pack = models.TextField()
    version = models.IntegerField()
    body = models.TextField()
    published_at = models.DateTimeField()
    event_id = models.UUIDField()

    class Meta:
        db_table = "policy_pack"
        constraints = [models.UniqueConstraint(name="policy_pack_version", fields=["pack", "version"])]

    def __str__(self) -> str:
        return f"{self.pack} {self.version}"


class Activation(models.Model):
    """One decision that a version comes into force from an instant on.

    `number` counts decisions; of those that have taken effect the newest holds. `reason` is sealed under the
    operator's stable key `policy-reasons`; who decided stands in the log, under `event_id`.
    """

    activation_id = models.UUIDField(primary_key=True)
    number = models.BigIntegerField(unique=True)
    digest = models.TextField()
    decided_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    reason = models.BinaryField()
    event_id = models.UUIDField()

    class Meta:
        db_table = "policy_activation"
        constraints = [
            # History is not rewritten: nothing was in force before it was decided.
            models.CheckConstraint(
                name="policy_activation_forward", condition=models.Q(effective_at__gte=models.F("decided_at"))
            )
        ]

    def __str__(self) -> str:
        return str(self.activation_id)


class AgreementVersion(models.Model):
    """One version of what a customer was promised beyond the policy; the newest holds. It goes with its customer."""

    pk = models.CompositePrimaryKey("customer_id", "number")
    customer_id = models.UUIDField()
    number = models.IntegerField()
    reference = models.TextField()
    body = models.TextField()
    decided_at = models.DateTimeField()
    event_id = models.UUIDField()

    class Meta:
        db_table = "policy_agreement"

    def __str__(self) -> str:
        return f"{self.customer_id} {self.number}"
