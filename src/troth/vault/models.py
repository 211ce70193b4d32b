"""The tables of the vault. Relations are plain columns; the composite foreign keys stand in the migrations.

Every index but the primary keys says `WHERE <its second column> IS NOT NULL`, of a column that never is. So the planner
considers it only for queries that name that column. Without it, a table that was analysed while it was empty makes all
its indexes look equally good, and a look-up may walk through all of a customer's rows (docs/decisions/0505).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Dataset(models.Model):
    """A named collection of records with one schema, of which `schema_version` is the newest version."""

    pk = models.CompositePrimaryKey("customer_id", "dataset_id")
    customer_id = models.UUIDField()
    dataset_id = models.UUIDField()
    name = models.TextField()
    one_record_per_subject = models.BooleanField(default=True)
    schema_version = models.SmallIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "vault_dataset"
        constraints = [models.UniqueConstraint(fields=["customer_id", "name"], name="vault_dataset_name")]


class SchemaVersion(models.Model):
    """One version of a dataset's schema: written once, never changed."""

    pk = models.CompositePrimaryKey("customer_id", "dataset_id", "version")
    customer_id = models.UUIDField()
    dataset_id = models.UUIDField()
    version = models.SmallIntegerField()
    definition = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "vault_schema"


class SubjectState(models.TextChoices):
    """`frozen`: being erased; nothing about the person is stored, changed or shown any more."""

    ACTIVE = "active"
    FROZEN = "frozen"


class Subject(models.Model):
    """A person in the data, and where the key is that seals all about them. No row: erased, or never here."""

    pk = models.CompositePrimaryKey("customer_id", "subject_id")
    customer_id = models.UUIDField()
    subject_id = models.UUIDField()
    page = models.BigIntegerField()
    slot = models.SmallIntegerField()
    state = models.TextField(choices=SubjectState, default=SubjectState.ACTIVE)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "vault_subject"
        constraints = [
            # Two people under one key would be erased together.
            models.UniqueConstraint(
                fields=["customer_id", "page", "slot"],
                condition=Q(page__isnull=False),
                name="vault_subject_slot",
            ),
            models.CheckConstraint(condition=Q(state__in=SubjectState.values), name="vault_subject_state"),
        ]


class Record(models.Model):
    """One record: a sealed blob of all that is not plain. `single` is true in datasets of one record per subject."""

    pk = models.CompositePrimaryKey("customer_id", "record_id")
    customer_id = models.UUIDField()
    record_id = models.UUIDField()
    dataset_id = models.UUIDField()
    subject_id = models.UUIDField()
    schema_version = models.SmallIntegerField()
    version = models.IntegerField(default=1)
    single = models.BooleanField(null=True)
    sealed = models.BinaryField()
    plain = models.JSONField(null=True)
    import_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "vault_record"
        constraints = [
            # NULLs differ from one another, so this holds where `single` is true, and still finds all of a subject's
            # records: one index instead of a partial unique one and a second for the look-up.
            models.UniqueConstraint(
                fields=["customer_id", "subject_id", "dataset_id", "single"],
                condition=Q(subject_id__isnull=False),
                name="vault_record_subject",
            ),
            models.CheckConstraint(condition=Q(single=True) | Q(single=None), name="vault_record_single"),
        ]
        indexes = [
            models.Index(
                fields=["customer_id", "dataset_id", "record_id"],
                condition=Q(dataset_id__isnull=False),
                name="vault_record_dataset",
            )
        ]


class Identifier(models.Model):
    """A keyed digest under which a subject is found."""

    pk = models.CompositePrimaryKey("customer_id", "kind", "digest")
    customer_id = models.UUIDField()
    kind = models.TextField()
    digest = models.BinaryField()
    subject_id = models.UUIDField()

    class Meta:
        db_table = "vault_identifier"
        indexes = [
            models.Index(
                fields=["customer_id", "subject_id"],
                condition=Q(subject_id__isnull=False),
                name="vault_identifier_subject",
            )
        ]


class Change(models.Model):
    """Who changed which fields of a record, and when; never what they held."""

    pk = models.CompositePrimaryKey("customer_id", "change_id")
    customer_id = models.UUIDField()
    change_id = models.UUIDField()
    record_id = models.UUIDField()
    subject_id = models.UUIDField()
    version = models.IntegerField()
    what = models.TextField()
    fields = ArrayField(models.TextField())
    changed_at = models.DateTimeField()
    actor_kind = models.TextField()
    account_id = models.UUIDField(null=True)
    import_id = models.UUIDField(null=True)

    class Meta:
        db_table = "vault_change"
        indexes = [
            models.Index(
                fields=["customer_id", "record_id", "change_id"],
                condition=Q(record_id__isnull=False),
                name="vault_change_record",
            ),
            models.Index(
                fields=["customer_id", "subject_id"], condition=Q(subject_id__isnull=False), name="vault_change_subject"
            ),
        ]


class Import(models.Model):
    """One import that was committed. Its row commits with its records."""

    pk = models.CompositePrimaryKey("customer_id", "import_id")
    customer_id = models.UUIDField()
    import_id = models.UUIDField()
    dataset_id = models.UUIDField()
    format = models.TextField()
    on_duplicate = models.TextField()
    source_bytes = models.BigIntegerField()
    source_digest = models.BinaryField()
    once = models.BooleanField(null=True)
    rows_read = models.BigIntegerField()
    stored = models.BigIntegerField()
    updated = models.BigIntegerField()
    unchanged = models.BigIntegerField()
    skipped = models.BigIntegerField()
    rejected = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    actor_kind = models.TextField()
    account_id = models.UUIDField(null=True)

    class Meta:
        db_table = "vault_import"
        constraints = [
            # Where rows carry nothing to tell them by, the same source is taken once (`once` is true there).
            models.UniqueConstraint(
                fields=["customer_id", "dataset_id", "source_digest", "once"], name="vault_import_once"
            ),
            models.CheckConstraint(condition=Q(once=True) | Q(once=None), name="vault_import_once_true"),
        ]
