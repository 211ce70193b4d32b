"""Everything that an erasure touches, table by table and store by store, and how: the one list that counts.

Guarantees: a table with `customer_id`, or a folder below the installation's home, that does not stand here fails the
architecture test; at run time a table that is not here stops the survivor scan (`Unplanned`), and every file below the
home is looked at by its name: an erasure never passes by what it does not know.
A restore is handed this list too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from troth.erasure.rules import Step, Target


class How(StrEnum):
    """What an erasure does with the rows or files that it finds."""

    PURGED = "purged"
    """Deleted."""
    WITH_KEYS = "with_keys"
    """Deleted, or sealed anew without the key, by the epoch itself."""
    EMPTIED = "emptied"
    """The row stays as a tombstone, without its content."""
    SEALED = "sealed"
    """Stays, sealed under a key that is destroyed."""
    KEPT = "kept"
    """Stays: ids, times and counts only."""
    UNTOUCHED = "untouched"
    """Holds nothing of this target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with `customer_id`.

    `of_subject` is the condition (over `%(target)s`) under which a row belongs to a person; `using` is the login that
    may purge it; `remains` and `why` are the
    codes under which the certificate names what stays.
    """

    name: str
    subject: How
    customer: How
    step: Step = Step.ROWS
    of_subject: str | None = None
    using: str = "default"
    empty_when: str | None = None
    remains: str | None = None
    why: str | None = None

    def how(self, target: Target) -> How:
        """Return what happens here for this kind of target."""
        return self.subject if target == "subject" else self.customer

    def where(self, target: Target) -> str:
        """Return the condition of the rows concerned, beyond the customer's."""
        if target == "customer":
            return "true"
        if self.of_subject is None:
            raise ValueError(f"{self.name} has no condition for a person")
        return self.of_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A folder below the installation's home with one folder per customer in it, named by the customer's id.

    Nothing in such a file can be told apart by person, so a person's erasure takes all of the customer's: they are made
    anew when wanted.
    """

    name: str
    folder: str
    subject: How = How.PURGED
    customer: How = How.PURGED

    def how(self, target: Target) -> How:
        """Return what happens here for this kind of target."""
        return self.subject if target == "subject" else self.customer


_SUBJECT = "subject_id = %(target)s"

TABLES: tuple[Table, ...] = (
    # What refers stands before what it refers to: rows go in this order.
    Table(name="vault_change", subject=How.PURGED, customer=How.PURGED, of_subject=_SUBJECT),
    Table(name="vault_record", subject=How.PURGED, customer=How.PURGED, of_subject=_SUBJECT),
    Table(name="vault_identifier", subject=How.PURGED, customer=How.PURGED, of_subject=_SUBJECT),
    Table(name="vault_subject", subject=How.PURGED, customer=How.PURGED, of_subject=_SUBJECT),
    Table(name="vault_import", subject=How.UNTOUCHED, customer=How.PURGED),
    Table(name="vault_schema", subject=How.UNTOUCHED, customer=How.PURGED),
    Table(name="vault_dataset", subject=How.UNTOUCHED, customer=How.PURGED),
    Table(
        # Answers kept for repeated requests: ids, and keyed digests of what was asked.
        name="api_replay",
        subject=How.PURGED,
        customer=How.PURGED,
        step=Step.STORES,
        of_subject="position(convert_to(%(target)s::text, 'UTF8') in answer) > 0",
    ),
    # Messages hold no personal data, and go with their customer; an endpoint's address is sealed under a key that dies.
    Table(name="messages_delivery", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES),
    Table(name="messages_message", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES),
    Table(name="messages_endpoint", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES),
    # Facts and states: counts and ids, nothing personal. They may be deleted with their customer alone, by the keeper.
    Table(name="promises_exception_step", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES, using="keeper"),
    Table(name="promises_exception", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES, using="keeper"),
    Table(name="promises_interval", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES, using="keeper"),
    Table(name="promises_evidence", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES, using="keeper"),
    Table(name="promises_version", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES, using="keeper"),
    # What this customer was promised beyond the policy: its limits stand on the request since the confirmation.
    Table(name="policy_agreement", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES, using="keeper"),
    # The operator's own, by a constraint: no customer and no person of a customer's has any.
    Table(name="promises_attestation_document", subject=How.UNTOUCHED, customer=How.UNTOUCHED),
    Table(name="promises_attestation_step", subject=How.UNTOUCHED, customer=How.UNTOUCHED),
    Table(name="promises_attestation", subject=How.UNTOUCHED, customer=How.UNTOUCHED),
    Table(name="promises_attestation_owner", subject=How.UNTOUCHED, customer=How.UNTOUCHED),
    Table(name="promises_attestation_reminder", subject=How.UNTOUCHED, customer=How.UNTOUCHED),
    Table(name="access_session", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES),
    Table(name="access_api_key", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES),
    Table(name="access_enrolment", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES),
    Table(name="access_account", subject=How.UNTOUCHED, customer=How.PURGED, step=Step.STORES),
    Table(
        name="tenancy_customer",
        subject=How.UNTOUCHED,
        customer=How.EMPTIED,
        step=Step.STORES,
        empty_when="state = 'erased' and name = '' and name_key = ''",
        remains="tombstone",
        why="ledger",
    ),
    Table(name="keys_page", subject=How.WITH_KEYS, customer=How.WITH_KEYS, step=Step.KEYS),
    Table(name="keys_directory", subject=How.WITH_KEYS, customer=How.WITH_KEYS, step=Step.KEYS),
    Table(name="keys_customer", subject=How.WITH_KEYS, customer=How.WITH_KEYS, step=Step.KEYS),
    Table(
        name="audit_opening",
        subject=How.SEALED,
        customer=How.PURGED,
        step=Step.OPENINGS,
        using="keeper",
        remains="log_openings_sealed",
        why="log_integrity",
    ),
    Table(name="audit_inbox", subject=How.KEPT, customer=How.KEPT, remains="log_leaves", why="log_integrity"),
    Table(name="audit_entry", subject=How.KEPT, customer=How.KEPT, remains="log_leaves", why="log_integrity"),
    Table(name="audit_tile", subject=How.KEPT, customer=How.KEPT, remains="log_leaves", why="log_integrity"),
    Table(name="audit_checkpoint", subject=How.KEPT, customer=How.KEPT, remains="checkpoints", why="log_integrity"),
    Table(name="erasure_request", subject=How.KEPT, customer=How.KEPT, remains="erasure_rows", why="ledger"),
    Table(name="erasure_step", subject=How.KEPT, customer=How.KEPT, remains="erasure_rows", why="ledger"),
    Table(name="erasure_tally", subject=How.KEPT, customer=How.KEPT, remains="erasure_rows", why="ledger"),
    Table(name="erasure_certificate", subject=How.KEPT, customer=How.KEPT, remains="certificate", why="proof"),
    Table(name="erasure_receipt", subject=How.UNTOUCHED, customer=How.KEPT, remains="receipt", why="owner"),
)

JOBS = "procrastinate_jobs"
"""Queued and finished jobs: they belong to no customer, hold ids in their arguments, and are searched for them."""

FILES: tuple[Files, ...] = (
    Files(name="files_exports", folder="exports"),
    Files(name="files_rejected", folder="rejected"),
    Files(name="files_spool", folder="spool"),
    Files(name="files_caches", folder="cache"),
)

RECEIPTS = "receipts"
"""Below the home: the log bundles of deleted customers, each sealed to the holder of its link."""

OTHER_PLACES: dict[str, str] = {
    "secrets": "the installation's own secrets; no customer's",
    "postgres": "the database itself: its tables are listed above, its log holds no statement and no parameter",
    "recovery-kit": "the kit's sheets until they are handed out; no customer's",
    "run": "sockets and locks",
    "custodian": "what unwraps the roots; no customer's",
    "canaries": "sealed copies of the platform's own canaries, kept to be tried after their erasure; no customer's",
    "receipts": "sealed to the holder of the link, removed when it expires",
    "heads": "signed heads of the log: hashes and sizes alone",
    "log": "the processes' own logs: codes and ids, no personal value",
    "tls": "the server's own key and certificate",
}
"""Everything else that may lie in the home, with why no customer's data is in it. Key places are told by settings."""


def tables(target: Target, step: Step, *hows: How) -> tuple[Table, ...]:
    """Return the tables that a step of this erasure deals with, in the order in which rows must go."""
    return tuple(table for table in TABLES if table.step is step and table.how(target) in hows)


def files(target: Target) -> tuple[Files, ...]:
    """Return the folders that this erasure empties."""
    return tuple(store for store in FILES if store.how(target) is How.PURGED)


def remains(target: Target) -> list[tuple[str, str]]:
    """Return what stays, as pairs of codes (what, why), each once."""
    staying = (How.EMPTIED, How.SEALED, How.KEPT)
    found = [(table.remains, table.why) for table in TABLES if table.how(target) in staying]
    return list(dict.fromkeys((what, why) for what, why in found if what and why))


def unplanned_tables(catalogue: Iterable[str]) -> list[str]:
    """Return the tables with `customer_id` that the plan does not name."""
    known = {table.name for table in TABLES}
    return sorted(set(catalogue) - known)
