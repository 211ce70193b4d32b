"""The tables of erasures. They hold ids, times, codes and counts: nothing that would have to be erased itself."""

from enum import StrEnum

from django.db import models
from django.db.models import Q

from troth.erasure.rules import State, Step, StepState

DIGEST_BYTES = 32


def _choices(*values: str) -> list[tuple[str, str]]:
    # Plain strings: a migration must not depend on what the enumeration says later.
    return [(str(value), str(value)) for value in values]


def _values(states: type[StrEnum]) -> list[str]:
    return [str(state) for state in states]


class Request(models.Model):
    """One erasure. `target_id` is the subject's or the customer's own id; at most one that is not cancelled per target.

    The limits are those of the terms at the confirmation, or stricter ones that came while it was open: a later policy
    loosens no promise already given. `page` and `slot` say which key dies. `event_id` is the entry of the customer's
    log that says that it is gone.
    """

    pk = models.CompositePrimaryKey("customer_id", "erasure_id")
    customer_id = models.UUIDField()
    erasure_id = models.UUIDField()
    target = models.TextField(choices=_choices("subject", "customer"))
    target_id = models.UUIDField()
    page = models.BigIntegerField(null=True)
    slot = models.SmallIntegerField(null=True)
    state = models.TextField(choices=_choices(*State), default=State.CONFIRMED.value)
    asked_kind = models.TextField()
    asked_account = models.UUIDField(null=True)
    asked_route = models.TextField()
    confirmed_at = models.DateTimeField()
    grace_until = models.DateTimeField()
    production_within = models.DurationField()
    backups_within = models.DurationField()
    epoch = models.BigIntegerField(null=True)
    keys_destroyed_at = models.DateTimeField(null=True)
    media = models.JSONField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    event_id = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "erasure_request"
        constraints = [
            models.UniqueConstraint(
                name="erasure_request_once", fields=["customer_id", "target_id"], condition=~Q(state="cancelled")
            ),
            models.CheckConstraint(name="erasure_request_state", condition=Q(state__in=_values(State))),
            models.CheckConstraint(
                name="erasure_request_target",
                condition=Q(target="subject", page__isnull=False, slot__isnull=False)
                | Q(target="customer", page=None, slot=None),
            ),
            # Done means: keys destroyed, gone everywhere, nothing found, and the log says so.
            models.CheckConstraint(
                name="erasure_request_done",
                condition=~Q(state="done")
                | Q(
                    epoch__isnull=False,
                    keys_destroyed_at__isnull=False,
                    acknowledged_at__isnull=False,
                    gone_at__isnull=False,
                    event_id__isnull=False,
                    ended_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="erasure_request_cancelled", condition=~Q(state="cancelled") | Q(epoch=None, gone_at=None)
            ),
        ]
        indexes = [models.Index(name="erasure_request_open", fields=["state"], condition=~Q(state="done"))]

    def __str__(self) -> str:
        return str(self.erasure_id)


class StepRow(models.Model):
    """One step of one erasure: what it is doing, how far it is, what it waits for or failed with."""

    pk = models.CompositePrimaryKey("customer_id", "erasure_id", "step")
    customer_id = models.UUIDField()
    erasure_id = models.UUIDField()
    step = models.TextField(choices=_choices(*Step))
    state = models.TextField(choices=_choices(*StepState), default=StepState.PENDING.value)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    attempts = models.IntegerField(default=0)
    error_code = models.TextField(null=True)
    waiting_for = models.TextField(null=True)
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "erasure_step"
        constraints = [
            models.CheckConstraint(name="erasure_step_state", condition=Q(state__in=_values(StepState))),
            models.CheckConstraint(
                name="erasure_step_done", condition=~Q(state="done") | Q(finished_at__isnull=False, error_code=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.erasure_id} {self.step}"


class Tally(models.Model):
    """What was removed from a table or store so far, or what the scan found there: for the certificate."""

    pk = models.CompositePrimaryKey("customer_id", "erasure_id", "phase", "store", "question")
    customer_id = models.UUIDField()
    erasure_id = models.UUIDField()
    phase = models.TextField(choices=_choices("removed", "checked"))
    store = models.TextField()
    question = models.TextField()
    count = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "erasure_tally"

    def __str__(self) -> str:
        return f"{self.erasure_id} {self.phase} {self.store}"


class CertificateRow(models.Model):
    """A signed certificate, as issued. Its page is made from it when asked for."""

    pk = models.CompositePrimaryKey("customer_id", "certificate_id")
    customer_id = models.UUIDField()
    certificate_id = models.UUIDField()
    erasure_id = models.UUIDField()
    issued_at = models.DateTimeField()
    envelope = models.BinaryField()

    class Meta:
        db_table = "erasure_certificate"
        constraints = [models.UniqueConstraint(name="erasure_certificate_once", fields=["customer_id", "erasure_id"])]

    def __str__(self) -> str:
        return str(self.certificate_id)


class Receipt(models.Model):
    """The link of the owner of a deleted customer. Of its secret only the digest is kept.

    `public` seals the log bundle so that nobody but the link's holder opens it.
    """

    pk = models.CompositePrimaryKey("customer_id", "receipt_id")
    customer_id = models.UUIDField()
    receipt_id = models.UUIDField()
    erasure_id = models.UUIDField()
    digest = models.BinaryField()
    public = models.BinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    bundle_bytes = models.BigIntegerField(null=True)

    class Meta:
        db_table = "erasure_receipt"
        constraints = [models.UniqueConstraint(name="erasure_receipt_once", fields=["customer_id", "erasure_id"])]
        indexes = [models.Index(name="door_receipt", fields=["receipt_id"])]

    def __str__(self) -> str:
        return str(self.receipt_id)
