"""Evidence, intervals, exceptions: their tables, what each role may do with them, and what nobody may."""

from django.db import migrations, models

from troth.kernel.migrations import RoleDoor, Unwalled, Walled

# One partition a year, made beforehand: nobody has to be there on New Year's Eve. What lies outside goes to the last.
YEARS = range(2026, 2051)
STATES = "'kept', 'at_risk', 'broken', 'stale', 'unverified', 'excepted', 'declared'"
JUDGED = "'kept', 'at_risk', 'broken', 'unverified'"

TABLES = f"""
CREATE SEQUENCE promises_number AS bigint;

CREATE TABLE promises_evidence (
    customer_id uuid NOT NULL, control text NOT NULL, number bigint NOT NULL, seen_at timestamptz NOT NULL,
    event_id uuid NOT NULL, facts bytea, terms bytea NOT NULL, revision text NOT NULL, error text,
    state text NOT NULL, code text NOT NULL,
    CONSTRAINT promises_evidence_pkey PRIMARY KEY (customer_id, control, number, seen_at),
    CONSTRAINT promises_evidence_state CHECK (state IN ({JUDGED})),
    -- A failed look has no facts, and nothing that lacks facts was ever judged well.
    CONSTRAINT promises_evidence_seen
        CHECK ((facts IS NULL) = (error IS NOT NULL) AND (facts IS NOT NULL OR state = 'unverified'))
) PARTITION BY RANGE (seen_at);

CREATE TABLE promises_interval (
    customer_id uuid NOT NULL, number bigint NOT NULL, pack text NOT NULL, pack_version integer NOT NULL,
    clause text NOT NULL, since timestamptz NOT NULL, state text, underlying text, code text NOT NULL,
    params text NOT NULL, evidence text NOT NULL, exception_id uuid, event_id uuid NOT NULL,
    CONSTRAINT promises_interval_pkey PRIMARY KEY (customer_id, number),
    CONSTRAINT promises_interval_state CHECK (state IS NULL OR state IN ({STATES})),
    CONSTRAINT promises_interval_excepted CHECK (
        (state IS NOT DISTINCT FROM 'excepted') = (exception_id IS NOT NULL)
        AND (underlying IS NULL OR underlying IN ({STATES}))
        AND (state IS NOT DISTINCT FROM 'excepted') = (underlying IS NOT NULL))
);
CREATE INDEX promises_interval_clause ON promises_interval (customer_id, pack, clause, number);

CREATE TABLE promises_exception (
    customer_id uuid NOT NULL, exception_id uuid NOT NULL, pack text NOT NULL, clause text NOT NULL,
    reason text NOT NULL, asked_by uuid NOT NULL, asked_at timestamptz NOT NULL, until timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT promises_exception_pkey PRIMARY KEY (customer_id, exception_id),
    CONSTRAINT promises_exception_reason CHECK (length(btrim(reason)) > 0),
    CONSTRAINT promises_exception_ends CHECK (until > asked_at)
);
CREATE TABLE promises_exception_step (
    customer_id uuid NOT NULL, exception_id uuid NOT NULL, step text NOT NULL, by_account uuid NOT NULL,
    at timestamptz NOT NULL, event_id uuid NOT NULL,
    CONSTRAINT promises_exception_step_pkey PRIMARY KEY (customer_id, exception_id, step),
    CONSTRAINT promises_exception_step_step CHECK (step IN ('approved', 'refused', 'withdrawn')),
    CONSTRAINT promises_exception_step_fk FOREIGN KEY (customer_id, exception_id)
        REFERENCES promises_exception (customer_id, exception_id)
);
CREATE TABLE promises_version (
    customer_id uuid NOT NULL PRIMARY KEY, version bigint NOT NULL
);
"""

# Grants keep the roles out; these keep out the owner too, by mistake or by an injected statement. Rows go with their
# customer alone, once its deletion has begun, by the login that purges; a superuser who drops the triggers leaves the
# log's entries as witnesses.
GUARDS = """
CREATE FUNCTION promises_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (
            SELECT FROM erasure_request AS request WHERE request.customer_id = OLD.customer_id
               AND request.target = 'customer' AND request.state IN ('erasing', 'done')
        ) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'evidence is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE FUNCTION promises_approved_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.step = 'approved' AND EXISTS (
        SELECT FROM promises_exception AS asked WHERE asked.customer_id = NEW.customer_id
           AND asked.exception_id = NEW.exception_id AND asked.asked_by = NEW.by_account
    ) THEN
        RAISE EXCEPTION 'nobody approves their own exception' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION promises_refuse(), promises_approved_by_another() FROM PUBLIC;
CREATE TRIGGER promises_exception_step_another BEFORE INSERT ON promises_exception_step
    FOR EACH ROW EXECUTE FUNCTION promises_approved_by_another();
"""

PARTITIONS = [(f"promises_evidence_{year}", f"FOR VALUES FROM ('{year}-01-01Z') TO ('{year + 1}-01-01Z')") for year in YEARS]
PARTITIONS.append(("promises_evidence_other", "DEFAULT"))
KEPT = ("promises_evidence", "promises_interval", "promises_exception", "promises_exception_step")


def _kept(table: str) -> str:
    return f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION promises_refuse();"


def _whole(table: str) -> str:
    return f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION promises_refuse();"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("erasure", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(TABLES),
                *(migrations.RunSQL(f"CREATE TABLE {name} PARTITION OF promises_evidence {bounds}") for name, bounds in PARTITIONS),
                migrations.RunSQL(GUARDS),
                # A row's trigger is cloned to every partition; one against TRUNCATE is not.
                *(migrations.RunSQL(_kept(table)) for table in KEPT),
                *(migrations.RunSQL(_whole(table)) for table in (*KEPT, *(name for name, _ in PARTITIONS))),
            ],
            state_operations=[
                migrations.CreateModel(
                    "Evidence",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "control", "number", "seen_at", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("control", models.TextField()),
                        ("number", models.BigIntegerField()),
                        ("seen_at", models.DateTimeField()),
                        ("event_id", models.UUIDField()),
                        ("facts", models.BinaryField(null=True)),
                        ("terms", models.BinaryField()),
                        ("revision", models.TextField()),
                        ("error", models.TextField(null=True)),
                        ("state", models.TextField()),
                        ("code", models.TextField()),
                    ],
                    {"db_table": "promises_evidence"},
                ),
                migrations.CreateModel(
                    "Interval",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "number", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("number", models.BigIntegerField()),
                        ("pack", models.TextField()),
                        ("pack_version", models.IntegerField()),
                        ("clause", models.TextField()),
                        ("since", models.DateTimeField()),
                        ("state", models.TextField(null=True)),
                        ("underlying", models.TextField(null=True)),
                        ("code", models.TextField()),
                        ("params", models.TextField()),
                        ("evidence", models.TextField()),
                        ("exception_id", models.UUIDField(null=True)),
                        ("event_id", models.UUIDField()),
                    ],
                    {"db_table": "promises_interval"},
                ),
                migrations.CreateModel(
                    "ExceptionRow",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "exception_id", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("exception_id", models.UUIDField()),
                        ("pack", models.TextField()),
                        ("clause", models.TextField()),
                        ("reason", models.TextField()),
                        ("asked_by", models.UUIDField()),
                        ("asked_at", models.DateTimeField()),
                        ("until", models.DateTimeField()),
                        ("event_id", models.UUIDField()),
                    ],
                    {"db_table": "promises_exception"},
                ),
                migrations.CreateModel(
                    "ExceptionStep",
                    [
                        ("pk", models.CompositePrimaryKey("customer_id", "exception_id", "step", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("customer_id", models.UUIDField()),
                        ("exception_id", models.UUIDField()),
                        ("step", models.TextField()),
                        ("by_account", models.UUIDField()),
                        ("at", models.DateTimeField()),
                        ("event_id", models.UUIDField()),
                    ],
                    {"db_table": "promises_exception_step"},
                ),
                migrations.CreateModel(
                    "Version",
                    [
                        ("customer_id", models.UUIDField(primary_key=True, serialize=False)),
                        ("version", models.BigIntegerField(default=0)),
                    ],
                    {"db_table": "promises_version"},
                ),
            ],
        ),
        *(Walled(table, app="SELECT, INSERT") for table in KEPT),
        # A partition is walled like its parent, for whoever asks it by its own name.
        *(Walled(name, app="SELECT") for name, _ in PARTITIONS),
        Walled("promises_version", app="SELECT, INSERT, UPDATE"),
        *(RoleDoor(table, role="keeper", grants="SELECT, DELETE") for table in (*KEPT, "promises_version")),
        Unwalled("promises_number", grants={"app": "USAGE"}),
    ]
