"""The log's tables, what each role may do with them, and what nobody may."""

from django.db import migrations, models

from troth.kernel.migrations import RoleDoor, Unwalled, Walled

ROW = "customer_id uuid NOT NULL, event_id uuid NOT NULL, operation text NOT NULL, entity text, leaf bytea NOT NULL"
OPENINGS = (
    "who bytea, ids bytea, who_until date, whence bytea, whence_until date, subject bytea, subject_until date"
)

TABLES = f"""
CREATE TABLE audit_inbox (
    {ROW},
    -- A leaf is one line of a bundle, and its length fits the 16 bits of a C2SP entry bundle.
    CONSTRAINT audit_inbox_leaf CHECK (octet_length(leaf) <= 65535 AND position('\\x0a'::bytea IN leaf) = 0)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 1000000000);
CREATE INDEX audit_inbox_oldest ON audit_inbox (event_id);

CREATE TABLE audit_entry (
    {ROW}, leaf_index bigint NOT NULL,
    CONSTRAINT audit_entry_pkey PRIMARY KEY (customer_id, leaf_index)
);
CREATE INDEX audit_entry_event ON audit_entry (customer_id, event_id);
-- Over hashes: half the size, and a fifth faster to seal, than over the texts themselves.
CREATE INDEX audit_entry_operation ON audit_entry (customer_id, hashtext(operation), leaf_index);
CREATE INDEX audit_entry_entity ON audit_entry (customer_id, hashtextextended(entity, 0)) WHERE entity IS NOT NULL;

CREATE TABLE audit_opening (
    customer_id uuid NOT NULL, event_id uuid NOT NULL, {OPENINGS},
    CONSTRAINT audit_opening_pkey PRIMARY KEY (customer_id, event_id)
);
CREATE INDEX audit_opening_due ON audit_opening USING brin (who_until, whence_until, subject_until);

CREATE TABLE audit_tile (
    customer_id uuid NOT NULL, level smallint NOT NULL, tile_index bigint NOT NULL, hashes bytea NOT NULL,
    CONSTRAINT audit_tile_pkey PRIMARY KEY (customer_id, level, tile_index),
    CONSTRAINT audit_tile_hashes CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0)
);
CREATE TABLE audit_checkpoint (
    customer_id uuid NOT NULL, size bigint NOT NULL, root bytea NOT NULL, note text NOT NULL,
    overall_index bigint NOT NULL, made_at timestamptz NOT NULL,
    CONSTRAINT audit_checkpoint_pkey PRIMARY KEY (customer_id, size)
);
CREATE TABLE audit_overall_tile (
    level smallint NOT NULL, tile_index bigint NOT NULL, hashes bytea NOT NULL,
    CONSTRAINT audit_overall_tile_pkey PRIMARY KEY (level, tile_index),
    CONSTRAINT audit_overall_tile_hashes
        CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0)
);
CREATE TABLE audit_overall_checkpoint (
    size bigint NOT NULL PRIMARY KEY, root bytea NOT NULL, note text NOT NULL, made_at timestamptz NOT NULL
);
-- Hashes and sealed bytes do not compress: don't try.
ALTER TABLE audit_tile ALTER hashes SET STORAGE EXTERNAL;
ALTER TABLE audit_overall_tile ALTER hashes SET STORAGE EXTERNAL;
ALTER TABLE audit_opening ALTER ids SET STORAGE EXTERNAL;
"""

# Grants keep the roles out; these keep out the owner too, by mistake or by an injected statement. A superuser
# who drops them leaves the signed checkpoints outside as the last witness.
GUARDS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE FUNCTION audit_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF substring(NEW.hashes FROM 1 FOR octet_length(OLD.hashes)) IS DISTINCT FROM OLD.hashes
       OR (to_jsonb(NEW) - 'hashes') IS DISTINCT FROM (to_jsonb(OLD) - 'hashes') THEN
        RAISE EXCEPTION 'the log is append-only: a tile of % can only grow', TG_TABLE_NAME USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION audit_refuse(), audit_only_grow() FROM PUBLIC;
"""


def _guard(table: str, *, grows: bool = False) -> str:
    refused = "DELETE" if grows else "UPDATE OR DELETE"
    guard = (
        f"CREATE TRIGGER {table}_kept BEFORE {refused} ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse();\n"
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();\n"
    )
    if grows:
        guard += f"CREATE TRIGGER {table}_grows BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_only_grow();\n"
    return guard


OPENING_FIELDS = [
    ("who", models.BinaryField(null=True)),
    ("ids", models.BinaryField(null=True)),
    ("who_until", models.DateField(null=True)),
    ("whence", models.BinaryField(null=True)),
    ("whence_until", models.DateField(null=True)),
    ("subject", models.BinaryField(null=True)),
    ("subject_until", models.DateField(null=True)),
]


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        # Written as SQL because their keys, checks, storage and triggers are the point; Django learns only the shape.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(TABLES),
                migrations.RunSQL(GUARDS),
                *(migrations.RunSQL(_guard(table)) for table in ("audit_entry", "audit_checkpoint", "audit_overall_checkpoint")),
                *(migrations.RunSQL(_guard(table, grows=True)) for table in ("audit_tile", "audit_overall_tile")),
            ],
            state_operations=[
                migrations.CreateModel(
                    "InboxEntry",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "event_id", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("event_id", models.UUIDField()),
                        ("operation", models.TextField()),
                        ("entity", models.TextField(null=True)),
                        ("leaf", models.BinaryField()),
                    ],
                    {"db_table": "audit_inbox"},
                ),
                migrations.CreateModel(
                    "Entry",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "leaf_index", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("leaf_index", models.BigIntegerField()),
                        ("event_id", models.UUIDField()),
                        ("operation", models.TextField()),
                        ("entity", models.TextField(null=True)),
                        ("leaf", models.BinaryField()),
                    ],
                    {"db_table": "audit_entry"},
                ),
                migrations.CreateModel(
                    "Opening",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "event_id", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("event_id", models.UUIDField()),
                        *OPENING_FIELDS,
                    ],
                    {"db_table": "audit_opening"},
                ),
                migrations.CreateModel(
                    "Tile",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "level", "tile_index", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("level", models.SmallIntegerField()),
                        ("tile_index", models.BigIntegerField()),
                        ("hashes", models.BinaryField()),
                    ],
                    {"db_table": "audit_tile"},
                ),
                migrations.CreateModel(
                    "Checkpoint",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "size", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("size", models.BigIntegerField()),
                        ("root", models.BinaryField()),
                        ("note", models.TextField()),
                        ("overall_index", models.BigIntegerField()),
                        ("made_at", models.DateTimeField()),
                    ],
                    {"db_table": "audit_checkpoint"},
                ),
                migrations.CreateModel(
                    "OverallTile",
                    [
                        ("pk", models.CompositePrimaryKey("level", "tile_index", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("level", models.SmallIntegerField()),
                        ("tile_index", models.BigIntegerField()),
                        ("hashes", models.BinaryField()),
                    ],
                    {"db_table": "audit_overall_tile"},
                ),
                migrations.CreateModel(
                    "OverallCheckpoint",
                    [
                        ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("root", models.BinaryField()),
                        ("note", models.TextField()),
                        ("made_at", models.DateTimeField()),
                    ],
                    {"db_table": "audit_overall_checkpoint"},
                ),
            ],
        ),
        Walled("audit_inbox", app="INSERT"),
        Walled("audit_entry", app="SELECT"),
        Walled("audit_opening", app="SELECT, INSERT"),
        Walled("audit_tile", app="SELECT"),
        Walled("audit_checkpoint", app="SELECT"),
        RoleDoor("audit_inbox", role="sealer", grants="SELECT, DELETE"),
        RoleDoor("audit_entry", role="sealer", grants="SELECT, INSERT"),
        RoleDoor("audit_opening", role="sealer", grants="SELECT, UPDATE"),
        RoleDoor("audit_tile", role="sealer", grants="SELECT, INSERT, UPDATE"),
        RoleDoor("audit_checkpoint", role="sealer", grants="SELECT, INSERT"),
        RoleDoor("audit_inbox", role="keeper", grants="SELECT"),
        RoleDoor("audit_opening", role="keeper", grants="SELECT, DELETE"),
        # Heads of all customers hashed together: an inclusion proof needs them, and they tell nothing.
        Unwalled("audit_overall_tile", grants={"app": "SELECT", "probe": "SELECT", "sealer": "SELECT, INSERT, UPDATE"}),
        Unwalled("audit_overall_checkpoint", grants={"app": "SELECT", "probe": "SELECT", "sealer": "SELECT, INSERT"}),
    ]
