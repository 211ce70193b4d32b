"""The tables of the log. What each role may do with them stands in the migration."""

from django.db import models


class InboxEntry(models.Model):
    """A committed entry that waits for its place in the log. The sealer takes it out again.

    The database keeps no unique key on it: a duplicate must neither reveal a row nor hold up the sealer.
    """

    pk = models.CompositePrimaryKey("customer_id", "event_id")
    customer_id = models.UUIDField()
    event_id = models.UUIDField()
    operation = models.TextField()
    entity = models.TextField(null=True)
    leaf = models.BinaryField()

    class Meta:
        db_table = "audit_inbox"


class Entry(models.Model):
    """A sealed entry: the exact leaf, its index in the customer's tree, and columns to find it by.

    The columns repeat what the leaf says; the leaf is what is proven. The event's time is in its id (UUIDv7).
    """

    pk = models.CompositePrimaryKey("customer_id", "leaf_index")
    customer_id = models.UUIDField()
    leaf_index = models.BigIntegerField()
    event_id = models.UUIDField()
    operation = models.TextField()
    entity = models.TextField(null=True)
    leaf = models.BinaryField()

    class Meta:
        db_table = "audit_entry"


class Opening(models.Model):
    """What opens an entry's commitments, sealed; each part until its day. Gone, the entry still verifies."""

    pk = models.CompositePrimaryKey("customer_id", "event_id")
    customer_id = models.UUIDField()
    event_id = models.UUIDField()
    who = models.BinaryField(null=True)
    ids = models.BinaryField(null=True)
    who_until = models.DateField(null=True)
    whence = models.BinaryField(null=True)
    whence_until = models.DateField(null=True)
    subject = models.BinaryField(null=True)
    subject_until = models.DateField(null=True)

    class Meta:
        db_table = "audit_opening"


class Tile(models.Model):
    """256 hashes of a customer's tree. Of level 0 only full tiles are kept: the last one follows from the entries."""

    pk = models.CompositePrimaryKey("customer_id", "level", "tile_index")
    customer_id = models.UUIDField()
    level = models.SmallIntegerField()
    tile_index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "audit_tile"


class Checkpoint(models.Model):
    """A signed head of a customer's tree, and the index at which it stands as a leaf in the tree over all."""

    pk = models.CompositePrimaryKey("customer_id", "size")
    customer_id = models.UUIDField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    overall_index = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "audit_checkpoint"


class OverallTile(models.Model):
    """256 hashes of the tree over all. They tell nothing of any customer."""

    pk = models.CompositePrimaryKey("level", "tile_index")
    level = models.SmallIntegerField()
    tile_index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "audit_overall_tile"


class OverallCheckpoint(models.Model):
    """A signed head of the tree over all."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "audit_overall_checkpoint"
