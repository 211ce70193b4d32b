"""What can be seen of accounts and passwords from outside: for the controls, which judge the promises about them.

Guarantees: reads only; counts, and of a hash its parameters alone: no hash, no address and no account leaves this
module. Every statement names its customer and runs inside its wall; nothing here locks a row.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import connections

from troth.access.terms import PasswordTerms
from troth.audit import evidence as log
from troth.kernel.wall import within

ENROLLED: Final = "account.enrol"
SETTLED: Final = timedelta(minutes=1)
"""An enrolment that is younger may not have its place in the log yet."""
_ARGON2ID: Final = re.compile(
    r"argon2\$argon2id\$v=(\d+)\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]{16,})\$([A-Za-z0-9+/]{22,})={0,2}"
)
_VERSION: Final = 19
_PASSWORDS: Final = """
select count(*) filter (where a.state <> 'invited'),
       count(*) filter (where a.state <> 'invited' and not enrolled),
       count(*) filter (where a.state = 'invited' and not enrolled),
       count(*) filter (where a.changed_at < now() - %s::interval)
  from (select x.*, exists (select from access_enrolment e where e.customer_id = x.customer_id
                               and e.account_id = x.account_id and e.used_at is not null
                               and e.used_at <= e.expires_at) as enrolled
          from access_account x where x.customer_id = %s and x.password <> '') as a
"""
_BELONGS: Final = """
select (select count(*) from access_session s where s.customer_id = %(me)s and not exists
          (select from access_account a where a.customer_id = s.customer_id and a.account_id = s.account_id))
     + (select count(*) from access_api_key k where k.customer_id = %(me)s and not exists
          (select from access_account a where a.customer_id = k.customer_id and a.account_id = k.account_id)),
       (select count(*) from (select mail_index from access_account where customer_id = %(me)s
          and state <> 'deactivated' and mail_index is not null group by mail_index having count(*) > 1) as shared)
"""
_CONSTRAINTS: Final = """
select c.conrelid::regclass::text, pg_get_constraintdef(c.oid) from pg_constraint c
 where c.convalidated and c.contype in ('p', 'f') and c.conrelid::regclass::text = any(%s)
union all
select x.indrelid::regclass::text, 'UNIQUE ' || pg_get_indexdef(x.indexrelid) from pg_index x
 where x.indisunique and x.indisvalid and x.indrelid::regclass::text = any(%s)
"""
_TABLES: Final = ("access_account", "access_session", "access_api_key", "access_enrolment")
_WANTED: Final = {
    "an account has one customer": ("access_account", r"PRIMARY KEY \(customer_id, account_id\)"),
    "an address opens one account": ("access_account", r"UNIQUE .*\(customer_id, mail_index\)"),
    **{
        f"{what} has one account": (
            table,
            r"FOREIGN KEY \(customer_id, account_id\) REFERENCES access_account\(customer_id, account_id\)",
        )
        for what, table in (
            ("a session", "access_session"),
            ("a key", "access_api_key"),
            ("a link", "access_enrolment"),
        )
    },
}


@dataclass(frozen=True, slots=True)
class Hashes:
    """A customer's stored passwords: how many, how many in no Argon2id format, how many under smaller parameters; and
    a digest of each salt."""

    count: int
    otherwise: int
    weaker: int
    salts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Passwords:
    """Where a customer's passwords come from: `preset` without a link that was used, `early` before enrolling, and
    how many more there are than enrolments in the log."""

    count: int
    preset: int
    early: int
    unlogged: int


@dataclass(frozen=True, slots=True)
class Belonging:
    """A customer's accounts, and what does not belong to any of them."""

    accounts: frozenset[UUID]
    strays: int
    shared_address: int


def hashes(customer_id: UUID, wanted: PasswordTerms, *, using: str = "default") -> Hashes:
    """Read every stored password's format, never telling it."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute("select password from access_account where customer_id = %s and password <> ''", [customer_id])
        stored = [str(one) for (one,) in cursor.fetchall()]
    read = [_ARGON2ID.fullmatch(one) for one in stored]
    weaker = 0
    for found in read:
        if found is not None:
            version, kibibytes, passes, lanes = (int(number) for number in found.groups()[:4])
            weak = kibibytes < wanted.argon2_kibibytes or passes < wanted.argon2_passes or lanes < wanted.argon2_lanes
            weaker += weak or version < _VERSION
    return Hashes(
        count=len(stored),
        otherwise=sum(1 for found in read if found is None),
        weaker=weaker,
        salts=tuple(sha256(found[5].encode()).digest() for found in read if found is not None),
    )


def passwords(customer_id: UUID, *, using: str = "default") -> Passwords:
    """Hold passwords against enrolments, in the table and in the log."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute(_PASSWORDS, [f"{SETTLED.total_seconds()} seconds", customer_id])
        count, preset, early, settled = cursor.fetchone()
    enrolled = log.count(customer_id, ENROLLED, using=using)
    return Passwords(count, preset, early, max(0, settled - enrolled))


def belonging(customer_id: UUID, *, using: str = "default") -> Belonging:
    """Which accounts the customer has, and what hangs in the air."""
    with within(customer_id, using=using), connections[using].cursor() as cursor:
        cursor.execute("select account_id from access_account where customer_id = %s", [customer_id])
        accounts = frozenset(one for (one,) in cursor.fetchall())
        cursor.execute(_BELONGS, {"me": customer_id})
        strays, shared = cursor.fetchone()
    return Belonging(accounts, strays, shared)


def constraints(*, using: str = "default") -> dict[str, bool]:
    """What the catalogue must have so that no row can belong to two customers, and whether it has it."""
    with connections[using].cursor() as cursor:
        cursor.execute(_CONSTRAINTS, [list(_TABLES), list(_TABLES)])
        there = [(str(table), str(text)) for table, text in cursor.fetchall()]
    return {
        what: any(table == on and re.search(text, found) for on, found in there)
        for what, (table, text) in _WANTED.items()
    }
