"""Deleting rows and jobs, in batches that each commit with their count: killed anywhere, it goes on where it was.

Guarantees: every statement names the customer, and runs inside its wall besides; what was counted as removed was
deleted in the same transaction.
"""

from uuid import UUID

from django.db import connections

from troth.access import gate
from troth.access.roles import Action
from troth.erasure import plan
from troth.erasure.errors import Waiting
from troth.erasure.rules import Step, Target
from troth.erasure.work import Work
from troth.kernel.wall import within
from troth.vault import purging as vault

RUNNING = "doing"


def vault_rows(work: Work) -> None:
    """Purge the vault's rows: the person's in one transaction, a customer's in batches."""
    tables = plan.tables(work.target, Step.ROWS, plan.How.PURGED)
    permit = gate.permit(work.actor, work.customer_id, Action.SUBJECTS_ERASE)
    with within(work.customer_id):
        total = sum(count(work, table) for table in tables)
        work.progress(0, total)
    if work.target == "subject":
        with within(work.customer_id):
            for name, gone in vault.purge_subject(permit, work.target_id).items():
                work.removed(name, plan.How.PURGED, gone)
            work.progress(total, total)
        return
    batches = vault.purge_customer(permit, batch=work.around.terms.pace.rows_per_batch)
    done = 0
    while True:
        # The batch's own transaction nests in this one, so that it commits together with its count.
        with within(work.customer_id):
            _without_waiting_for_the_disk()
            name, gone = next(batches, ("", 0))
            if not name:
                break
            done += gone
            work.removed(name, plan.How.PURGED, gone)
            work.progress(done, max(total, done))
        work.around.reached(f"batch {name}")


def _without_waiting_for_the_disk() -> None:
    """Let this commit reach the disk with a later one.

    After a crash such a batch is simply purged again, count and all; every mark of a step waits for the disk, and with
    it for all that was committed before.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")


def rows(work: Work, tables: tuple[plan.Table, ...]) -> None:
    """Purge other tables, in order."""
    done, total = 0, sum(count(work, table) for table in tables)
    work.progress(0, total)
    for table in tables:
        done = _purge(work, table, done, total)
        work.around.reached(f"purged {table.name}")


def count(work: Work, table: plan.Table) -> int:
    """Count the rows of the target in a table."""
    return count_rows(table, work.target, work.customer_id, work.target_id)


def count_rows(table: plan.Table, target: Target, customer_id: UUID, target_id: UUID) -> int:
    """Count the rows of any target in a table."""
    with within(customer_id, using=table.using), connections[table.using].cursor() as cursor:
        cursor.execute(
            f'select count(*) from "{table.name}" where customer_id = %(customer)s and ({table.where(target)})',
            {"customer": customer_id, "target": target_id},
        )
        return int(cursor.fetchone()[0])


def _purge(work: Work, table: plan.Table, done: int, total: int) -> int:
    batch = work.around.terms.pace.rows_per_batch
    statement = delete_statement(table, work.target)
    values: dict[str, UUID | int] = {"customer": work.customer_id, "target": work.target_id, "batch": batch}
    while True:
        with within(work.customer_id, using=table.using):
            with connections[table.using].cursor() as cursor:
                cursor.execute(statement, values)
                gone = cursor.rowcount
            done += gone
            work.removed(table.name, plan.How.PURGED, gone, using=table.using)
            work.progress(done, max(total, done), using=table.using)
        work.around.reached(f"batch {table.name}")
        if gone < batch:
            return done


def delete_statement(table: plan.Table, target: Target) -> str:
    """Return what deletes one batch (of `customer`, `target`, `batch`) from any table."""
    # Taken by their place in the heap: no sorting, and no key of any table needs to be known here. Two partitions of a
    # table have the same places, so what is deleted must meet the condition as well: else a neighbour's row went too.
    condition = f"customer_id = %(customer)s and ({table.where(target)})"
    return (
        f'delete from "{table.name}" where {condition} and ctid = any(array(select ctid from "{table.name}"'
        f" where {condition} limit %(batch)s))"
    )


def jobs(work: Work) -> None:
    """Delete the jobs that name the target, whatever became of them.

    Raises:
        Waiting: one of them is running; it may still write what the scan would find.
    """
    with within(work.customer_id):
        with connections["default"].cursor() as cursor:
            cursor.execute(
                f"delete from {plan.JOBS} where args::text like %s and status <> %s", [_naming(work), RUNNING]
            )
            gone = cursor.rowcount
        work.removed(plan.JOBS, plan.How.PURGED, gone)
    if naming_jobs(work):
        raise Waiting(what="a job about it is still running")


def naming_jobs(work: Work) -> int:
    """Count the jobs that name the target."""
    with within(work.customer_id), connections["default"].cursor() as cursor:
        cursor.execute(f"select count(*) from {plan.JOBS} where args::text like %s", [_naming(work)])
        return int(cursor.fetchone()[0])


def _naming(work: Work) -> str:
    return f"%{work.target_id}%"
