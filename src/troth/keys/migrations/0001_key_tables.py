"""The key tables, walled; the epochs, the places and the register of processes belong to no customer."""

import django.db.models.functions.datetime
from django.db import migrations, models

from troth.kernel.migrations import ForeignKey, RoleDoor, Unwalled, Walled

_KEEPER = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('customer_id', models.UUIDField(primary_key=True, serialize=False)),
                ('epoch', models.BigIntegerField()),
                ('version', models.BigIntegerField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'keys_customer',
            },
        ),
        migrations.CreateModel(
            name='Directory',
            fields=[
                ('customer_id', models.UUIDField(primary_key=True, serialize=False)),
                ('version', models.BigIntegerField()),
                ('written_epoch', models.BigIntegerField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'keys_directory',
            },
        ),
        migrations.CreateModel(
            name='Epoch',
            fields=[
                ('epoch', models.BigIntegerField(primary_key=True, serialize=False)),
                ('fingerprint', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.TextField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('slots_destroyed', models.BigIntegerField(default=0)),
                ('customers_destroyed', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'keys_epoch',
            },
        ),
        migrations.CreateModel(
            name='Page',
            fields=[
                ('pk', models.CompositePrimaryKey('customer_id', 'page', blank=True, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('page', models.BigIntegerField()),
                ('version', models.BigIntegerField()),
                ('written_epoch', models.BigIntegerField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'keys_page',
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('place_id', models.UUIDField(primary_key=True, serialize=False)),
                ('label', models.TextField()),
                ('added_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
                ('retired_why', models.TextField(null=True)),
            ],
            options={
                'db_table': 'keys_place',
            },
        ),
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('worker_id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('host', models.TextField()),
                ('pid', models.IntegerField()),
                ('epoch', models.BigIntegerField()),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('fenced_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'keys_worker',
            },
        ),
        # Sealed bytes don't compress: PostgreSQL should not try.
        migrations.RunSQL("ALTER TABLE keys_page ALTER COLUMN sealed SET STORAGE EXTERNAL"),
        migrations.RunSQL("ALTER TABLE keys_directory ALTER COLUMN sealed SET STORAGE EXTERNAL"),
        # An epoch rewrites every row of this table: room for the new versions beside the old ones.
        migrations.RunSQL("ALTER TABLE keys_customer SET (fillfactor = 45)"),
        ForeignKey("keys_directory", ("customer_id",), "keys_customer"),
        ForeignKey("keys_page", ("customer_id",), "keys_customer"),
        # The app makes customers, and extends directories by pages. Only the keeper changes keys that are there.
        Walled("keys_customer", app="SELECT, INSERT"),
        Walled("keys_directory", app="SELECT, INSERT, UPDATE"),
        Walled("keys_page", app="SELECT, INSERT"),
        RoleDoor("keys_customer", role="keeper", grants=_KEEPER),
        RoleDoor("keys_directory", role="keeper", grants=_KEEPER),
        RoleDoor("keys_page", role="keeper", grants=_KEEPER),
        Unwalled("keys_epoch", grants={"app": "SELECT", "probe": "SELECT", "keeper": "SELECT, INSERT, UPDATE"}),
        Unwalled("keys_place", grants={"app": "SELECT", "probe": "SELECT", "keeper": "SELECT, INSERT, UPDATE"}),
        Unwalled(
            "keys_worker",
            grants={
                "app": "SELECT, INSERT, DELETE, UPDATE (epoch, seen_at)",
                "probe": "SELECT",
                "keeper": _KEEPER,
            },
        ),
    ]
