"""The key tables. Everything in them that matters is sealed; without a root from the key places they open nothing."""

from django.db import models
from django.db.models.functions import Now


class Epoch(models.Model):
    """One root's reign. The newest row is the current epoch; its root lies in the key places."""

    epoch = models.BigIntegerField(primary_key=True)
    fingerprint = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    settled_at = models.DateTimeField(null=True)
    slots_destroyed = models.BigIntegerField(default=0)
    customers_destroyed = models.BigIntegerField(default=0)

    class Meta:
        db_table = "keys_epoch"


class Place(models.Model):
    """A key place that ever held a root. Until it is retired, no epoch goes on without it."""

    place_id = models.UUIDField(primary_key=True)
    label = models.TextField()
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    retired_why = models.TextField(null=True)

    class Meta:
        db_table = "keys_place"


class Worker(models.Model):
    """A process that may hold opened keys, and the epoch up to which it has let go of the old ones."""

    worker_id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    host = models.TextField()
    pid = models.IntegerField()
    epoch = models.BigIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    fenced_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "keys_worker"


class Customer(models.Model):
    """A customer's key, sealed under the root of `epoch`."""

    customer_id = models.UUIDField(primary_key=True)
    epoch = models.BigIntegerField()
    version = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "keys_customer"


class Directory(models.Model):
    """A customer's directory, sealed under its key. Its row's lock is that of all who write this customer's keys."""

    customer_id = models.UUIDField(primary_key=True)
    version = models.BigIntegerField()
    written = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "keys_directory"


class Page(models.Model):
    """A page of 256 keys, sealed under a key that only the directory holds."""

    pk = models.CompositePrimaryKey("customer_id", "page")
    customer_id = models.UUIDField()
    page = models.BigIntegerField()
    version = models.BigIntegerField()
    written = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "keys_page"
