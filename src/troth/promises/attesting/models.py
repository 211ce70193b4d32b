"""The tables of attestations: added to, never changed.

The entries `event_id` of the log seal what counts of each row. Accounts stand as ids; whatever a person wrote or handed
in is sealed under a key slot of the attestation's own.
"""

from django.db import models
from django.db.models import F, Q

from troth.kernel.ids import OPERATOR


def _operators(table: str) -> models.CheckConstraint:
    """No customer has attestations: what a deleted customer leaves is none of them."""
    return models.CheckConstraint(name=f"{table}_operator", condition=Q(customer_id=OPERATOR))


class Attestation(models.Model):
    """What one person attested of one topic. `attester` commits to the account; `sealed` holds words and salt."""

    pk = models.CompositePrimaryKey("customer_id", "attestation_id")
    customer_id = models.UUIDField()
    attestation_id = models.UUIDField()
    topic = models.TextField()
    given_by = models.UUIDField()
    given_role = models.TextField()
    given_at = models.DateTimeField()
    attester = models.TextField()
    page = models.BigIntegerField()
    slot = models.SmallIntegerField()
    sealed = models.BinaryField()
    statement_sha256 = models.TextField(null=True)
    document_sha256 = models.TextField(null=True)
    document_bytes = models.BigIntegerField(null=True)
    event_id = models.UUIDField()

    class Meta:
        db_table = "promises_attestation"
        constraints = [
            _operators("promises_attestation"),
            # The step's foreign key brings the attester along, so that the database itself can compare the two.
            models.UniqueConstraint(
                name="promises_attestation_given", fields=["customer_id", "attestation_id", "given_by"]
            ),
            models.CheckConstraint(
                name="promises_attestation_something",
                condition=Q(statement_sha256__isnull=False) | Q(document_sha256__isnull=False),
            ),
        ]
        indexes = [models.Index(name="promises_attestation_topic", fields=["customer_id", "topic", "given_at"])]

    def __str__(self) -> str:
        return str(self.attestation_id)


class Document(models.Model):
    """The document of an attestation, sealed: apart, so that lists never carry it."""

    pk = models.CompositePrimaryKey("customer_id", "attestation_id")
    customer_id = models.UUIDField()
    attestation_id = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "promises_attestation_document"
        constraints = [_operators("promises_attestation_document")]

    def __str__(self) -> str:
        return str(self.attestation_id)


class Step(models.Model):
    """What became of it: reviewed (accepted or refused) by somebody else, or withdrawn. Each at most once."""

    pk = models.CompositePrimaryKey("customer_id", "attestation_id", "step")
    customer_id = models.UUIDField()
    attestation_id = models.UUIDField()
    step = models.TextField(choices=[("reviewed", "reviewed"), ("withdrawn", "withdrawn")])
    accepted = models.BooleanField(null=True)
    given_by = models.UUIDField()
    by_account = models.UUIDField()
    by_role = models.TextField()
    at = models.DateTimeField()
    person = models.TextField()
    reason = models.BinaryField(null=True)
    event_id = models.UUIDField()

    class Meta:
        db_table = "promises_attestation_step"
        constraints = [
            _operators("promises_attestation_step"),
            models.CheckConstraint(
                name="promises_attestation_step_kind",
                condition=Q(step="reviewed", accepted__isnull=False)
                | Q(step="withdrawn", accepted=None, reason__isnull=False),
            ),
            models.CheckConstraint(
                name="promises_attestation_step_another",
                condition=~Q(step="reviewed") | ~Q(by_account=F("given_by")),
            ),
            models.CheckConstraint(
                name="promises_attestation_step_refused", condition=~Q(accepted=False) | Q(reason__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attestation_id} {self.step}"


class Owner(models.Model):
    """Who answers for a topic, from when on. The newest row counts; one without an account leaves it to nobody."""

    pk = models.CompositePrimaryKey("customer_id", "assignment_id")
    customer_id = models.UUIDField()
    assignment_id = models.UUIDField()
    topic = models.TextField()
    account_id = models.UUIDField(null=True)
    assigned_at = models.DateTimeField()

    class Meta:
        db_table = "promises_attestation_owner"
        constraints = [_operators("promises_attestation_owner")]
        indexes = [models.Index(name="promises_attestation_owned", fields=["customer_id", "topic", "assignment_id"])]

    def __str__(self) -> str:
        return self.topic


class Reminder(models.Model):
    """That somebody was reminded: once for each attestation and step, whatever is killed or started twice."""

    pk = models.CompositePrimaryKey("customer_id", "attestation_id", "days", "until")
    customer_id = models.UUIDField()
    attestation_id = models.UUIDField()
    days = models.IntegerField()
    until = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "promises_attestation_reminder"
        constraints = [_operators("promises_attestation_reminder")]

    def __str__(self) -> str:
        return f"{self.attestation_id} {self.days}"
