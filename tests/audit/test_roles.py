"""Nobody changes a sealed entry: every role is tried against every table of the log."""

from uuid import UUID

import pytest
from django.db import connections, transaction
from django.db.utils import Error, IntegrityError, ProgrammingError

from troth import audit
from troth.audit import sealer
from troth.kernel.actor import Actor, job
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys import actions as keys

COLUMN = {
    "audit_entry": r"leaf = '\x00'::bytea",
    "audit_checkpoint": "note = 'x'",
    "audit_overall_checkpoint": "note = 'x'",
    "audit_tile": r"hashes = '\x00'::bytea",
    "audit_overall_tile": r"hashes = '\x00'::bytea",
}
ROLES = ("default", "sealer", "keeper", "probe", "owner")


@pytest.fixture(scope="module")
def sealed() -> UUID:
    """A customer with enough entries for a full tile."""
    customer_id = new_id()
    with within(customer_id):
        keys.create_customer(customer_id)
        for _ in range(300):
            audit.record("x.y", by=job("test"), customer_id=customer_id, reason="to be sealed")
    while sealer.seal_once():
        pass
    return customer_id


def _attempt(role: str, customer_id: UUID, sql: str) -> int:
    """Run it as the role, inside the customer, in a transaction that is rolled back; return the rows it touched."""
    with transaction.atomic(using=role), connections[role].cursor() as cursor:
        cursor.execute("select set_config('troth.customer', %s, true)", [str(customer_id)])
        cursor.execute(sql)
        transaction.set_rollback(True, using=role)
        return int(cursor.rowcount)


@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", ["update {} set {}", "delete from {}"])
def test_nobody_changes(role: str, table: str, verb: str, sealed: UUID) -> None:
    try:
        touched = _attempt(role, sealed, verb.format(table, COLUMN[table]))
    except ProgrammingError as refused:
        assert "permission denied" in str(refused) or "append-only" in str(refused)  # noqa: PT017 - both ways are refusals
    else:
        # The owner is bound by row security itself: it sees no row of a customer.
        assert (role, touched) == ("owner", 0)


@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_truncates(role: str, table: str, sealed: UUID) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|append-only"):
        _attempt(role, sealed, f"truncate {table}")


def test_the_guard_is_what_holds_the_owner_back(sealed: UUID) -> None:
    """Without the trigger and the wall, the owner could: so the trigger is what refuses."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("alter table audit_entry no force row level security")
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(using="owner"):
            cursor.execute(r"update audit_entry set leaf = '\x00'")
        cursor.execute("alter table audit_entry disable trigger user")
        cursor.execute(r"update audit_entry set leaf = '\x00' where customer_id = %s", [sealed])
        assert cursor.rowcount == 300
        transaction.set_rollback(True, using="owner")


def test_a_tile_can_grow_and_nothing_else(sealed: UUID) -> None:
    one_more = r"hashes || decode(repeat('00', 32), 'hex')"
    where = "where octet_length(hashes) < 8192"
    assert _attempt("sealer", sealed, f"update audit_overall_tile set hashes = {one_more} {where}") > 0
    with pytest.raises(ProgrammingError, match="only grow"):
        _attempt("sealer", sealed, f"update audit_overall_tile set hashes = decode(repeat('00', 32), 'hex') {where}")
    with pytest.raises(ProgrammingError, match="only grow"):
        _attempt("sealer", sealed, "update audit_overall_tile set tile_index = tile_index + 1")


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from audit_inbox",
        "update audit_inbox set operation = ''",
        "delete from audit_inbox",
        "truncate audit_inbox",
        r"insert into audit_entry values (null, null, '', null, '\x00', 0)",
        "update audit_opening set who = null",
        "delete from audit_opening",
        "insert into audit_tile values (null, 0, 0, '')",
        "insert into audit_checkpoint values (null, 0, '', '', 0, now())",
        "insert into audit_overall_checkpoint values (0, '', '', now())",
    ],
)
def test_the_application_adds_to_the_inbox_and_reads(sql: str, sealed: UUID) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        _attempt("default", sealed, sql)


def test_the_application_reads_its_own_customer_only(sealed: UUID) -> None:
    for table in ("audit_entry", "audit_checkpoint", "audit_opening", "audit_tile"):
        assert _attempt("default", new_id(), f"select 1 from {table}") == 0
        assert _attempt("default", sealed, f"select 1 from {table}") > 0


def test_nobody_writes_for_another_customer(sealed: UUID, actor: Actor) -> None:
    with pytest.raises(Error, match="row-level security"), within(sealed):
        audit.record("x.y", by=actor, customer_id=new_id(), keyless=True)


@pytest.mark.parametrize("leaf", [b"two\nlines", b"x" * 65_536])
def test_a_leaf_that_a_bundle_could_not_hold_is_refused(sealed: UUID, leaf: bytes) -> None:
    insert = "insert into audit_inbox (customer_id, event_id, operation, leaf) values (%s, %s, 'x', %s)"
    with pytest.raises(IntegrityError, match="audit_inbox_leaf"), within(sealed):
        connections["default"].cursor().execute(insert, [sealed, new_id(), leaf])
