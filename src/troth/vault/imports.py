"""Importing a file or stream: everything in one transaction, so that a crash leaves nothing behind.

Guarantees: an import is there whole or not at all, with its row of history and its log entries; running it again makes
no duplicates, because people are recognised by their identifiers, and because a source that can't be recognised row by
row is taken once only; memory does not grow with the source; an erasure or an epoch is never held up by it, nor it by
them. Lock order and what waits for what: docs/import.md.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.actions import record
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import TrothError
from troth.kernel.ids import new_id
from troth.kernel.wall import WallBreach, standing, within
from troth.keys.rings import ring
from troth.tenancy.errors import CustomerClosed
from troth.tenancy.models import State
from troth.tenancy.queries import get as get_customer
from troth.tenancy.queries import hold_open
from troth.vault import datasets, readers, rows, sources, spools
from troth.vault.ahead import ahead
from troth.vault.datasets import Dataset
from troth.vault.errors import AlreadyImported, ImportRunning, RowRefused, SpoolGone, TooManyRejected
from troth.vault.limits import AUDIT_BATCH, IMPORT_BATCH, IMPORT_BATCH_BYTES, LOOKS_EVERY_S, REJECTED_AT_MOST
from troth.vault.models import Import
from troth.vault.preparing import Batch, Preparer
from troth.vault.readers import Options, Read
from troth.vault.rehearsal import Rehearsal
from troth.vault.rejects import Rejects
from troth.vault.sources import Source
from troth.vault.storing import OnDuplicate, Outcome, Storing

SOURCE_KEY: Final = "vault.import-source"
_ALONE: Final = b"SELECT pg_try_advisory_xact_lock(hashtextextended(%b, 0))"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is. `bytes_total` is None for a stream."""

    rows: int
    bytes: int
    bytes_total: int | None
    seconds: float

    @property
    def rate(self) -> float:
        """Rows a second, so far."""
        return self.rows / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do. `reasons` counts the refusals by field and reason, without values."""

    import_id: UUID
    dataset_id: UUID
    format: str
    dry_run: bool
    rows: int = 0
    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    bytes: int = 0
    seconds: float = 0.0
    rejected_file: Path | None = None
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count one batch in."""
        self.stored += outcome.count("stored")
        self.updated += outcome.count("updated")
        self.unchanged += outcome.count("unchanged")
        self.skipped += outcome.count("skipped")


class _Rehearsed(Exception):
    """Rolls a dry run back."""


def run(
    permit: Permit,
    dataset_id: UUID,
    source: Path | BinaryIO,
    *,
    options: Options = Options(),  # noqa: B008 - frozen
    dry_run: bool = False,
    on_duplicate: OnDuplicate = "reject",
    max_rejected: int = REJECTED_AT_MOST,
    again: bool = False,
    progress: Callable[[Progress], None] | None = None,
    clock: Clock = SYSTEM,
) -> ImportReport:
    """Import all rows that can be stored, and write the others to a rejected-rows file.

    Raises:
        TooManyRejected: more than `max_rejected` rows were refused; nothing was imported, the file says which.
        SourceUnreadable: what the source holds makes every further row doubtful; nothing was imported.
        AlreadyImported: these very bytes are in already, and nothing else would stop duplicates; or say `again`.
        ImportRunning: one import per customer at a time.
        CustomerClosed: the customer is being deleted; also when that begins while the import runs.
    """
    permit.require(Action.RECORDS_IMPORT)
    if standing() is not None:
        raise WallBreach(why="an import has a transaction of its own")
    format_ = readers.format_of(source, options)
    importing = _Importing(permit, dataset_id, format_, options, dry_run, on_duplicate, max_rejected, again, clock)
    with ExitStack() as stack:
        rejects = stack.enter_context(Rejects(permit.customer_id, importing.report.import_id))
        try:
            with within(permit.customer_id):
                importing.whole(source, rejects, progress)
        except _Rehearsed:
            pass
        finally:
            # An erasure may have taken the file away meanwhile: the import stands without it.
            with suppress(SpoolGone):
                importing.report.rejected_file = rejects.close()
    return importing.report


class _Importing:
    """One import at work."""

    def __init__(  # noqa: PLR0917 - the parts of `run`, handed on
        self,
        permit: Permit,
        dataset_id: UUID,
        format_: readers.Format,
        options: Options,
        dry_run: bool,
        on_duplicate: OnDuplicate,
        max_rejected: int,
        again: bool,
        clock: Clock,
    ) -> None:
        self.permit, self.dataset_id, self.format, self.options = permit, dataset_id, format_, options
        self.on_duplicate, self.max_rejected, self.again, self.clock = on_duplicate, max_rejected, again, clock
        self.report = ImportReport(new_id(), dataset_id, format_, dry_run)
        self.began, self.started_at = time.monotonic(), clock.now()
        self.unlogged: list[UUID] = []
        self.looked = float("-inf")

    def whole(self, source: Path | BinaryIO, rejects: Rejects, progress: Callable[[Progress], None] | None) -> None:
        """Everything within the one transaction."""
        customer_id = self.permit.customer_id
        self._refuse_closing()
        if not rows.fetch(_ALONE, [f"vault.import:{customer_id}"])[0][0]:
            raise ImportRunning
        dataset = datasets.load(customer_id, self.dataset_id)
        storing = Storing(
            dataset,
            by=self.permit.actor,
            on_duplicate=self.on_duplicate,
            import_id=self.report.import_id,
            rehearsal=Rehearsal() if self.report.dry_run else None,
        )
        key = ring(customer_id).stable(SOURCE_KEY)
        spool = spools.folder("rejected", customer_id)
        with sources.opened(source, key) as opened:
            reads = _batches(readers.rows(opened, self.format, dataset.schema, self.options, spool))
            with ahead(_prepared(reads, storing.preparer())) as batches:
                for batch, prepared in batches:
                    self._batch(storing, batch, prepared, rejects)
                    if progress is not None:
                        progress(self._progress(opened))
            self._finish(dataset, opened)

    def _batch(self, storing: Storing, batch: list[Read], prepared: Batch, rejects: Rejects) -> None:
        self._refuse_closing()
        report = self.report
        outcome = storing.place(prepared, now=self.clock.now())
        refused: dict[int, TrothError] = dict(outcome.refused)
        refused.update({read.line: read.refused for read in batch if read.refused is not None})
        report.rows += len(batch)
        report.rejected += len(refused)
        report.add(outcome)
        for read in batch:
            if (error := refused.get(read.line)) is not None:
                report.reasons[reason(error)] += 1
                if rejects.count < REJECTED_AT_MOST:
                    rejects.write(read.line, reason(error), read.row)
        if report.rejected > self.max_rejected:
            raise TooManyRejected(rejected=report.rejected, allowed=self.max_rejected, import_id=report.import_id)
        self.unlogged += [record_id for _, record_id, status in outcome.placed if status in {"stored", "updated"}]
        while len(self.unlogged) >= AUDIT_BATCH:
            self._log_records()

    def _finish(self, dataset: Dataset, source: Source) -> None:
        report = self.report
        while self.unlogged:
            self._log_records()
        report.bytes, report.seconds = source.counted.count, time.monotonic() - self.began
        once = None if dataset.recognises or self.again else True
        self._refuse_again(source.counted.digest, once)
        # Lock first, then judge: a deletion of the customer that began meanwhile wins, and this import was nothing.
        hold_open(self.permit.customer_id)
        self._keep_history(source.counted.digest, once)
        if report.dry_run:
            raise _Rehearsed

    def _refuse_again(self, digest: bytes, once: bool | None) -> None:
        known = Import.objects.filter(
            customer_id=self.permit.customer_id, dataset_id=self.dataset_id, source_digest=digest
        )
        if once and known.exists():
            raise AlreadyImported

    def _keep_history(self, digest: bytes, once: bool | None) -> None:
        report, actor = self.report, self.permit.actor
        counts = {name: getattr(report, name) for name in ("stored", "updated", "unchanged", "skipped", "rejected")}
        Import.objects.create(
            customer_id=self.permit.customer_id,
            import_id=report.import_id,
            dataset_id=self.dataset_id,
            format=self.format,
            on_duplicate=self.on_duplicate,
            source_bytes=report.bytes,
            source_digest=digest,
            once=once,
            rows_read=report.rows,
            **counts,
            started_at=self.started_at,
            finished_at=self.clock.now(),
            actor_kind=actor.kind,
            account_id=actor.account_id,
        )
        self._record("dataset.imported", detail={**counts, "rows": report.rows, "bytes": report.bytes})

    def _log_records(self) -> None:
        ids, self.unlogged = self.unlogged[:AUDIT_BATCH], self.unlogged[AUDIT_BATCH:]
        self._record("records.imported", ids=ids)

    def _record(
        self,
        operation: str,
        *,
        ids: list[UUID] | None = None,
        detail: Mapping[str, str | int | list[str]] | None = None,
    ) -> None:
        record(
            operation,
            by=self.permit.actor,
            customer_id=self.permit.customer_id,
            entity=self.dataset_id,
            purpose=self.permit.purpose,
            reason=self.permit.reason,
            ids=ids,
            detail={"import": str(self.report.import_id), **(detail or {})},
        )

    def _refuse_closing(self) -> None:
        now = time.monotonic()
        if now - self.looked < LOOKS_EVERY_S:
            return
        self.looked = now
        customer = get_customer(self.permit.customer_id)
        if customer.state != State.ACTIVE:
            raise CustomerClosed(state=customer.state)

    def _progress(self, source: Source) -> Progress:
        return Progress(self.report.rows, source.counted.count, source.total, time.monotonic() - self.began)


def reason(error: TrothError) -> str:
    """Why a row was refused, in a sentence that holds none of its values and can be counted."""
    if isinstance(error, RowRefused):
        return f"{error.field}: {error.why}"
    return _REASONS.get(error.code, error.code)


_REASONS: Final = {
    "vault.duplicate": "(row): this person already has a record in the dataset",
    "vault.two_subjects": "(row): its identifiers belong to two different people",
    "vault.frozen": "(row): this person is being erased",
}


def _prepared(batches: Iterator[list[Read]], preparer: Preparer) -> Iterator[tuple[list[Read], Batch]]:
    for batch in batches:
        yield batch, preparer.batch((read.line, read.row) for read in batch if read.refused is None)


def _batches(reads: Iterator[Read]) -> Iterator[list[Read]]:
    """As many rows as are stored at once: bounded in number and in size."""
    batch: list[Read] = []
    size = 0
    for read in reads:
        batch.append(read)
        size += read.size
        if len(batch) >= IMPORT_BATCH or size >= IMPORT_BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
