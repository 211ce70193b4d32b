"""The wall as PostgreSQL's own catalogue shows it to the role that it binds: what is missing, loose or too mighty.

Any role may read the catalogue, so that the wall's state is seen by exactly the login that it must stop.
"""

from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from troth.kernel.database import ROLES, Role, role_name

DOORS: Final = frozenset({"sign_in", "session", "enrolment", "key_lookup", "staff_directory", "receipt"})
"""Doors of the app role: before a customer is known, for one purpose each (docs/decisions/0402)."""
ROLE_DOORS: Final[frozenset[Role]] = frozenset({"sealer", "keeper", "probe"})
"""Roles that work across customers by their nature."""
_WALL: Final = "(customer_id = (NULLIF(current_setting('troth.customer'::text, true), ''::text))::uuid)"
_MINE: Final = (
    "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_' and c.relkind in ('r', 'p')"
    " and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'customer_id'"
    " and not a.attisdropped)"
)
_TABLES: Final = (
    "select c.relname, c.relrowsecurity and c.relforcerowsecurity"
    " and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'wall')"
    f" from pg_class c join pg_namespace n on n.oid = c.relnamespace where {_MINE} order by 1"
)
_POLICIES: Final = "select tablename, policyname, permissive, roles::text[], cmd, qual, with_check from pg_policies"
_MIGHTY: Final = (
    "select rolname from pg_roles where rolname = any(%s)"
    " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"
    " union select m.rolname from pg_auth_members x join pg_roles m on m.oid = x.member"
    " join pg_roles r on r.oid = x.roleid where m.rolname = any(%s) and (m.rolname, r.rolname) <> (%s, %s)"
)
_PAST: Final = (
    "select distinct c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join pg_roles r"
    f" where r.rolname = any(%s) and {_MINE}"
    " and (c.relowner = r.oid or has_table_privilege(r.oid, c.oid, 'TRUNCATE'))"
)


def tables(cursor: CursorWrapper) -> dict[str, bool]:
    """Every table of customers, and whether row-level security is enabled, forced and has its policy."""
    cursor.execute(_TABLES)
    return {str(name): bool(walled) for name, walled in cursor.fetchall()}


def loose_policies(cursor: CursorWrapper, database: str) -> list[str]:
    """Policies that are neither the wall in its exact wording nor a known door in its exact shape."""
    cursor.execute(_POLICIES)
    return sorted(f"{row[0]}.{row[1]}" for row in cursor.fetchall() if not _sound(database, row[1:]))


def _sound(database: str, policy: tuple[Any, ...]) -> bool:
    name, permissive, roles, command, qual, check = policy
    app, probe = role_name("app", database), role_name("probe", database)
    door = name.removeprefix("door_")
    if name == "wall":
        exact = permissive == "PERMISSIVE" and command == "ALL" and qual == check == _WALL
        return bool(exact and set(roles) == {app, probe})
    for role in ROLE_DOORS:
        if name == f"door_{role}" or name.startswith(f"door_{role}_"):
            return list(roles) == [role_name(role, database)]
    opened = f"(current_setting('troth.door'::text, true) = '{door}'::text)"
    shape = command in {"SELECT", "UPDATE"} and list(roles) == [app] and opened in str(qual)
    return bool(str(name).startswith("door_") and door in DOORS and shape)


def mighty_roles(cursor: CursorWrapper, database: str) -> list[str]:
    """Our roles that could pass the wall by what they are, or by what they inherit."""
    names = [role_name(role, database) for role in ROLES]
    cursor.execute(_MIGHTY, [names, names, role_name("keeper", database), "pg_signal_backend"])
    return sorted(str(name) for (name,) in cursor.fetchall())


def passable_tables(cursor: CursorWrapper, database: str) -> list[str]:
    """Tables that another role than the owner owns or may empty: neither asks the wall."""
    names = [role_name(role, database) for role in ROLES if role != "owner"]
    cursor.execute(_PAST, [names])
    return sorted(str(name) for (name,) in cursor.fetchall())


def database_of(cursor: CursorWrapper) -> str:
    """The database that we are in: the roles' names carry it."""
    cursor.execute("select current_database()")
    found: tuple[Any, ...] = cursor.fetchone() or ("",)
    return str(found[0])
