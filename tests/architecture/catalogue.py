"""The rules of the wall, asked of PostgreSQL's own catalogue. Each returns what breaks it."""

from typing import LiteralString

from psycopg import Cursor

from troth.kernel.database import ROLES, role_name

DOORS = frozenset({"sign_in", "session", "enrolment", "key_lookup", "staff_directory", "receipt", "sealer", "keeper"})
"""Every named exception to the wall. A new one is a decision (docs/decisions), not a convenience."""


def rows(cursor: "Cursor[tuple[object, ...]]", query: LiteralString, *params: object) -> list[tuple[object, ...]]:
    cursor.execute(query, params)
    return cursor.fetchall()


def unwalled_tables(cursor: "Cursor[tuple[object, ...]]") -> list[str]:
    """Tables with `customer_id` that lack enabled and forced row-level security, or the policy `wall`."""
    return [
        str(name)
        for (name,) in rows(
            cursor,
            """
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'
              and c.relkind in ('r', 'p')
              and exists (select 1 from pg_attribute a
                          where a.attrelid = c.oid and a.attname = 'customer_id' and not a.attisdropped)
              and not (c.relrowsecurity and c.relforcerowsecurity
                       and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'wall'))
            order by 1
            """,
        )
    ]


def loose_policies(cursor: "Cursor[tuple[object, ...]]", database: str) -> list[str]:
    """Policies that are neither the wall in its exact wording nor a named door in its exact shape."""
    app, probe = role_name("app", database), role_name("probe", database)
    wall = "(customer_id = (NULLIF(current_setting('troth.customer'::text, true), ''::text))::uuid)"
    found = rows(
        cursor,
        """select tablename, policyname, permissive, roles::text[], cmd, qual, with_check from pg_policies""",
    )
    wrong = []
    for table, policy, permissive, roles, command, qual, check in found:
        who = set(roles)  # type: ignore[call-overload]  # text[] comes as a list
        name = str(policy)
        if name == "wall":
            good = permissive == "PERMISSIVE" and who == {app, probe} and command == "ALL" and qual == check == wall
        elif name.removeprefix("door_") in {"sealer", "keeper"}:
            good = who == {role_name(name.removeprefix("door_"), database)}  # type: ignore[arg-type]  # checked just above
        elif name.startswith("door_") and name.removeprefix("door_") in DOORS:
            opened = f"(current_setting('troth.door'::text, true) = '{name.removeprefix('door_')}'::text)"
            good = who == {app} and opened in str(qual) and command in {"SELECT", "UPDATE"} and "public" not in who
        else:
            good = False
        if not good:
            wrong.append(f"{table}.{name} for {sorted(who)}: {command} using {qual} check {check}")
    return wrong


def mighty_roles(cursor: "Cursor[tuple[object, ...]]", database: str) -> list[str]:
    """Roles of Troth that are superuser, bypass row security, create roles or databases, or inherit rights."""
    names = [role_name(role, database) for role in ROLES]
    allowed = {(role_name("keeper", database), "pg_signal_backend")}
    found = rows(
        cursor,
        """
        select rolname, '' from pg_roles where rolname = any(%s)
          and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
        union all
        select m.rolname, r.rolname from pg_auth_members x
          join pg_roles m on m.oid = x.member join pg_roles r on r.oid = x.roleid where m.rolname = any(%s)
        """,
        names,
        names,
    )
    return [f"{who} through {what}" if what else str(who) for who, what in found if (who, what) not in allowed]


def truncators(cursor: "Cursor[tuple[object, ...]]", database: str) -> list[str]:
    """Roles other than the owner that own a table or may truncate it (TRUNCATE ignores the wall) or set triggers."""
    names = [role_name(role, database) for role in ROLES if role != "owner"]
    found = rows(
        cursor,
        """
        select c.relname, r.rolname from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
          cross join pg_roles r
        where r.rolname = any(%s) and c.relkind in ('r', 'p', 'v', 'm') and n.nspname = 'public'
          and (has_table_privilege(r.oid, c.oid, 'TRUNCATE') or has_table_privilege(r.oid, c.oid, 'TRIGGER')
               or has_table_privilege(r.oid, c.oid, 'REFERENCES') or c.relowner = r.oid)
        """,
        names,
    )
    return [f"{who} on {table}" for table, who in found]


def public_grants(cursor: "Cursor[tuple[object, ...]]") -> list[str]:
    """Anything in our schema that every login of the cluster may use."""
    found = rows(
        cursor,
        """
        select c.relname, a.privilege_type from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
          cross join lateral aclexplode(c.relacl) a
        where n.nspname = 'public' and a.grantee = 0
        union all
        select 'schema public', a.privilege_type from pg_namespace n cross join lateral aclexplode(n.nspacl) a
        where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE'
        """,
    )
    return [f"{table}: {what}" for table, what in found]


def leaking_views(cursor: "Cursor[tuple[object, ...]]") -> list[str]:
    """Views run as their owner unless they say `security_invoker`; materialized views have no row security at all."""
    found = rows(
        cursor,
        """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public'
          and (c.relkind = 'm' or c.relkind = 'v'
               and not coalesce(c.reloptions::text like '%%security_invoker=true%%', false))
        """,
    )
    return [str(name) for (name,) in found]


def leaking_functions(cursor: "Cursor[tuple[object, ...]]") -> list[str]:
    """Functions that run with their owner's rights."""
    found = rows(
        cursor,
        """
        select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'public' and p.prosecdef
        """,
    )
    return [str(name) for (name,) in found]


def revealing_foreign_keys(cursor: "Cursor[tuple[object, ...]]") -> list[str]:
    """Foreign keys to customer tables that don't lead with `customer_id`: their errors would name a neighbour's row."""
    found = rows(
        cursor,
        """
        select c.conrelid::regclass::text, c.conname from pg_constraint c
          join pg_attribute here on here.attrelid = c.conrelid and here.attnum = c.conkey[1]
          join pg_attribute there on there.attrelid = c.confrelid and there.attnum = c.confkey[1]
        where c.contype = 'f'
          and exists (select 1 from pg_attribute a where a.attrelid = c.confrelid and a.attname = 'customer_id')
          and not (here.attname = 'customer_id' and there.attname = 'customer_id')
        """,
    )
    return [f"{table}: {name}" for table, name in found]


def revealing_unique_keys(cursor: "Cursor[tuple[object, ...]]") -> list[str]:
    """Unique keys of customer tables that don't lead with `customer_id`: a collision would reveal a neighbour."""
    found = rows(
        cursor,
        """
        select c.relname, i.relname from pg_index x
          join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
          join pg_namespace n on n.oid = c.relnamespace
          join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id' and not a.attisdropped
        where n.nspname = 'public' and x.indisunique and x.indkey[0] <> a.attnum
        """,
    )
    return [f"{table}: {name}" for table, name in found]
