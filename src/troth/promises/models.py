"""The tables of promises. Their partitions, grants and guards stand in the migration.

No table here can be updated but the counter of versions, and none deleted from but by the erasure of its customer.
"""

from django.db import models


class Evidence(models.Model):
    """One observation: the facts' exact bytes, the terms that were in force, and what its judge then said.

    `number` was drawn before the observation began: of two at once the later begun is the newer, whatever the clocks
    say. `state` and `code` are kept for reading along; whoever needs a state judges the facts again. The entry
    `event_id` of the log seals all of it.
    """

    pk = models.CompositePrimaryKey("customer_id", "control", "number", "seen_at")
    customer_id = models.UUIDField()
    control = models.TextField()
    number = models.BigIntegerField()
    seen_at = models.DateTimeField()
    event_id = models.UUIDField()
    facts = models.BinaryField(null=True)
    terms = models.BinaryField()
    revision = models.TextField()
    error = models.TextField(null=True)
    state = models.TextField()
    code = models.TextField()

    class Meta:
        db_table = "promises_evidence"

    def __str__(self) -> str:
        return f"{self.control} {self.number}"


class Interval(models.Model):
    """From `since` until the next row of this clause it was in this state. A state of NULL: it left the policy.

    `evidence` are the events that it was derived from; the entry `event_id` of the log seals all of it.
    """

    pk = models.CompositePrimaryKey("customer_id", "number")
    customer_id = models.UUIDField()
    number = models.BigIntegerField()
    pack = models.TextField()
    pack_version = models.IntegerField()
    clause = models.TextField()
    since = models.DateTimeField()
    state = models.TextField(null=True)
    underlying = models.TextField(null=True)
    code = models.TextField()
    params = models.TextField()
    evidence = models.TextField()
    exception_id = models.UUIDField(null=True)
    event_id = models.UUIDField()

    class Meta:
        db_table = "promises_interval"

    def __str__(self) -> str:
        return f"{self.clause} {self.number}"


class ExceptionRow(models.Model):
    """An exception that was asked for. Whether it counts is told by its steps."""

    pk = models.CompositePrimaryKey("customer_id", "exception_id")
    customer_id = models.UUIDField()
    exception_id = models.UUIDField()
    pack = models.TextField()
    clause = models.TextField()
    reason = models.TextField()
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    event_id = models.UUIDField()

    class Meta:
        db_table = "promises_exception"

    def __str__(self) -> str:
        return str(self.exception_id)


class ExceptionStep(models.Model):
    """What became of an exception: approved by somebody else, refused, or withdrawn. Each at most once."""

    pk = models.CompositePrimaryKey("customer_id", "exception_id", "step")
    customer_id = models.UUIDField()
    exception_id = models.UUIDField()
    step = models.TextField()
    by_account = models.UUIDField()
    at = models.DateTimeField()
    event_id = models.UUIDField()

    class Meta:
        db_table = "promises_exception_step"

    def __str__(self) -> str:
        return f"{self.exception_id} {self.step}"


class Version(models.Model):
    """Rises with every commit that a reader of this customer's promises could see. Its row is the lock of writers."""

    customer_id = models.UUIDField(primary_key=True)
    version = models.BigIntegerField(default=0)

    class Meta:
        db_table = "promises_version"

    def __str__(self) -> str:
        return str(self.version)
