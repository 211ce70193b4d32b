"""First start: roles, database, migrations."""

import psycopg
from psycopg import sql

from troth.host.config import Config
from troth.kernel.database import ROLES, role_name


def prepare_database(config: Config, admin: str = "troth_admin") -> None:
    """Create the roles and the database where they are missing."""
    with psycopg.connect(host=str(config.socket_folder), user=admin, dbname="postgres", autocommit=True) as connection:
        for role in ROLES:
            name = role_name(role, config.database)
            if connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone() is None:
                connection.execute(
                    sql.SQL("create role {} login nosuperuser nobypassrls nocreatedb nocreaterole").format(
                        sql.Identifier(name)
                    )
                )
        keeper = sql.Identifier(role_name("keeper", config.database))
        connection.execute(sql.SQL("grant pg_signal_backend to {}").format(keeper))
        if connection.execute("select 1 from pg_database where datname = %s", [config.database]).fetchone() is None:
            owner = sql.Identifier(role_name("owner", config.database))
            connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(config.database), owner))
            connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(config.database)))
            for role in ROLES:
                login = sql.Identifier(role_name(role, config.database))
                connection.execute(
                    sql.SQL("grant connect on database {} to {}").format(sql.Identifier(config.database), login)
                )


def migrate() -> None:
    """Bring the schema up to date, as the owner."""
    from django.core.management import call_command  # noqa: PLC0415 - Django must be set up first

    call_command("migrate", database="owner", verbosity=0)
