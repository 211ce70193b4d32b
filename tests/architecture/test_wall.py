"""The wall between customers stands in the database, on every table, with the named doors as its only exceptions.

Every rule is shown twice: it finds nothing in the schema as migrated, and it finds the breach that the test plants.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from tests.architecture import catalogue
from troth.kernel.database import role_name
from troth.settings import CONFIG

ADMIN = "troth_admin"


def _quoted(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*(sql.Identifier(name) for name in names))  # type: ignore[arg-type]  # texts of this file


@contextmanager
def _admin() -> Iterator["psycopg.Cursor[tuple[object, ...]]"]:
    """The cluster's administrator, in a transaction that is always rolled back."""
    owner = connections["owner"].get_connection_params()
    with psycopg.connect(host=owner["host"], user=ADMIN, dbname=owner["dbname"]) as connection:
        with connection.cursor() as cursor:
            yield cursor
        connection.rollback()


APP = role_name("app", CONFIG.database)
DB = CONFIG.database
TABLE = "create table breach (customer_id uuid not null, breach_id uuid not null, primary key (customer_id, breach_id))"
GOOD = "customer_id = nullif(current_setting('troth.customer', true), '')::uuid"

Check = Callable[["psycopg.Cursor[tuple[object, ...]]"], list[str]]

RULES: dict[str, tuple[Check, tuple[str, ...]]] = {
    "row security": (catalogue.unwalled_tables, (TABLE,)),
    "row security forced": (
        catalogue.unwalled_tables,
        (
            TABLE,
            "alter table breach enable row level security",
            f"create policy wall on breach to {APP} using ({GOOD})",
        ),
    ),
    "policies": (
        lambda c: catalogue.loose_policies(c, DB),
        (TABLE, f"create policy wall on breach to {APP} using (true)"),
    ),
    "doors": (
        lambda c: catalogue.loose_policies(c, DB),
        (TABLE, f"create policy door_back on breach to {APP} using (true)"),
    ),
    "doors open for everyone": (
        lambda c: catalogue.loose_policies(c, DB),
        (TABLE, f"create policy door_sign_in on breach to {APP} using (true)"),
    ),
    "bypass": (lambda c: catalogue.mighty_roles(c, DB), (f"alter role {APP} bypassrls",)),
    "inherited rights": (lambda c: catalogue.mighty_roles(c, DB), (f"grant pg_read_all_data to {APP}",)),
    "truncate": (lambda c: catalogue.truncators(c, DB), (TABLE, f"grant truncate on breach to {APP}")),
    "public grants": (catalogue.public_grants, (TABLE, "grant select on breach to public")),
    "views": (catalogue.leaking_views, (TABLE, "create view peep as select * from breach")),
    "materialized views": (catalogue.leaking_views, (TABLE, "create materialized view peep as select * from breach")),
    "functions": (
        catalogue.leaking_functions,
        ("create function peep() returns int language sql security definer as 'select 1'",),
    ),
    "foreign keys": (
        catalogue.revealing_foreign_keys,
        (
            TABLE,
            "alter table breach add unique (breach_id)",
            "create table leak (customer_id uuid, breach_id uuid references breach (breach_id))",
        ),
    ),
    "unique keys": (catalogue.revealing_unique_keys, (TABLE, "create unique index peep on breach (breach_id)")),
}


@pytest.mark.parametrize("name", RULES)
def test_the_schema_holds(name: str) -> None:
    check, _ = RULES[name]
    with _admin() as cursor:
        assert check(cursor) == []


@pytest.mark.parametrize("name", RULES)
def test_a_planted_breach_is_found(name: str) -> None:
    check, breach = RULES[name]
    with _admin() as cursor:
        for statement in breach:
            cursor.execute(statement.encode())
        assert check(cursor) != []


def test_there_are_customer_tables() -> None:
    """Otherwise every rule above holds for nothing."""
    with _admin() as cursor:
        cursor.execute("select count(*) from pg_policies where policyname = 'wall'")
        found = cursor.fetchone()
    assert found is not None
    assert int(str(found[0])) >= 10


def test_without_a_context_the_app_role_sees_nothing() -> None:
    with _admin() as cursor:
        cursor.execute("select tablename from pg_policies where policyname = 'wall' order by 1")
        tables = [str(name) for (name,) in cursor.fetchall()]
        seen = {}
        for table in tables:
            cursor.execute(_quoted("set local role {}", APP))
            cursor.execute("select has_table_privilege(%s, 'select')", [table])
            if cursor.fetchone() == (True,):
                cursor.execute(_quoted("select count(*) from {}", table))
                row = cursor.fetchone()
                seen[table] = row[0] if row else None
            cursor.execute("reset role")
    assert set(seen.values()) == {0}
