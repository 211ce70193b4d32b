"""The step that destroys keys: one epoch for every erasure that waits for one.

Guarantees: only what is past its grace is dropped; an epoch that was already moved for it is found again, not repeated
(`keys.epochs.advance` drops what is left to drop); a key place that is down shows as what the step waits for.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connections, transaction
from psycopg.errors import LockNotAvailable

from troth.erasure.errors import Waiting
from troth.erasure.models import Request, StepRow
from troth.erasure.rules import State, Step, StepState, grace_over
from troth.erasure.work import KEEPER, Work
from troth.kernel.actor import job
from troth.kernel.wall import within
from troth.keys import epochs
from troth.keys.epochs import Drops
from troth.keys.errors import EpochUnfinished, KeyPlaceDown
from troth.keys.settling import Run

_LOCK = "troth.erasure.keys"
FILESYSTEMS = {
    "memory": frozenset({"tmpfs", "ramfs"}),
    "copy_on_write": frozenset({"btrfs", "zfs", "bcachefs", "overlay", "xfs"}),
    "network": frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "virtiofs"}),
    "unknown": frozenset({"unknown"}),
}
"""What deletion means, by file system; anything else is an ordinary one."""


def begin(work: Work) -> None:
    """Go past the point of no return, once, as soon as the grace is over.

    Raises:
        Waiting: the grace still runs.
    """
    with within(work.customer_id):
        locked = work.locked()
        if locked.state == State.FROZEN:
            if not grace_over(locked.grace_until, locked.confirmed_at, work.now(), work.around.terms):
                raise Waiting(what="the grace still runs")
            locked.state = State.ERASING
            locked.save(update_fields=["state"])
            work.tell("erasure.begun")


def destroy(work: Work) -> None:
    """Move the epoch, unless another erasure's epoch already took this one along.

    Raises:
        Waiting: a key place is down, or writers of keys keep the epoch waiting.
    """
    with _one_at_a_time():
        if work.refreshed().epoch is not None:
            return
        together = _waiting_for_an_epoch(work)
        epoch = _advance(_drops(together), work)
        work.around.reached("epoch moved")
        _write_down(together, epoch, work)


def meaning(filesystem: str) -> str:
    """Return the code for what deletion means on a file system."""
    return next((code for code, names in FILESYSTEMS.items() if filesystem in names), "ordinary")


def _advance(drops: Drops, work: Work) -> epochs.Epoch:
    try:
        run = Run(clock=work.around.clock, using=KEEPER, on_step=work.around.reached)
        return epochs.advance(drops, by=job("erasure"), run=run)
    except EpochUnfinished as error:
        raise Waiting(what="an old root key could not be seen gone from every key place yet") from error
    except KeyPlaceDown as error:
        raise Waiting(what=f"{_place(error)} is down") from error
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Waiting(what="writers of keys are at work") from error
        raise


def _waiting_for_an_epoch(work: Work) -> list[Request]:
    """Every request whose keys still live and may die: this one, and all that its epoch can take along."""
    bundles = StepRow.objects.using(KEEPER).filter(step=Step.BUNDLE).exclude(state=StepState.DONE)
    unready = set(bundles.values_list("erasure_id", flat=True))
    for one in Request.objects.using(KEEPER).filter(state=State.FROZEN, epoch=None).order_by("erasure_id"):
        if one.erasure_id not in unready:
            with suppress(Waiting):
                begin(replace(work, request=one))
    found = Request.objects.using(KEEPER).filter(state=State.ERASING, epoch=None).order_by("erasure_id")
    return [one for one in found if one.erasure_id not in unready]


def _place(error: KeyPlaceDown) -> str:
    """Which place, by its number: its path is the operator's business, not the customer's."""
    labels = [str(place) for place in settings.TROTH_KEY_PLACES]
    label = str(error.data.get("place"))
    return f"key place {labels.index(label) + 1}" if label in labels else "a key place"


def _drops(requests: list[Request]) -> Drops:
    customers = {one.customer_id for one in requests if one.target == "customer"}
    slots: dict[UUID, set[tuple[int, int]]] = {}
    for one in requests:
        if one.page is not None and one.slot is not None and one.customer_id not in customers:
            slots.setdefault(one.customer_id, set()).add((one.page, one.slot))
    return Drops(slots=slots, customers=customers)


def _write_down(requests: list[Request], epoch: epochs.Epoch, work: Work) -> None:
    """Give every request its epoch. Until this commits, the next attempt finds the keys dropped and comes here."""
    at: datetime = epoch.settled_at or work.now()
    media = [
        [f"key-place-{number}", place.medium.filesystem, meaning(place.medium.filesystem)]
        for number, place in enumerate(epoch.media, 1)
    ]
    with transaction.atomic(using=KEEPER):
        Request.objects.using(KEEPER).filter(
            erasure_id__in=[one.erasure_id for one in requests], state=State.ERASING, epoch=None
        ).update(epoch=epoch.number, keys_destroyed_at=at, media=media)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Erasures that come while an epoch moves wait for the next one, and then go together."""
    with connections[KEEPER].cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
    try:
        yield
    finally:
        with connections[KEEPER].cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])
