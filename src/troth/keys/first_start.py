"""The first start: custodian, key places, recovery kit, signing key, epoch 1, and the operator's own keys."""

from pathlib import Path

from django.db import connections, transaction

from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.ids import OPERATOR
from troth.keys import cache, locks, private_files, recovery, roots, rows, settling, signing
from troth.keys.actions import create_customer
from troth.keys.custodian import FolderCustodian
from troth.keys.places import configured
from troth.keys.recovery import KitRecord
from troth.keys.roots import Root
from troth.keys.settling import Run


def begin(*, by: Actor, kit_folder: Path, run: Run | None = None) -> KitRecord | None:
    """Make this installation's keys where there are none; the kit's record when it made them, None when they are there.

    Interrupted anywhere, it begins again and loses nothing: nothing is sealed before epoch 1 is in the database.
    Raises `DatabaseBehindKeys` when the places hold the keys of a database that is not this one.
    """
    run = run or Run()
    with locks.keepers(run.using):
        record = None if cache.current_epoch(run.using) else _make(run, by, kit_folder)
    _operator()
    return record


def _make(run: Run, by: Actor, kit_folder: Path) -> KitRecord:
    from django.conf import settings  # noqa: PLC0415 - so that the pure parts run without Django

    places = configured()
    for place in places:
        place.prepare()
    # Roots of a first start that was interrupted are undone; any others are refused.
    settling.settle_held(run, places)
    using, clock, terms = run.using, run.clock, run.terms
    custodian = FolderCustodian(settings.TROTH_CUSTODIAN)
    if not custodian.exists:
        custodian = FolderCustodian.create(settings.TROTH_CUSTODIAN)
    now = clock.now()
    for place in places:
        for name in filter(signing.is_file, place.names()):
            place.destroy(name)
    # Sheets of a first start that was interrupted open nothing: they must not be handed out.
    for sheet in kit_folder.glob("share-*.txt"):
        private_files.destroy(sheet)
    record = recovery.make(
        places, custodian, threshold=terms.kit_threshold, shares=terms.kit_shares, folder=kit_folder, made=now
    )
    signing.create(places, custodian, record.to, now)
    root = Root.new(1)
    data = roots.encode(root, custodian, record.to, now)
    for place in places:
        place.write(roots.file_name(root.epoch), data)
        roots.load(root.epoch, [place], custodian)
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("set local synchronous_commit = on")
        rows.execute(
            using,
            "insert into keys_epoch (epoch, fingerprint, made_at, made_by, slots_destroyed, customers_destroyed) "
            "values (1, %b, %s, %s, 0, 0)",
            [root.fingerprint, now, f"{by.kind} {by.label}".strip()],
        )
    settling.settle_held(run, places)
    return record


def _operator() -> None:
    with wall.within(OPERATOR):
        if not rows.fetch("default", "select 1 from keys_customer where customer_id = %s", [OPERATOR]):
            create_customer(OPERATOR)
