"""Key bytes reach no text: no `repr`, no exception, no log line, no core dump."""

import logging
import resource
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from tests.keys.world import a_customer, admin, erase
from troth.kernel import wall
from troth.keys import cache, epochs, hygiene, ring, roots, upkeep
from troth.keys.custodian import FolderCustodian
from troth.keys.errors import CannotOpen, KeysError
from troth.keys.places import configured
from troth.keys.shares import parse
from troth.settings import CONFIG


def _forms(key: bytes) -> set[str]:
    """However a key could be printed."""
    import base64

    return {key.hex(), repr(key)[2:-1], base64.b64encode(key).decode(), str(list(key))[1:-1]}


def test_nothing_that_holds_keys_prints_them(tmp_path: Path) -> None:
    mine, slots = a_customer(1)
    upkeep.rotate_kit(tmp_path / "kit", threshold=2, shares=2)
    share = parse(next((tmp_path / "kit").iterdir()).read_text())
    with wall.within(mine):
        held = ring(mine)
        key = held.key(slots[0].page, slots[0].slot)
        generation = cache.at(held.epoch)
        tree = generation.tree(mine)
        root = generation.root()
    assert tree is not None
    texts = [
        repr(thing) for thing in (held, slots[0], slots, generation, tree, tree.directory, tree.pages, root, share)
    ]
    texts += [repr(FolderCustodian(CONFIG.custodian)), repr(FolderCustodian(CONFIG.custodian)._file())]
    secrets = {key, root.key, tree.directory.stable, *tree.directory.page_keys, share.value}
    for secret in secrets:
        for form in _forms(secret):
            assert not [text for text in texts if form in text]


def test_errors_and_logs_of_a_whole_epoch_hold_no_key(caplog: pytest.LogCaptureFixture) -> None:
    mine, (slot, kept) = a_customer(2)
    caplog.set_level(logging.DEBUG)
    root = roots.load(epochs.current().number, configured(), cache.custodian())
    erase(mine, slot)
    with admin() as connection:
        connection.execute("update keys_page set version = version + 1 where customer_id = %s", [mine])
    cache.forget()
    with pytest.raises(CannotOpen) as found, wall.within(mine):
        ring(mine).key(kept.page, kept.slot)
    with admin() as connection:
        connection.execute("update keys_page set version = version - 1 where customer_id = %s", [mine])
    text = caplog.text + "".join(traceback.format_exception(found.value)) + str(found.value.data)
    for secret in (slot.key, kept.key, root.key):
        assert not [form for form in _forms(secret) if form in text]


def test_every_error_has_a_code_of_its_own_and_a_next_step() -> None:
    def below(kind: type[KeysError]) -> set[type[KeysError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    kinds = below(KeysError)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.sentence and kind.next_step for kind in kinds)


def test_a_process_that_asks_for_it_leaves_no_core() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import resource;from troth.keys.hygiene import forbid_core_dumps as f;"
            "print(f(), resource.getrlimit(resource.RLIMIT_CORE))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{sys.platform.startswith('linux')} (0, 0)"
    assert hygiene.forbid_core_dumps.__doc__
    assert resource.RLIMIT_CORE >= 0
