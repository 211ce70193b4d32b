"""The guards of the key tree."""

from tests.mutation.guard import Guard

_OLD_COPY = ("tests/faults/test_old_copy.py",)
_AWAY = ("tests/faults/test_place_away.py",)
_WRITERS = ("tests/faults/test_writers_and_epochs.py",)
_STOPPED = ("tests/faults/test_worker_stopped.py",)
_KILLED = ("tests/faults/test_epoch_killed.py",)
_RING = ("tests/keys/test_ring.py",)
_RECOVERY = ("tests/keys/test_recovery.py",)

GUARDS_OF_KEYS: tuple[Guard, ...] = (
    Guard(
        "an erasure renews the customer's key",
        "src/troth/keys/rekeying.py",
        "            key = new_key()\n",
        "            key = path.key\n",
        _OLD_COPY,
    ),
    Guard(
        "an erasure renews the page's key",
        "src/troth/keys/rekeying.py",
        "page_keys[page] = new_key()",
        'page_keys[page] = path.directory.page_key(page) or b""',
        _OLD_COPY,
    ),
    Guard(
        "an epoch has a root of its own",
        "src/troth/keys/epochs.py",
        "new = Root.new(old.epoch + 1)",
        "new = Root(old.epoch + 1, old.key)",
        _OLD_COPY,
    ),
    Guard(
        "the old root is destroyed",
        "src/troth/keys/settling.py",
        "            _destroy(place, number, standing.epoch)\n",
        "",
        _OLD_COPY,
    ),
    Guard(
        "the erased key leaves its page",
        "src/troth/keys/pages.py",
        "page._bytes[start : start + KEY_BYTES] = _GONE",
        "pass",
        ("tests/keys/test_pages.py",),
    ),
    Guard(
        "each transaction reads the epoch",
        "src/troth/keys/rings.py",
        "seen = cache.current_epoch(using) if epoch is None else epoch",
        "seen = cache.seen_epoch() or cache.current_epoch(using)",
        _RING,
    ),
    Guard(
        "keys are not copied from a wiped page",
        "src/troth/keys/rings.py",
        "if not generation.dead:",
        "if True:",
        _RING,
    ),
    Guard(
        "a customer is made under the writers' lock",
        "src/troth/keys/actions.py",
        "    locks.share_writers(using)\n",
        "",
        _WRITERS,
    ),
    Guard(
        "a lease in the transaction that makes the customer stays in it",
        "src/troth/keys/leases.py",
        "if locks.holds_writers(using):",
        "if False:",
        ("tests/keys/test_tree.py",),
    ),
    Guard(
        "a forked child forgets its parent's slots",
        "src/troth/keys/slots.py",
        "if self._pid != os.getpid():",
        "if False:",
        _STOPPED,
    ),
    Guard(
        "the silent are cut off",
        "src/troth/keys/epochs.py",
        "    workers.fence(epoch, using=using, terms=terms)\n",
        "",
        _STOPPED,
    ),
    Guard(
        "the fenced lose their sessions",
        "src/troth/keys/workers.py",
        "pg_terminate_backend(a.pid, 5000)",
        "a.pid",
        _STOPPED,
    ),
    Guard(
        "nothing is acknowledged before the old root is gone",
        "src/troth/keys/epochs.py",
        "    if not found[0][0]:\n        return False\n",
        "",
        _KILLED,
    ),
    Guard(
        "what happened is read from the database",
        "src/troth/keys/settling.py",
        "for number in standing.judgement.undo.get(place.label, ()):",
        "for number in ():",
        _KILLED,
    ),
    Guard(
        "no epoch without every place",
        "src/troth/keys/epochs.py",
        "    if standing.down:\n        raise standing.down[0]\n",
        "",
        _AWAY,
    ),
    Guard(
        "a place taken out of the settings is missed",
        "src/troth/keys/settling.py",
        "    down += [KeyPlaceMissing(place=label) for label in list(known.values())[unseen:]]\n",
        "",
        _AWAY,
    ),
    Guard(
        "keys that others can read are refused",
        "src/troth/keys/private_files.py",
        "if found.st_mode & _OTHERS:",
        "if False:",
        _AWAY,
    ),
    Guard(
        "an older database never serves",
        "src/troth/keys/rules.py",
        "if saved > epoch or newest > epoch + 1:",
        "if False:",
        ("tests/keys/test_rules.py",),
    ),
    Guard(
        "a forged share is found",
        "src/troth/keys/recovery.py",
        "if private.public_key().public_bytes_raw() != base64.b64decode(record.public):",
        "if False:",
        _RECOVERY,
    ),
    Guard(
        "roots are wrapped to no kit but the custodian's",
        "src/troth/keys/recovery.py",
        'if wraps.unwrap_by(custodian, found.stamp, _stamped(found)) != b"":',
        "if False:",
        _RECOVERY,
    ),
    Guard(
        "a snapshot waits for those who write late",
        "src/troth/keys/snapshots.py",
        'horizon = "xmax" if locks.pauses_writers(using) else "xmin"',
        'horizon = "xmax"',
        ("tests/keys/test_snapshots.py",),
    ),
    Guard(
        "a snapshot stands on one database",
        "src/troth/keys/snapshots.py",
        "    if before.ground.cluster != ground.cluster or before.ground.lsn > ground.lsn:\n",
        "    if False:\n",
        ("tests/keys/test_snapshots.py",),
    ),
)
