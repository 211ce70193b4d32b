"""The survivor scan: every table and store of the plan is asked again, and the catalogue for what the plan forgot.

Guarantees: a scan without anything to look at is an error; a table or folder that the plan does not know is an error;
each look is written down with its count and its time, and one survivor anywhere stops the certificate.
"""

from collections.abc import Iterator

from django.conf import settings
from django.db import connections

from troth.erasure import files, plan, purging, rules
from troth.erasure.errors import NothingScanned, Survivors, Unplanned
from troth.erasure.plan import How
from troth.erasure.work import Looked, Work
from troth.kernel.wall import within
from troth.keys.errors import KeyErased
from troth.keys.rings import ring

Look = tuple[str, str, int]
"""Where, the question, and how many were found."""

CATALOGUE = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id' and not a.attisdropped
 where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1
"""
"""A partition is no table of its own: its rows are found, and purged, through its parent."""


def scan(work: Work) -> None:
    """Look everywhere.

    Raises:
        Unplanned: something exists that the plan does not name.
        NothingScanned: there was nothing to look at.
        Survivors: something is left.
    """
    unplanned = plan.unplanned_tables(customer_tables())
    if unplanned:
        raise Unplanned(stores=", ".join(unplanned))
    looks: list[Looked] = []
    # One transaction for all that the application sees: a person's scan is short, and every commit is a disk's write.
    with within(work.customer_id):
        for store, question, found in _looks(work):
            looks.append(Looked(store, question, found, work.now()))
            work.around.reached(f"looked at {store}")
        work.checked(looks)
        work.progress(len(looks), len(looks))
    if not looks:
        raise NothingScanned
    if not rules.verdict([look.found for look in looks]):
        left = {look.store: look.found for look in looks if look.found}
        raise Survivors(found=sum(left.values()), stores=", ".join(left))


def customer_tables() -> list[str]:
    """Every table of the database that has a `customer_id`."""
    with connections["default"].cursor() as cursor:
        cursor.execute(CATALOGUE)
        return [name for (name,) in cursor.fetchall()]


def _looks(work: Work) -> Iterator[Look]:
    question = f"rows_of_{work.target}"
    for table in plan.TABLES:
        how = table.how(work.target)
        if how is How.PURGED or (how is How.WITH_KEYS and work.target == "customer"):
            yield table.name, question, purging.count(work, table)
        elif how is How.EMPTIED:
            yield table.name, question, _not_empty(work, table)
    yield plan.JOBS, "jobs_naming_it", purging.naming_jobs(work)
    for store in plan.files(work.target):
        yield store.name, "files_naming_it", files.count(work.around.home, store, work.customer_id)
    yield "files_uploads", "files_from_before", len(files.uploads(work.around.home, work.frozen_at()))
    apart = (*settings.TROTH_KEY_PLACES, settings.TROTH_CUSTODIAN)
    yield "files_elsewhere", "files_naming_it", files.naming(work.around.home, work.target_id, apart=apart)
    yield "keys_page" if work.target == "subject" else "keys_customer", "keys_that_open", keys_that_open(work)


def _not_empty(work: Work, table: plan.Table) -> int:
    with within(work.customer_id), connections["default"].cursor() as cursor:
        cursor.execute(
            f'select count(*) from "{table.name}" where customer_id = %s and not ({table.empty_when})',
            [work.customer_id],
        )
        return int(cursor.fetchone()[0])


def keys_that_open(work: Work) -> int:
    """Try to be handed the key: 1 when it still is, 0 when the key tables say that it was destroyed."""
    with within(work.customer_id):
        try:
            held = ring(work.customer_id)
            if work.request.page is None or work.request.slot is None:
                held.stable("erasure")
            else:
                held.key(work.request.page, work.request.slot)
        except KeyErased:
            return 0
    return 1
