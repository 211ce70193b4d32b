"""What was answered under an Idempotency-Key."""

from django.db import models


class Replay(models.Model):
    """One write of one account. The digests are keyed; the answer holds ids and counts, nothing personal."""

    pk = models.CompositePrimaryKey("customer_id", "key_digest")
    customer_id = models.UUIDField()
    key_digest = models.BinaryField()
    request_digest = models.BinaryField()
    chosen_id = models.UUIDField()
    status = models.SmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "api_replay"
        indexes = [models.Index("customer_id", "expires_at", name="api_replay_expiry")]

    def __str__(self) -> str:
        return self.key_digest.hex() if isinstance(self.key_digest, bytes) else "replay"
