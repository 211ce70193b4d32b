"""What is to be said, to whom it went, and where webhooks go. Payloads hold no personal data; addresses are sealed."""

from django.db import models
from django.db.models import Q

STATES = ("waiting", "delivered", "given_up", "expired", "withdrawn")
CHANNELS = ("webhook", "mail")


class Message(models.Model):
    """One thing to tell. Its id is the same in every attempt, so that a receiver can tell a repetition.

    `spread_at` is when its deliveries were listed; `done_at` when none of them waits any more.
    """

    pk = models.CompositePrimaryKey("customer_id", "message_id")
    customer_id = models.UUIDField()
    message_id = models.UUIDField()
    kind = models.TextField()
    payload = models.JSONField()
    webhooks = models.BooleanField()
    roles = models.JSONField(default=list)
    accounts = models.JSONField(default=list)
    endpoint_id = models.UUIDField(null=True)
    queued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    spread_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_message"
        constraints = [
            models.CheckConstraint(
                name="messages_message_done", condition=Q(done_at=None) | Q(spread_at__isnull=False)
            ),
        ]
        indexes = [models.Index(name="messages_message_open", fields=["queued_at"], condition=Q(done_at=None))]

    def __str__(self) -> str:
        return str(self.message_id)


class Delivery(models.Model):
    """One message to one receiver: an endpoint, or an account. `reason` is why it waits, or why it was given up."""

    pk = models.CompositePrimaryKey("customer_id", "message_id", "channel", "receiver_id")
    customer_id = models.UUIDField()
    message_id = models.UUIDField()
    channel = models.TextField(choices=[(name, name) for name in CHANNELS])
    receiver_id = models.UUIDField()
    state = models.TextField(choices=[(name, name) for name in STATES], default="waiting")
    attempts = models.IntegerField(default=0)
    reason = models.TextField(null=True)
    status = models.IntegerField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_delivery"
        constraints = [
            models.CheckConstraint(name="messages_delivery_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="messages_delivery_channel", condition=Q(channel__in=CHANNELS)),
            models.CheckConstraint(
                name="messages_delivery_ended",
                condition=Q(state="waiting", ended_at=None, next_attempt_at__isnull=False)
                | (~Q(state="waiting") & Q(ended_at__isnull=False, next_attempt_at=None)),
            ),
            # Unknown is never success: what was given up says why.
            models.CheckConstraint(
                name="messages_delivery_reason", condition=~Q(state="given_up") | Q(reason__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="messages_delivery_due", fields=["next_attempt_at"], condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.channel}"


class Endpoint(models.Model):
    """Where webhooks go. The address (its path may be a secret) and the signing secret are sealed under one key slot.

    `host` is the address's host, for people to tell endpoints apart.
    """

    pk = models.CompositePrimaryKey("customer_id", "endpoint_id")
    customer_id = models.UUIDField()
    endpoint_id = models.UUIDField()
    host = models.TextField()
    page = models.BigIntegerField()
    slot = models.SmallIntegerField()
    url = models.BinaryField()
    secret = models.BinaryField()
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_endpoint"

    def __str__(self) -> str:
        return str(self.endpoint_id)
