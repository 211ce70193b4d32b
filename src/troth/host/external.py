"""A PostgreSQL that somebody else runs (TROTH_DATABASE_URL): what must be there, made if we may, asked for if not.

Our processes never use the login of the URL: the five roles have passwords of their own, made here, kept in
TROTH_HOME/secrets/pgpass (0600, libpq's own format) and sent to the server as SCRAM verifiers only.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import errors as refused

from troth.host import dsn, private, roles
from troth.host.config import Config
from troth.host.errors import DatabaseAway, RolesMissing, TooOld
from troth.kernel.database import ROLES, Role, role_name

OLDEST = 15
_HUNDRED = 10_000
_TIMEOUT = "10"
_NO_ENTRY = "can't sign in"

Connection = psycopg.Connection[tuple[object, ...]]


def prepare(config: Config) -> None:
    """Bring the server to where all five roles reach their database, or raise `RolesMissing` with the SQL."""
    passwords = _passwords(config)
    if _version(config) // _HUNDRED < OLDEST:
        raise TooOld(found=_version(config) // _HUNDRED, needed=OLDEST)
    lacking = _lacking(config)
    if not lacking:
        return
    with _login(config) as connection:
        try:
            superuser = _grant_to_self(config, connection)
            for statement in _statements(config, connection, passwords, by_superuser=superuser):
                _execute(config, connection, statement)
        except (refused.InsufficientPrivilege, refused.InvalidRoleSpecification) as error:
            raise _ask(config, connection, passwords, type(error).__name__) from None
        if lacking := _lacking(config):
            if any(_NO_ENTRY in words for words in lacking):
                raise DatabaseAway(why="; ".join(lacking))
            raise _ask(config, connection, passwords, "; ".join(lacking))


def version(config: Config) -> str:
    """The server's version as it says itself."""
    number = _version(config)
    return f"{number // _HUNDRED}.{number % _HUNDRED}"


def _version(config: Config) -> int:
    try:
        with psycopg.connect(**dsn.parameters(config, "app"), connect_timeout=_TIMEOUT) as connection:
            return connection.info.server_version
    except psycopg.OperationalError:
        with _login(config) as connection:
            return connection.info.server_version


def _passwords(config: Config) -> dict[str, str]:
    """Made once; kept in libpq's password file."""
    path = private.folder(config) / "pgpass"
    if not path.exists():
        made = {role_name(role, config.database): secrets.token_urlsafe(32) for role in ROLES}
        private.write(path, "".join(f"*:*:*:{name}:{word}\n" for name, word in made.items()).encode())
    private.check(path)
    entries = (line.split(":") for line in path.read_text(encoding="utf-8").splitlines())
    found = {entry[3]: entry[4] for entry in entries}
    missing = [name for name in (role_name(role, config.database) for role in ROLES) if name not in found]
    if missing:  # another database name since: those roles are others
        path.unlink()
        return _passwords(config)
    return found


def _lacking(config: Config) -> list[str]:
    """What stands between us and a database that works, in words; asked with our own roles alone."""
    found = [words for role in ROLES if (words := _cannot_enter(config, role))]
    if not found:
        with psycopg.connect(**dsn.parameters(config, "owner"), connect_timeout=_TIMEOUT) as connection:
            found += _lacking_rights(config, connection)
    return found


def _cannot_enter(config: Config, role: Role) -> str | None:
    try:
        with psycopg.connect(**dsn.parameters(config, role), connect_timeout=_TIMEOUT):
            return None
    except psycopg.OperationalError as error:
        return f"{role_name(role, config.database)} {_NO_ENTRY} ({_short(error)})"


def _lacking_rights(config: Config, connection: Connection) -> Iterator[str]:
    names = [role_name(role, config.database) for role in ROLES]
    mighty = connection.execute(
        "select rolname from pg_roles where rolname = any(%s) and (rolsuper or rolbypassrls)", [names]
    ).fetchall()
    yield from (f"{name} is too mighty: it could pass the wall" for (name,) in mighty)
    checks = {
        "the owner can't create tables": ("has_schema_privilege(%s, 'public', 'CREATE')", "owner"),
        "the keeper can't end connections": ("pg_has_role(%s, 'pg_signal_backend', 'MEMBER')", "keeper"),
    }
    for words, (check, role) in checks.items():
        name = role_name(role, config.database)  # type: ignore[arg-type]  # the two names above are roles
        row = connection.execute(f"select {check}", [name]).fetchone()
        if row is None or not row[0]:
            yield words


@contextmanager
def _login(config: Config, database: str | None = None) -> Iterator[Connection]:
    """The URL's own login, on its database, or on `postgres` while that does not exist."""
    url = str(config.database_url)
    name = database or config.database
    given: dict[str, Any] = {"dbname": name, "connect_timeout": _TIMEOUT} | dsn.security(url)
    try:
        connection = psycopg.connect(url, autocommit=True, **given)
    except psycopg.OperationalError as error:
        if database is None and f'database "{name}" does not exist' in str(error):
            with _login(config, "postgres") as found:
                yield found
            return
        raise DatabaseAway(why=_short(error)) from None
    with connection:
        yield connection


def _statements(
    config: Config, connection: Connection, passwords: dict[str, str], *, by_superuser: bool = True
) -> Sequence[str]:
    """Everything, idempotent, for the state in which this server is."""
    database = config.database
    names = [role_name(role, database) for role in ROLES]
    verifiers = {
        name: connection.pgconn.encrypt_password(passwords[name].encode(), name.encode(), b"scram-sha-256").decode()
        for name in names
    }
    there = connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone() is not None
    owner = roles.quoted(role_name("owner", database))
    return (
        *(roles.create_role(name) for name in names),
        *(roles.restrict_role(name, verifiers[name], by_superuser=by_superuser) for name in names),
        roles.signal_right(database),
        *([] if there else [roles.create_database(database)]),
        *roles.restrict_database(database),
        f"GRANT USAGE, CREATE ON SCHEMA public TO {owner};",
        f"GRANT USAGE ON SCHEMA public TO {', '.join(map(roles.quoted, names))};",
    )


def _grant_to_self(config: Config, connection: Connection) -> bool:
    """Only a member of a role may make it a database's owner. True for a superuser, who needs no such thing."""
    row = connection.execute("select rolsuper, rolcreaterole from pg_roles where rolname = current_user").fetchone()
    if row is not None and row[1] and not row[0]:
        owner = role_name("owner", config.database)
        connection.execute(roles.create_role(owner))
        connection.execute(f"GRANT {roles.quoted(owner)} TO CURRENT_USER")
    return row is not None and bool(row[0])


def _execute(config: Config, connection: Connection, statement: str) -> None:
    if "ON SCHEMA" in statement and connection.info.dbname != config.database:
        with _login(config, config.database) as inside:
            inside.execute(statement)
    else:
        connection.execute(statement)


def _ask(config: Config, connection: Connection, passwords: dict[str, str], why: str) -> RolesMissing:
    """The exact SQL for an administrator. It holds verifiers, no passwords."""
    lines: list[str] = []
    for statement in _statements(config, connection, passwords):
        if "ON SCHEMA" in statement and not any(line.startswith("\\connect") for line in lines):
            lines.append(f"\\connect {roles.quoted(config.database)}")
        lines.append(statement)
    script = Path(config.home / "roles.sql")
    private.write(script, ("\n".join(lines) + "\n").encode())
    login = unquote(urlsplit(str(config.database_url)).username or "the login")
    return RolesMissing(login=login, why=why, script=script)


def _short(error: Exception) -> str:
    """The server's last words without the address list before them."""
    return str(error).strip().splitlines()[-1].rpartition("FATAL:")[2].strip()[:200] or type(error).__name__
