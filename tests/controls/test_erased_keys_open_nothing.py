"""Held after a real erasure; broken by a root that survived in a key place, and by rows that went without their key."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.controls.looks import facts_of, judged, verdict_of
from tests.controls.test_erasure_controls import work
from tests.fixtures.world import World
from tests.keys.world import away
from tests.promises.test_canaries import erase
from troth.access.roles import Action
from troth.kernel.clock import SYSTEM
from troth.promises.probing import canaries, kept_copies, rehearsals
from troth.vault import purging
from troth_judge.controls.erased_keys_open_nothing import Facts

ID = "erased_keys_open_nothing"


@pytest.fixture(scope="module", autouse=True)
def finished() -> Iterator[None]:
    """What these looks asked for is carried out at the end."""
    yield
    work()


@pytest.fixture
def one_erased(world: World) -> None:
    canary, _ = canaries.ensure()
    erase(canary, world)


def test_held(world: World, one_erased: None) -> None:
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("kept", "erased_keys.kept")
    facts = facts_of(ID)
    assert facts.tried >= 1
    assert (facts.twins, facts.twins_opened) == (2, 2)


def test_the_day_s_erasure_leaves_a_copy_that_opens_no_more(world: World) -> None:
    """Through the erasure itself, as the worker does it."""
    canary, _ = canaries.ensure()
    facts_of(ID)
    work()
    tried = facts_of(ID).tried
    rehearsals.erase_when_due(canary, now=SYSTEM.now() + timedelta(days=2), clock=SYSTEM)
    assert facts_of(ID).tried == tried
    work()
    facts = facts_of(ID)
    assert facts.tried == tried + 1
    assert facts.opened == ()


def test_a_root_that_survives_its_epoch(world: World) -> None:
    places = [Path(place) for place in settings.TROTH_KEY_PLACES]
    canary, _ = canaries.ensure()
    (root,) = [path for path in places[0].iterdir() if path.name.startswith("root-")]
    saved = root.read_bytes()
    erase(canary, world)
    assert not root.exists()
    root.write_bytes(saved)
    root.chmod(0o600)
    try:
        verdict = verdict_of(ID)
    finally:
        root.unlink()
    assert (verdict.state, verdict.code) == ("broken", "erased_keys.opened")
    assert str(canary.subject_id) in verdict.params["subjects"]  # type: ignore[operator]  # a list


def test_rows_that_went_without_their_key(world: World) -> None:
    canary, _ = canaries.ensure()
    purging.purge_subject(canaries.permit(canary, Action.SUBJECTS_ERASE), canary.subject_id)
    try:
        assert verdict_of(ID).code == "erased_keys.opened"
    finally:
        folder = Path(settings.TROTH_HOME) / kept_copies.FOLDER
        for path in folder.glob("*.json"):
            if json.loads(path.read_text())["subject_id"] == str(canary.subject_id):
                path.unlink()


def test_a_key_place_that_is_away_proves_nothing(world: World, one_erased: None) -> None:
    canaries.ensure()
    with away(Path(settings.TROTH_KEY_PLACES[1])):
        assert verdict_of(ID).code == "erased_keys.place_unseen"


def test_nothing_erased_and_nothing_opened_are_no_proof() -> None:
    seen = Facts(twins=2, twins_opened=2, roots=1, places_unseen=0, tried=0, opened=(), oldest=None)
    assert judged(ID, seen).code == "erased_keys.none_yet"
    blind = Facts(twins=2, twins_opened=1, roots=1, places_unseen=0, tried=3, opened=(), oldest=None)
    assert judged(ID, blind).code == "erased_keys.no_twin"
