"""The SQL that makes the five roles and the database, for the embedded server and for an administrator's hand."""

from troth.kernel.database import ROLES, role_name

_ATTRIBUTES = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def create_role(name: str) -> str:
    """Idempotent, on one line (single-user mode reads line by line)."""
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '{name}') "
        f"THEN CREATE ROLE {quoted(name)}; END IF; END $$;"
    )


def restrict_role(name: str, verifier: str | None = None, *, by_superuser: bool = True) -> str:
    """What it may at most be, and how it signs in. `verifier` is SCRAM's, never a password in the clear.

    Only a superuser may even say NOSUPERUSER; made by another, a role has no such attribute to begin with.
    """
    password = f" PASSWORD '{verifier}'" if verifier else ""
    return f"ALTER ROLE {quoted(name)} {_ATTRIBUTES if by_superuser else 'LOGIN'}{password};"


def signal_right(database: str) -> str:
    """The keeper cuts off processes that no longer answer."""
    return f"GRANT pg_signal_backend TO {quoted(role_name('keeper', database))};"


def create_database(database: str) -> str:
    """Not idempotent: PostgreSQL has no such form."""
    owner = quoted(role_name("owner", database))
    return f"CREATE DATABASE {quoted(database)} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8';"


def restrict_database(database: str) -> tuple[str, ...]:
    """Nobody but our roles connects."""
    names = ", ".join(quoted(role_name(role, database)) for role in ROLES)
    return (
        f"REVOKE ALL ON DATABASE {quoted(database)} FROM PUBLIC;",
        f"GRANT CONNECT ON DATABASE {quoted(database)} TO {names};",
    )


def all_roles(database: str) -> tuple[str, ...]:
    """Every role, without passwords: for peer authentication."""
    names = [role_name(role, database) for role in ROLES]
    return (*map(create_role, names), *map(restrict_role, names), signal_right(database))
