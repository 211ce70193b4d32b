"""Held in two places; broken by taking a root away, by leaving an old one, and by opening a folder to others."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings

from tests.controls.looks import facts_of, judged, verdict_of
from tests.fixtures.world import World
from tests.keys.world import away, erase
from troth.kernel import wall
from troth.keys.actions import lease
from troth_judge.controls.key_places_agree import Facts

ID = "key_places_agree"


def _places() -> list[Path]:
    return [Path(place) for place in settings.TROTH_KEY_PLACES]


def _root(place: Path) -> Path:
    (found,) = [path for path in place.iterdir() if path.name.startswith("root-")]
    return found


def _epoch(world: World) -> None:
    customer = world.customer()
    with wall.within(customer):
        slots = lease(customer, 1)
    erase(customer, *slots)


def test_held(world: World) -> None:
    _epoch(world)
    verdict = verdict_of(ID)
    assert verdict.state == "kept"
    assert facts_of(ID).holding == 2


def test_a_place_that_lost_the_root(world: World) -> None:
    root = _root(_places()[1])
    saved = root.read_bytes()
    root.unlink()
    try:
        assert verdict_of(ID).code == "key_places.too_few"
    finally:
        root.write_bytes(saved)
        root.chmod(0o600)
    assert verdict_of(ID).state == "kept"


def test_a_place_that_is_away(world: World) -> None:
    with away(_places()[1]):
        verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("broken", "key_places.too_few")


def test_a_root_that_should_be_gone(world: World) -> None:
    root = _root(_places()[0])
    saved = root.read_bytes()
    _epoch(world)
    root.write_bytes(saved)
    root.chmod(0o600)
    try:
        verdict = verdict_of(ID)
    finally:
        root.unlink()
    assert (verdict.state, verdict.code) == ("broken", "key_places.old_root")


def test_a_place_that_others_can_read(world: World) -> None:
    place = _places()[1]
    place.chmod(0o755)
    try:
        assert verdict_of(ID).code == "key_places.readable"
    finally:
        place.chmod(0o700)


def test_an_epoch_that_is_moving_is_no_breach_and_no_proof() -> None:
    moving = Facts(
        places=3,
        wanted=2,
        holding=3,
        old_roots=1,
        behind=0,
        down=0,
        readable=0,
        media=2,
        epoch=7,
        settled=False,
        epoch_age=timedelta(seconds=2),
        faults=(),
    )
    assert judged(ID, moving).state == "at_risk"
