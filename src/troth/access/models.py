"""Accounts, enrolments, sessions, API keys, and the counter of attempts."""

from django.db import models
from django.db.models import Q

DIGEST = 32


class AccountState(models.TextChoices):
    """`invited` until the person has set a password of their own."""

    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class Account(models.Model):
    """One person at one customer, or at the operator. The mail address is sealed under a key slot of its own.

    `mail_index` is a keyed digest (the operator's stable key `mail-index`): it finds, it does not tell.
    """

    pk = models.CompositePrimaryKey("customer_id", "account_id")
    customer_id = models.UUIDField()
    account_id = models.UUIDField()
    role = models.TextField()
    state = models.TextField(choices=AccountState, default=AccountState.INVITED)
    page = models.IntegerField()
    slot = models.SmallIntegerField()
    mail = models.BinaryField(null=True)
    mail_index = models.BinaryField(null=True)
    password = models.TextField(default="")
    locale = models.TextField(default="en")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "access_account"
        constraints = [
            models.UniqueConstraint(
                name="access_account_mail", fields=["customer_id", "mail_index"], condition=~Q(state="deactivated")
            ),
            models.CheckConstraint(name="access_account_state", condition=Q(state__in=AccountState.values)),
            models.CheckConstraint(
                name="access_account_enrolled",
                condition=~Q(state="active") | (Q(mail__isnull=False) & Q(mail_index__isnull=False) & ~Q(password="")),
            ),
        ]
        indexes = [models.Index(name="door_sign_in", fields=["mail_index"])]

    def __str__(self) -> str:
        return str(self.account_id)


class Enrolment(models.Model):
    """One link with which one person sets the password of one account, once."""

    pk = models.CompositePrimaryKey("customer_id", "enrolment_id")
    customer_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    account_id = models.UUIDField()
    token_digest = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_enrolment"
        indexes = [models.Index(name="door_enrolment", fields=["token_digest"])]

    def __str__(self) -> str:
        return str(self.enrolment_id)


class Session(models.Model):
    """One browser session. The cookie's value is stored as a digest; the data never holds anything personal."""

    pk = models.CompositePrimaryKey("customer_id", "session_id")
    customer_id = models.UUIDField()
    session_id = models.UUIDField()
    account_id = models.UUIDField()
    key_digest = models.BinaryField()
    data = models.TextField(default="")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "access_session"
        indexes = [models.Index(name="door_session", fields=["key_digest"])]

    def __str__(self) -> str:
        return str(self.session_id)


class ApiKey(models.Model):
    """One API key of one account: `troth_<key id>_<secret>`, of which the secret's SHA-256 is kept."""

    pk = models.CompositePrimaryKey("customer_id", "key_id")
    customer_id = models.UUIDField()
    key_id = models.UUIDField()
    account_id = models.UUIDField()
    name = models.TextField()
    secret_digest = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_api_key"
        indexes = [models.Index(name="door_key_lookup", fields=["key_id"])]

    def __str__(self) -> str:
        return str(self.key_id)


class Attempts(models.Model):
    """How often something was tried in the present window. The key is a keyed digest of who and where."""

    key = models.BinaryField(primary_key=True)
    started_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        db_table = "access_attempts"

    def __str__(self) -> str:
        return str(self.count)
