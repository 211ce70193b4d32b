"""The steps, one function each. Each may be killed anywhere and called again; what is done stays done.

A step returns when it is done, raises `Waiting` when something outside keeps it, and any other error when it failed.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from troth.access import gate
from troth.access.roles import Action
from troth.erasure import certifying, destroying, files, plan, purging, receipts, scanning
from troth.erasure.errors import Waiting
from troth.erasure.plan import How
from troth.erasure.rules import State, Step
from troth.erasure.work import KEEPER, Work
from troth.kernel.errors import NotFound
from troth.kernel.wall import within
from troth.keys import epochs
from troth.keys import workers as register
from troth.tenancy import actions as tenancy
from troth.tenancy import queries as tenancies
from troth.tenancy.models import State as CustomerState
from troth.vault import actions as vault
from troth.vault.errors import Busy


def freeze(work: Work) -> None:
    """Take the target out of every reader's and writer's sight. Waits for writers that hold it, but not for long.

    Raises:
        Waiting: a writer still holds it.
    """
    try:
        with within(work.customer_id):
            work.wait_briefly()
            locked = work.locked()
            if locked.state != State.CONFIRMED:
                return
            if work.target == "subject":
                permit = gate.permit(work.actor, work.customer_id, Action.SUBJECTS_ERASE)
                # Gone already when its customer was deleted meanwhile.
                with suppress(NotFound):
                    vault.freeze(permit, work.target_id)
            elif tenancies.get(work.customer_id).state == CustomerState.ACTIVE:
                tenancy.close(work.customer_id, by=work.actor, clock=work.around.clock)
            locked.state = State.FROZEN
            locked.save(update_fields=["state"])
            work.tell("erasure.frozen")
    except Busy as error:
        raise Waiting(what="a running import or write still holds it") from error
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Waiting(what="a running import or write still holds it") from error
        raise


def bundle(work: Work) -> None:
    """Hand the owner the log while its openings still open, sealed to the holder of the receipt's link."""
    destroying.begin(work)
    receipts.make_bundle(work)


def keys(work: Work) -> None:
    """Destroy the keys, together with those of every other erasure that waits for it."""
    destroying.begin(work)
    destroying.destroy(work)


def rows(work: Work) -> None:
    """Purge the vault's rows."""
    purging.vault_rows(work)


def stores(work: Work) -> None:
    """Purge jobs, files and, of a customer, everybody's accounts, sessions and keys; leave a tombstone."""
    purging.jobs(work)
    emptied = {}
    for store in plan.files(work.target):
        emptied[store.name] = files.empty(work.around.home, store, work.customer_id)
        work.around.reached(f"emptied {store.name}")
    with within(work.customer_id):
        for name, gone in emptied.items():
            work.removed(name, How.PURGED, gone)
    uploads(work)
    purging.rows(work, plan.tables(work.target, Step.STORES, How.PURGED))
    if work.target == "customer" and tenancies.get(work.customer_id).state != CustomerState.ERASED:
        tenancy.mark_erased(work.customer_id, by=work.actor, clock=work.around.clock)


def uploads(work: Work) -> None:
    """Remove uploads that were left lying; none of them can be told apart by person or customer.

    Raises:
        Waiting: one from before the freeze may still be on its way.
    """
    lasting = work.around.terms.pace.upload_at_most
    for path in files.uploads(work.around.home, work.now() - lasting):
        path.unlink(missing_ok=True)
        work.removed(files.SPOOL.name, How.PURGED, 1)
    if files.uploads(work.around.home, work.frozen_at()):
        raise Waiting(what="an upload from before the freeze is on its way")


def openings(work: Work) -> None:
    """Purge what lies beside the log. A person's openings died with the person's key."""
    purging.rows(work, plan.tables(work.target, Step.OPENINGS, How.PURGED))


def workers(work: Work) -> None:
    """Be sure that no process holds a key from before.

    Raises:
        Waiting: one that does has neither let go nor been cut off yet.
    """
    epoch = work.request.epoch
    if epoch is None:
        raise Waiting(what="its keys to be destroyed")
    if not epochs.acknowledged(epoch, using=KEEPER):
        # Those that answer need a moment; those that don't are cut off as soon as they have been silent for long.
        register.fence(epoch, using=KEEPER)
        if not epochs.acknowledged(epoch, using=KEEPER):
            raise Waiting(what="a process has not let go of the old keys yet")
    if work.request.acknowledged_at is None:
        work.note(acknowledged_at=work.now())


def scan(work: Work) -> None:
    """Look everywhere for survivors; from the end of a clean scan on the production clock stands still."""
    scanning.scan(work)
    work.note(gone_at=work.now())


def certificate(work: Work) -> None:
    """Say it in the log, wait until that is sealed, and sign."""
    certifying.certify(work)


HANDLERS: Mapping[Step, Callable[[Work], None]] = {
    Step.FREEZE: freeze,
    Step.BUNDLE: bundle,
    Step.KEYS: keys,
    Step.ROWS: rows,
    Step.STORES: stores,
    Step.OPENINGS: openings,
    Step.WORKERS: workers,
    Step.SCAN: scan,
    Step.CERTIFICATE: certificate,
}
