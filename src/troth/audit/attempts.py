"""Attempts to rewrite the log, each in a transaction of its own that is rolled back.

Guarantees: nothing is changed, whether an attempt is refused or goes through; each comes after its allowed twin.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connections, transaction
from django.db.utils import Error as DatabaseError

from troth.kernel.database import ROLES, role_name
from troth.kernel.wall import within

REFUSED = "42501"
_WHOLE = ("audit_entry", "audit_checkpoint", "audit_overall_checkpoint")
_GROWING = ("audit_tile", "audit_overall_tile")
_TWIN = "SELECT leaf_index FROM audit_entry WHERE customer_id = %s ORDER BY leaf_index DESC LIMIT 1"
_WRITES = {
    "change an entry": "UPDATE audit_entry SET leaf = leaf WHERE customer_id = %s",
    "remove an entry": "DELETE FROM audit_entry WHERE customer_id = %s",
    "change a head": "UPDATE audit_checkpoint SET root = root WHERE customer_id = %s",
    "remove a head": "DELETE FROM audit_checkpoint WHERE customer_id = %s",
    "remove a tile": "DELETE FROM audit_tile WHERE customer_id = %s",
}
_LOGINS = ("default", "sealer", "keeper")


@dataclass(frozen=True, slots=True)
class Attempts:
    """`twin`: an entry could be read, so that a refusal means something. `allowed` names what went through."""

    twin: bool
    refused: int
    allowed: tuple[str, ...]


def on(customer_id: UUID, *, using: str = "default") -> Attempts:
    """Try every forbidden write on this customer's log, under each login that this process has; ask the catalogue
    about the others."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(_TWIN, [customer_id])
        twin = cursor.fetchone() is not None
    logins = [login for login in _LOGINS if login in connections.databases]
    tried = {
        f"{_role(login)} can {what}": _goes_through(sql, customer_id, login)
        for login in logins
        for what, sql in _WRITES.items()
    }
    standing = dict.fromkeys(_rights(using), False) | dict.fromkeys(_unguarded(using), True)
    allowed = [what for what, through in (tried | standing).items() if through]
    refused = sum(1 for through in (tried | standing).values() if not through)
    return Attempts(twin, refused, tuple(allowed))


def _role(login: str) -> str:
    return "app" if login == "default" else login


def _goes_through(sql: str, customer_id: UUID, login: str) -> bool:
    """Whether the database would do it. A refusal of another kind than 42501 is an error, not a refusal."""
    try:
        with within(customer_id, using=login), connections[login].cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            with transaction.atomic(using=login):
                cursor.execute(sql, [customer_id])
            transaction.set_rollback(True, using=login)
            return True
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != REFUSED:
            raise
        return False


def _rights(using: str) -> Iterator[str]:
    """What the catalogue says of every role that must not: only refusals are yielded."""
    for what, held in _asked(using):
        if not held:
            yield f"catalogue: {what}"


def _unguarded(using: str) -> Iterator[str]:
    """Rights that a role has and must not, and tables whose trigger is gone or off."""
    for what, held in _asked(using):
        if held:
            yield what
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE c.relname = ANY (%s) AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')",
            [[*_WHOLE, *_GROWING]],
        )
        there = {(table, name) for table, name in cursor.fetchall()}
    for table in (*_WHOLE, *_GROWING):
        for guard in ("kept", "whole", *(("grows",) if table in _GROWING else ())):
            if (table, f"{table}_{guard}") not in there:
                yield f"{table} has lost its guard {guard}"


def _asked(using: str) -> list[tuple[str, bool]]:
    database = connections[using].settings_dict["NAME"]
    wanted = [
        (role, table, right)
        for role in ROLES
        if role != "owner"
        for table in (*_WHOLE, *_GROWING)
        for right in ("UPDATE", "DELETE", "TRUNCATE")
        # The sealer lets the last tile of a level grow; a trigger sees to it that it does nothing else.
        if not (role == "sealer" and table in _GROWING and right == "UPDATE")
    ]
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(role, tab, kind) FROM unnest(%s::text[], %s::text[], %s::text[])"
            " WITH ORDINALITY AS asked (role, tab, kind, at) ORDER BY at",
            [
                [role_name(role, database) for role, _, _ in wanted],
                [table for _, table, _ in wanted],
                [right for *_, right in wanted],
            ],
        )
        held = [bool(one) for (one,) in cursor.fetchall()]
    return [(f"{role}: {right} on {table}", has) for (role, table, right), has in zip(wanted, held, strict=True)]
