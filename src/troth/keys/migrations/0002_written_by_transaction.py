"""Rows say in which transaction they were written: a snapshot takes up what the last one has not seen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keys", "0001_key_tables")]

    operations = [
        operation
        for model in ("directory", "page")
        for operation in (
            migrations.RemoveField(model, "written_epoch"),
            migrations.AddField(model, "written", models.BigIntegerField(default=0), preserve_default=False),
            migrations.RunSQL(
                f"ALTER TABLE keys_{model} ALTER COLUMN written SET DEFAULT pg_current_xact_id()::text::int8"
            ),
        )
    ]
