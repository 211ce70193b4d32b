"""Hands to break things as the database's administrator could."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from tests.keys.world import admin


def superuser(*statements: str, guards_off: bool = False) -> None:
    """Run statements as the cluster's superuser; with `guards_off` no trigger fires and no key is checked."""
    with admin(autocommit=True) as connection:
        if guards_off:
            connection.execute(b"set session_replication_role = replica")
        for statement in statements:
            connection.execute(statement.encode())


@contextmanager
def swallowed(table: str, when: str) -> Iterator[None]:
    """Rows that fit are lost without a word, as by a trigger that somebody set."""
    name = f"swallow_{uuid4().hex}"
    superuser(
        f"create function {name}() returns trigger language plpgsql as $$ begin return null; end $$",
        f"create trigger {name} before insert on {table} for each row when ({when}) execute function {name}()",
    )
    try:
        yield
    finally:
        superuser(f"drop trigger {name} on {table}", f"drop function {name}()")
