"""Rights on the job queue (procrastinate's own tables): any process of ours may enqueue; the worker works as the app role.

The queue holds ids, never personal data, and belongs to no customer.
"""

from collections.abc import Sequence

from django.db import migrations

from troth.kernel.database import role_name
from troth.kernel.migrations import Unwalled, _Statements

TABLES = ("procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers", "procrastinate_workers")


class _Sequences(_Statements):
    """The numbers of the queue's rows."""

    def statements(self, database: str) -> Sequence[str]:
        app = role_name("app", database)
        return [
            "DO $$ DECLARE found text; BEGIN FOR found IN SELECT sequencename FROM pg_catalog.pg_sequences "
            "WHERE schemaname = current_schema() AND sequencename LIKE 'procrastinate%' LOOP "
            f"EXECUTE format('GRANT USAGE ON SEQUENCE %I TO \"{app}\"', found); END LOOP; END $$"
        ]


class Migration(migrations.Migration):
    dependencies = [("procrastinate", "0041_post_retry_failed_job")]
    operations = [
        *(Unwalled(table, grants={"app": "SELECT, INSERT, UPDATE, DELETE"}) for table in TABLES),
        _Sequences(),
    ]
