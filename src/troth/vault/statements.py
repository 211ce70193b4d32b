"""The vault's SQL in one place, so that pipelines of other parts run the very same statements.

All bind with `%b` and want a `psycopg.Cursor` on Django's connection, inside `kernel.wall.within`; read with
`binary=True`. Rows of the `RECORD_COLUMNS` statements go to `opening.opened`.
"""

from typing import Final

# Asked once per statement: who leaves takes everybody along, from the owner's word on. The wall shows one row only.
_STAYS: Final = (
    b"(SELECT c.state = 'active' FROM tenancy_customer c"
    b" WHERE c.customer_id = nullif(current_setting('troth.customer', true), '')::uuid)"
)
RECORD_COLUMNS: Final = (
    b"r.record_id, r.dataset_id, r.subject_id, r.schema_version, r.version, r.sealed, r.plain::text,"
    b" r.created_at, r.updated_at, s.page, s.slot, CASE WHEN " + _STAYS + b" THEN s.state ELSE 'frozen' END"
)
_RECORDS: Final = (
    b" FROM vault_record r JOIN vault_subject s ON s.customer_id = r.customer_id AND s.subject_id = r.subject_id"
)

RECORD: Final = b"SELECT " + RECORD_COLUMNS + _RECORDS + b" WHERE r.customer_id = %b AND r.record_id = %b"
"""customer, record"""

# One by one along the primary keys: joined, a thousand records may be looked for through all of the customer's.
RECORDS: Final = (
    b"SELECT "
    + RECORD_COLUMNS
    + b" FROM unnest(%b::uuid[]) AS w(record_id)"
    + b" CROSS JOIN LATERAL (SELECT * FROM vault_record"
    + b" WHERE customer_id = %b AND record_id = w.record_id LIMIT 1) AS r"
    + b" CROSS JOIN LATERAL (SELECT * FROM vault_subject"
    + b" WHERE customer_id = %b AND subject_id = r.subject_id LIMIT 1) AS s"
)
"""records, customer, customer; in any order"""

PAGE: Final = (
    b"SELECT "
    + RECORD_COLUMNS
    + _RECORDS
    + b" WHERE r.customer_id = %b AND r.dataset_id = %b AND r.record_id > %b ORDER BY r.record_id LIMIT %b"
)
"""customer, dataset, the last record before, how many"""

# Step by step, each step kept: joined or asked for in order, a subject's records might be looked for along the primary
# key, through all of the customer's.
_OF_ONE_SUBJECT: Final = (
    b"WITH s AS MATERIALIZED (SELECT * FROM vault_subject WHERE customer_id = %b AND subject_id = %b),"
    b" r AS MATERIALIZED (SELECT * FROM vault_record"
    b" WHERE customer_id = %b AND subject_id = (SELECT subject_id FROM s))"
    b" SELECT " + RECORD_COLUMNS + b" FROM r CROSS JOIN s"
)

FIND: Final = (
    _OF_ONE_SUBJECT.replace(
        b"subject_id = %b",
        b"subject_id = (SELECT subject_id FROM vault_identifier WHERE customer_id = %b AND kind = %b AND digest = %b)",
    )
    + b" ORDER BY r.record_id LIMIT %b"
)
"""customer, customer, kind, digest, customer, how many at most"""

SUBJECT_RECORDS: Final = _OF_ONE_SUBJECT + b" WHERE r.record_id > %b ORDER BY r.record_id LIMIT %b"
"""customer, subject, customer, the last record before, how many"""

SUBJECTS_RECORDS: Final = (
    b"SELECT "
    + RECORD_COLUMNS
    + b" FROM unnest(%b::uuid[]) AS w(subject_id)"
    + b" CROSS JOIN LATERAL (SELECT * FROM vault_subject"
    + b" WHERE customer_id = %b AND subject_id = w.subject_id LIMIT 1) AS s"
    + b" CROSS JOIN LATERAL (SELECT * FROM vault_record"
    + b" WHERE customer_id = %b AND subject_id = w.subject_id LIMIT %b) AS r"
)
"""subjects, customer, customer, how many at most of each; in any order"""

SCHEMA: Final = b"SELECT definition::text FROM vault_schema WHERE customer_id = %b AND dataset_id = %b AND version = %b"
"""customer, dataset, version"""

DATASET: Final = (
    b"SELECT dataset_id, name, one_record_per_subject, schema_version FROM vault_dataset"
    b" WHERE customer_id = %b AND dataset_id = %b"
)
"""customer, dataset"""

# -- storing: each of these takes one array per column -------------------------------------------------------------

MATCH: Final = (
    b"SELECT w.kind, w.digest, i.subject_id FROM unnest(%b::text[], %b::bytea[]) AS w(kind, digest)"
    b" CROSS JOIN LATERAL (SELECT subject_id FROM vault_identifier"
    b" WHERE customer_id = %b AND kind = w.kind AND digest = w.digest LIMIT 1) AS i"
)
"""kinds, digests, customer"""

_ACTIVE_SUBJECTS: Final = (
    b"SELECT subject_id, page, slot FROM vault_subject WHERE customer_id = %b AND subject_id = ANY (%b::uuid[])"
    b" AND state = 'active' ORDER BY subject_id"
)
HOLD_SUBJECTS: Final = _ACTIVE_SUBJECTS + b" FOR SHARE"
"""customer, subjects. Frozen ones are not locked, so that an erasure never waits for who it keeps out."""

HOLD_SUBJECTS_ALONE: Final = _ACTIVE_SUBJECTS + b" FOR NO KEY UPDATE"
"""The same, for who changes or takes away what they have."""

HOLD_RECORDS: Final = (
    b"SELECT subject_id, record_id, schema_version, version, sealed, plain::text FROM vault_record"
    b" WHERE customer_id = %b AND subject_id = ANY (%b::uuid[]) AND dataset_id = %b ORDER BY record_id FOR UPDATE"
)
"""customer, subjects, dataset"""

RECORDED: Final = (
    b"SELECT subject_id, record_id FROM vault_record"
    b" WHERE customer_id = %b AND subject_id = ANY (%b::uuid[]) AND dataset_id = %b"
)
"""customer, subjects, dataset"""

INSERT_SUBJECTS: Final = (
    b"INSERT INTO vault_subject (customer_id, subject_id, page, slot, state, created_at)"
    b" SELECT %b, w.subject_id, w.page, w.slot::smallint, 'active', %b"
    b" FROM unnest(%b::uuid[], %b::bigint[], %b::bigint[]) AS w(subject_id, page, slot)"
)
"""customer, now, subjects, pages, slots"""

INSERT_IDENTIFIERS: Final = (
    b"INSERT INTO vault_identifier (customer_id, kind, digest, subject_id)"
    b" SELECT %b, w.kind, w.digest, w.subject_id"
    b" FROM unnest(%b::text[], %b::bytea[], %b::uuid[]) AS w(kind, digest, subject_id)"
)
"""customer, kinds, digests, subjects. A unique violation says that another writer was first: ON CONFLICT would too,
and cost every insert a second look at the index."""

DELETE_IDENTIFIERS: Final = (
    b"DELETE FROM vault_identifier i USING unnest(%b::text[], %b::bytea[]) AS w(kind, digest)"
    b" WHERE i.customer_id = %b AND i.kind = w.kind AND i.digest = w.digest"
)
"""kinds, digests, customer"""

INSERT_RECORDS: Final = (
    b"INSERT INTO vault_record (customer_id, record_id, dataset_id, subject_id, schema_version, version, single,"
    b" sealed, plain, import_id, created_at, updated_at)"
    b" SELECT %b, w.record_id, %b, w.subject_id, %b, 1, %b, w.sealed, w.plain::jsonb, %b, %b, %b"
    b" FROM unnest(%b::uuid[], %b::uuid[], %b::bytea[], %b::text[]) AS w(record_id, subject_id, sealed, plain)"
)
"""customer, dataset, schema version, single, import, now, now, records, subjects, blobs, plains"""

UPDATE_RECORDS: Final = (
    b"UPDATE vault_record r SET sealed = w.sealed, plain = w.plain::jsonb, schema_version = %b,"
    b" version = r.version + 1, updated_at = %b"
    b" FROM unnest(%b::uuid[], %b::bytea[], %b::text[]) AS w(record_id, sealed, plain)"
    b" WHERE r.customer_id = %b AND r.record_id = w.record_id"
)
"""schema version, now, records, blobs, plains, customer"""

INSERT_CHANGES: Final = (
    b"INSERT INTO vault_change (customer_id, change_id, record_id, subject_id, version, what, fields, changed_at,"
    b" actor_kind, account_id, import_id)"
    b" SELECT %b, w.change_id, w.record_id, w.subject_id, w.version, %b, string_to_array(w.fields, ','), %b, %b, %b, %b"
    b" FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::integer[], %b::text[])"
    b" AS w(change_id, record_id, subject_id, version, fields)"
)
"""customer, what, now, actor kind, account, import, changes, records, subjects, versions, field names by commas"""

UPDATE_RECORD: Final = (
    b"UPDATE vault_record SET sealed = %b, plain = %b::jsonb, schema_version = %b, version = version + 1,"
    b" updated_at = %b WHERE customer_id = %b AND record_id = %b"
)
"""blob, plain, schema version, now, customer, record"""

DELETE_RECORD: Final = b"DELETE FROM vault_record WHERE customer_id = %b AND record_id = %b"
"""customer, record"""

SUBJECT_OF: Final = b"SELECT subject_id FROM vault_record WHERE customer_id = %b AND record_id = %b"
"""customer, record"""

SET_STATE: Final = (
    b"UPDATE vault_subject SET state = %b WHERE customer_id = %b AND subject_id = %b RETURNING page, slot"
)
"""state, customer, subject"""

KINDS: Final = b"SELECT kind FROM vault_identifier WHERE customer_id = %b AND subject_id = %b ORDER BY kind, digest"
"""customer, subject"""
