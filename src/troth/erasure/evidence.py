"""What can be seen of erasures from outside: for the controls, which judge the promises about them.

Guarantees: reads only; ids, counts and times, nothing personal, so that it may be sealed as evidence. Every statement
names its customer and runs inside its wall; nothing here locks a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import connections

from troth.erasure import dsse, files, payload, plan, purging
from troth.erasure.plan import How
from troth.erasure.rules import OPEN, State, Target
from troth.kernel.wall import within

NAMED = 50
"""So many ids are named at most; the counts are of all."""

_WINDOW = f"""
select count(*) filter (where done), max(gone_at - confirmed_at) filter (where done),
       count(*) filter (where not done), max(%(now)s - confirmed_at) filter (where not done),
       count(*) filter (where late),
       (array_agg(erasure_id order by confirmed_at) filter (where late))[1:{NAMED}], max(gone_at)
  from (select *, state = 'done' as done, coalesce(gone_at, %(now)s) - confirmed_at > production_within as late
          from erasure_request where customer_id = %(customer)s
           and (state = any(%(open)s) or (state = 'done' and ended_at >= %(since)s))) as seen
"""
_FINISHED = """
select erasure_id, target, target_id from erasure_request
 where customer_id = %s and state = 'done' and ended_at >= %s order by ended_at desc limit %s
"""
_UNCERTIFIED = f"""
select count(*), (array_agg(r.erasure_id order by r.erasure_id))[1:{NAMED}]
  from erasure_request r left join erasure_certificate c
    on c.customer_id = r.customer_id and c.erasure_id = r.erasure_id
 where r.customer_id = %s and r.state = 'done' and c.certificate_id is null
"""
_CERTIFICATES = """
select erasure_id, envelope from erasure_certificate
 where customer_id = %s and issued_at >= %s order by issued_at desc limit %s
"""
_SCANS = """
select r.erasure_id, count(t.store), coalesce(sum(t.count), 0)
  from erasure_request r left join erasure_tally t
    on t.customer_id = r.customer_id and t.erasure_id = r.erasure_id and t.phase = 'checked'
   and t.at >= r.keys_destroyed_at
 where r.customer_id = %s and r.state = 'done' and r.ended_at >= %s group by r.erasure_id
"""


@dataclass(frozen=True, slots=True)
class Window:
    """A customer's erasures that are open or ended since an instant; cancelled ones are none."""

    finished: int
    slowest: timedelta | None
    running: int
    oldest_open: timedelta | None
    late: int
    late_ids: tuple[UUID, ...]
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Certificates:
    """Which finished erasures lack a certificate, and whose certificate is not what it should be."""

    finished: int
    without: int
    without_ids: tuple[UUID, ...]
    verified: int
    wrong_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Scans:
    """What the scans of finished erasures wrote down: the fewest places that one looked at, and which found or did
    not look."""

    finished: int
    fewest: int | None
    unscanned_ids: tuple[UUID, ...]
    left_ids: tuple[UUID, ...]


def window(customer_id: UUID, *, since: datetime, now: datetime, using: str = "default") -> Window:
    """The erasures of one customer."""
    values: dict[str, UUID | datetime | list[str]] = {
        "customer": customer_id,
        "since": since,
        "now": now,
        "open": [str(state) for state in sorted(OPEN)],
    }
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(_WINDOW, values)
        finished, slowest, running, oldest, late, ids, gone_at = cursor.fetchone()
    return Window(finished, slowest, running, oldest, late, tuple(ids or ()), gone_at)


def newest(customer_id: UUID, *, using: str = "default") -> tuple[datetime, str, timedelta | None] | None:
    """When the customer's own deletion was confirmed, its state, and how long it took; None if there is none."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "select confirmed_at, state, gone_at - confirmed_at from erasure_request"
            " where customer_id = %s and target = 'customer' and state <> %s order by confirmed_at desc limit 1",
            [customer_id, str(State.CANCELLED)],
        )
        found: tuple[datetime, str, timedelta | None] | None = cursor.fetchone()
    return found


def last_asked(customer_id: UUID, *, using: str = "default") -> datetime | None:
    """When an erasure of one of this customer's people was last confirmed."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "select max(confirmed_at) from erasure_request where customer_id = %s and target = 'subject'",
            [customer_id],
        )
        found: datetime | None = cursor.fetchone()[0]
    return found


def open_here(customer_id: UUID, *, using: str = "default") -> int:
    """How many erasures of this customer have not ended."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "select count(*) from erasure_request where customer_id = %s and state = any(%s)",
            [customer_id, [str(state) for state in sorted(OPEN)]],
        )
        return int(cursor.fetchone()[0])


def certificates(
    customer_id: UUID, *, since: datetime, keys: Mapping[str, bytes], at_most: int, using: str = "default"
) -> Certificates:
    """Every finished erasure's certificate looked for, and the newest ones' signatures verified again."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(_UNCERTIFIED, [customer_id])
        without, ids = cursor.fetchone()
        cursor.execute("select count(*) from erasure_request where customer_id = %s and state = 'done'", [customer_id])
        (finished,) = cursor.fetchone()
        cursor.execute(_CERTIFICATES, [customer_id, since, at_most])
        issued = cursor.fetchall()
    wrong = [one for one, envelope in issued if not _is_right(customer_id, one, bytes(envelope), keys.values())]
    return Certificates(finished, without, tuple(ids or ()), len(issued) - len(wrong), tuple(wrong[:NAMED]))


def _is_right(customer_id: UUID, erasure_id: UUID, envelope: bytes, keys: Iterable[bytes]) -> bool:
    """Whether it was signed by a key of this installation and speaks of this very erasure."""
    for public in keys:
        try:
            said = payload.decode(dsse.verified(envelope, payload.TYPE, public))
        except ValueError:
            continue
        return (said.erasure_id, said.target.customer_id) == (str(erasure_id), str(customer_id))
    return False


def scans(customer_id: UUID, *, since: datetime, using: str = "default") -> Scans:
    """The scans of the erasures that ended since: only looks after the keys had died count."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(_SCANS, [customer_id, since])
        found = cursor.fetchall()
    return Scans(
        finished=len(found),
        fewest=min((places for _, places, _ in found), default=None),
        unscanned_ids=tuple(one for one, places, _ in found if not places)[:NAMED],
        left_ids=tuple(one for one, _, left in found if left)[:NAMED],
    )


def finished(
    customer_id: UUID, *, since: datetime, at_most: int, using: str = "default"
) -> Sequence[tuple[UUID, Target, UUID]]:
    """The newest finished erasures: each with what it was about."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(_FINISHED, [customer_id, since, at_most])
        found = cursor.fetchall()
    return [(one, "subject" if target == "subject" else "customer", of) for one, target, of in found]


def survivors(customer_id: UUID, target: Target, target_id: UUID, *, home: Path) -> dict[str, int]:
    """Look again, now, in every table and folder that the plan purges; return what is there, by its place."""
    found: dict[str, int] = {}
    for table in plan.TABLES:
        if table.how(target) is How.PURGED and table.using in connections.databases:
            found[table.name] = purging.count_rows(table, target, customer_id, target_id)
    if target == "customer":
        for store in plan.files(target):
            found[store.name] = files.count(home, store, customer_id)
    return {place: count for place, count in found.items() if count}
