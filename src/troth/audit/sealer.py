"""The sealer: moves committed entries from the inbox into the log and signs where the log then stands.

Guarantees: a committed entry gets exactly one place, in one transaction that also writes the tiles, the customer's
checkpoint, that head's leaf in the tree over all and its checkpoint; a kill at any moment loses and doubles nothing.
Rows are moved (`DELETE … RETURNING`), not read past a watermark, so that a late commit can't be skipped.
The order inside a tree is the order in which the sealer took the entries: batch by batch, by event id within one.
"""

import threading
import time
from collections import OrderedDict
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import psycopg
import structlog
from django.db import connections, transaction
from django.db.utils import Error as DatabaseError

from troth.audit import note, shelf
from troth.audit.actions import expire_openings
from troth.audit.entry import first_id
from troth.audit.errors import LogDamaged
from troth.audit.merkle import leaf_hash
from troth.audit.trees import Tree, Written
from troth.kernel.clock import SYSTEM, Clock
from troth.keys import signing

BATCH = 16_384
PAUSE_SECONDS = 0.2
RECOVER_SECONDS = 2.0
TREES_KEPT = 4_096
EXPIRE_EVERY_SECONDS = 3_600
# A look at the whole inbox passes every dead row that vacuum could not take yet, which a long transaction makes many.
# So it is taken for a tenth of the time at most, and at least every second; between, only what is new is looked at.
NEW = timedelta(seconds=10)
WHOLE = UUID(int=0)
WHOLE_EVERY_SECONDS = 1.0
WHOLE_SHARE = 10
# One sealer at a time in a database; another waits for its turn. A batch is sorted in memory, and the inbox is read
# along its index although the planner, who sees an empty table most of the time, would not.
TURN = (
    "SELECT pg_advisory_xact_lock(hashtextextended('troth.audit.sealer', 0)),"
    " set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)"
)

MOVE = rb"""
WITH taken AS MATERIALIZED (
    DELETE FROM audit_inbox WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM audit_inbox WHERE event_id >= %b AND customer_id <> ALL (%b::uuid[])
        ORDER BY event_id LIMIT %b
    )) RETURNING *
), head AS (
    SELECT touched.customer_id, coalesce((
        SELECT size FROM audit_checkpoint AS past WHERE past.customer_id = touched.customer_id
        ORDER BY size DESC LIMIT 1
    ), 0) AS size FROM (SELECT DISTINCT customer_id FROM taken) AS touched
), placed AS (
    SELECT taken.*,
        head.size + row_number() OVER (PARTITION BY taken.customer_id ORDER BY taken.event_id) - 1 AS leaf_index
    FROM taken JOIN head ON head.customer_id = taken.customer_id
)
INSERT INTO audit_entry (customer_id, leaf_index, event_id, operation, entity, leaf)
SELECT customer_id, leaf_index, event_id, operation, entity, leaf FROM placed
RETURNING customer_id, leaf_index, sha256('\x00'::bytea || leaf)
"""

log = structlog.get_logger()


class Sealer:
    """Seals batch after batch and remembers the trees it touched. What it remembers is checked against the database."""

    def __init__(self, signer: note.Signs, *, using: str = "sealer", clock: Clock = SYSTEM, batch: int = BATCH) -> None:
        self.signer, self.using, self.clock, self.batch = signer, using, clock, batch
        self.damaged: set[UUID] = set()
        self._trees: OrderedDict[UUID, Tree] = OrderedDict()
        self._overall: Tree | None = None

    def seal_once(self, since: UUID = WHOLE) -> int:
        """Seal at most one batch and return how many entries it had; the oldest first, of those with ids from `since`.

        Raises:
            LogDamaged: a log does not match its last checkpoint. Nothing was changed; `damaged` then holds the
                customer, whose entries wait in the inbox while everyone else's are sealed.
        """
        connection = connections[self.using]
        try:
            with transaction.atomic(using=self.using), connection.wrap_database_errors:
                return self._seal(psycopg.Cursor(connection.connection), since)
        except BaseException:
            # What was remembered is ahead of what was committed, or may be.
            self._forget()
            raise

    def _forget(self) -> None:
        self._trees.clear()
        self._overall = None

    def _seal(self, cursor: shelf.Cursor, since: UUID) -> int:
        cursor.execute(TURN)
        cursor.execute(MOVE, [since, list(self.damaged), self.batch], binary=True, prepare=True)
        moved = sorted(cursor.fetchall())
        if not moved:
            return 0
        tiles: list[tuple[UUID, Written]] = []
        checkpoints: list[tuple[UUID, note.Checkpoint]] = []
        for customer_id, rows in groupby(moved, key=itemgetter(0)):
            places = list(rows)
            tree = self._tree(cursor, customer_id, places[0][1])
            written = tree.extend([row[2] for row in places], keep_leaves=False)
            tiles += [(customer_id, tile) for tile in written]
            origin = shelf.customer_origin(self.signer, customer_id)
            checkpoints.append((customer_id, note.Checkpoint(origin, tree.size, tree.frontier.root())))
        self._write(cursor, tiles, checkpoints)
        while len(self._trees) > TREES_KEPT:
            self._trees.popitem(last=False)
        return len(moved)

    def _tree(self, cursor: shelf.Cursor, customer_id: UUID, size: int) -> Tree:
        """Return the customer's tree at `size`, where the database says that the batch begins."""
        tree = self._trees.get(customer_id)
        if tree is None or tree.size != size:
            # Never seen, or another sealer had its turn in between.
            try:
                tree = shelf.load_customer(cursor, customer_id, self.signer)
            except LogDamaged:
                self.damaged.add(customer_id)
                raise
            self._trees[customer_id] = tree
        self._trees.move_to_end(customer_id)
        return tree

    def _write(
        self,
        cursor: shelf.Cursor,
        tiles: list[tuple[UUID, Written]],
        checkpoints: list[tuple[UUID, note.Checkpoint]],
    ) -> None:
        """Sign the customers' heads, hang them into the tree over all, and write everything."""
        now = self.clock.now()
        cursor.execute("SELECT coalesce(max(size), 0) FROM audit_overall_checkpoint")
        (size,) = cursor.fetchone() or (0,)
        if self._overall is None or self._overall.size != size:
            self._overall = shelf.load_overall(cursor, self.signer)
        heads = [
            shelf.Head(customer_id, checkpoint, note.sign(checkpoint, self.signer), self._overall.size + at)
            for at, (customer_id, checkpoint) in enumerate(checkpoints)
        ]
        leaves = [leaf_hash(head.checkpoint.text.encode()) for head in heads]
        overall_tiles = self._overall.extend(leaves, keep_leaves=True)
        overall = note.Checkpoint(self.signer.name, self._overall.size, self._overall.frontier.root())
        shelf.put_customers(cursor, tiles, heads, now)
        shelf.put_overall(cursor, overall_tiles, overall, note.sign(overall, self.signer), now)


def seal_once() -> int:
    """Seal at most one batch now; return how many entries it had. For tests and the command line."""
    return Sealer(signing.signer()).seal_once()


def run(stop: threading.Event) -> None:
    """Seal until told to stop. An empty inbox costs one look every `PAUSE_SECONDS`; a lost database is waited for."""
    sealer = Sealer(signing.signer())
    whole_at = expire_at = time.monotonic()
    while not stop.is_set():
        try:
            if time.monotonic() >= whole_at:
                took = _drain(sealer, WHOLE, stop)
                whole_at = time.monotonic() + max(WHOLE_EVERY_SECONDS, took * WHOLE_SHARE)
            else:
                _drain(sealer, first_id(sealer.clock.now() - NEW), stop)
            if time.monotonic() >= expire_at:
                while expire_openings(sealer.clock.now().date(), using=sealer.using):
                    pass
                expire_at = time.monotonic() + EXPIRE_EVERY_SECONDS
            stop.wait(PAUSE_SECONDS)
        except LogDamaged as error:
            log.critical("audit.log_damaged", **error.data)
            stop.wait(PAUSE_SECONDS)
        except DatabaseError as error:
            log.warning("audit.sealer_waits", error=type(error).__name__)
            connections[sealer.using].close()
            stop.wait(RECOVER_SECONDS)
    connections[sealer.using].close()


def _drain(sealer: Sealer, since: UUID, stop: threading.Event) -> float:
    """Seal batch after batch until less than a batch was there; return how many seconds the last one took."""
    while True:
        began = time.monotonic()
        sealed = sealer.seal_once(since)
        if sealed < sealer.batch or stop.is_set():
            return time.monotonic() - began
