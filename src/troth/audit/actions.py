"""Every write of the log but the sealer's.

Guarantees: `record` adds one statement to the caller's transaction, takes no lock and chains no hash, so that it can
stand before every read; it commits or rolls back with what it tells of. `refused` commits on its own.
"""

from datetime import date
from typing import Any, Unpack
from uuid import UUID

import psycopg
from django.db import connections

from troth.audit import openings
from troth.audit import terms as log_terms
from troth.audit.entry import Told, compose
from troth.audit.terms import LogTerms
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM
from troth.kernel.errors import TrothError
from troth.kernel.ids import OPERATOR, new_id
from troth.kernel.wall import within
from troth.keys import rings
from troth.keys.errors import CustomerKeysGone

Statement = tuple[bytes, tuple[Any, ...]]

_INBOX = b"INSERT INTO audit_inbox (customer_id, event_id, operation, entity, leaf) VALUES (%b, %b, %b, %b, %b)"
_OPENING = (
    b"INSERT INTO audit_opening"
    b" (customer_id, event_id, who, ids, who_until, whence, whence_until, subject, subject_until)"
    b" VALUES (%b, %b, %b, %b, %b, %b, %b, %b, %b)"
)
_BOTH = b"WITH opening AS (" + _OPENING + b") " + _INBOX


def record(
    operation: str,
    *,
    by: Actor,
    customer_id: UUID,
    using: str = "default",
    ring: rings.Ring | None = None,
    keyless: bool = False,
    terms: LogTerms | None = None,
    **told: Unpack[Told],
) -> UUID:
    """Write one entry in the caller's transaction, inside `within(customer_id)`, and return the event's id.

    A caller that holds the customer's `ring` already passes it, which saves a statement. `keyless` is for entries
    about a customer whose keys are destroyed: they keep their commitments and nothing that opens them.

    Raises:
        EntryTooLarge: the leaf would not fit.
        CustomerKeysGone: the customer has no keys, and `keyless` was not said.
    """
    connection = connections[using]
    if ring is None and not keyless:
        ring = rings.ring(customer_id, using=using)
    sql, params = statement(operation, by=by, customer_id=customer_id, ring=ring, terms=terms, **told)
    with connection.wrap_database_errors:
        # Past Django's own cursor, which binds on the client: bytes go as bytes, and the plan is kept.
        psycopg.Cursor(connection.connection).execute(sql, params, prepare=True)
    event_id: UUID = params[1]
    return event_id


def statement(
    operation: str,
    *,
    by: Actor,
    customer_id: UUID,
    ring: rings.Ring | None,
    terms: LogTerms | None = None,
    **told: Unpack[Told],
) -> Statement:
    """Return the insert that `record` would run, for a caller's own pipeline; the event's id is `params[1]`.

    It binds with `%b`, so it needs a `psycopg.Cursor`. Without a ring no openings are kept but the subject's.
    """
    event_id, at = new_id(), SYSTEM.now()
    composed = compose(operation, by=by, customer_id=customer_id, event_id=event_id, at=at, **told)
    sealed = openings.seal(
        composed,
        customer_id=customer_id,
        event_id=event_id,
        key=ring.stable(openings.KEY_NAME) if ring else None,
        subject=told.get("subject"),
        at=at,
        terms=terms or log_terms.terms(customer_id),
    )
    entity = told.get("entity")
    inbox = (customer_id, event_id, operation, None if entity is None else str(entity), composed.leaf)
    if sealed == openings.NONE:
        return _INBOX, inbox
    return _BOTH, (
        customer_id,
        event_id,
        *sealed,
        *inbox,
    )


def refused(
    operation: str,
    *,
    by: Actor,
    customer_id: UUID | None,
    error: TrothError | str,
    entity: UUID | str | None = None,
    using: str = "aside",
) -> UUID:
    """Log, in a transaction of its own, what was refused or failed, after the boundary's was rolled back.

    A refusal about a customer that is unknown, or whose keys are gone, goes to the operator's own log.
    """
    detail: dict[str, str | int | list[str]] = {"error": error if isinstance(error, str) else error.code}
    failed = isinstance(error, TrothError) and error.status >= 500  # noqa: PLR2004 - HTTP's own border of blame
    outcome = "failed" if failed else "refused"
    try:
        home = customer_id or OPERATOR
        with within(home, using=using):
            return record(
                operation, by=by, customer_id=home, using=using, outcome=outcome, entity=entity, detail=detail
            )
    except CustomerKeysGone:
        if customer_id is None or customer_id == OPERATOR:
            raise
    detail["customer"] = str(customer_id)
    with within(OPERATOR, using=using):
        return record(
            operation, by=by, customer_id=OPERATOR, using=using, outcome=outcome, entity=entity, detail=detail
        )


def expire_openings(today: date, *, using: str = "sealer", at_most: int = 10_000) -> int:
    """Drop every part of an opening whose day has passed; return how many rows were touched.

    Guarantees: at most `at_most` rows in one short transaction; call it until it returns 0. Entries stay as they are.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "UPDATE audit_opening SET"
            " who = CASE WHEN who_until < %(today)s THEN NULL ELSE who END,"
            " ids = CASE WHEN who_until < %(today)s THEN NULL ELSE ids END,"
            " whence = CASE WHEN whence_until < %(today)s THEN NULL ELSE whence END,"
            " subject = CASE WHEN subject_until < %(today)s THEN NULL ELSE subject END,"
            " who_until = CASE WHEN who_until < %(today)s THEN NULL ELSE who_until END,"
            " whence_until = CASE WHEN whence_until < %(today)s THEN NULL ELSE whence_until END,"
            " subject_until = CASE WHEN subject_until < %(today)s THEN NULL ELSE subject_until END"
            " WHERE ctid = ANY (ARRAY (SELECT ctid FROM audit_opening WHERE who_until < %(today)s"
            " OR whence_until < %(today)s OR subject_until < %(today)s LIMIT %(at_most)s))",
            {"today": today, "at_most": at_most},
        )
        return int(cursor.rowcount)


def purge_openings(customer_id: UUID, *, using: str = "keeper", at_most: int = 10_000) -> int:
    """Delete an erased customer's openings; return how many. Call it until it returns 0.

    Entries, tiles and checkpoints stay: they hold nothing personal, and they prove what was done, the erasure too.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "DELETE FROM audit_opening WHERE ctid = ANY (ARRAY ("
            " SELECT ctid FROM audit_opening WHERE customer_id = %s LIMIT %s))",
            [customer_id, at_most],
        )
        return int(cursor.rowcount)
