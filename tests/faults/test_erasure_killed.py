"""An erasure's worker, killed (-9) at every point of every step; what is taken up afterwards ends as if nothing was.

After each kill: no certificate stands that is not the whole truth, everybody else's data opens, and the next worker
finishes, with one certificate and one entry in the log that everything is gone.
"""

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from tests.erasure.conftest import World, world
from troth.access.roles import Action
from troth.audit import queries as log
from troth.audit import sealer
from troth.erasure import plan, purging, queries
from troth.erasure.rules import State, Step, StepState

__all__ = ["world"]
ROOT = Path(__file__).resolve().parents[2]
KILLED = -9

EVERY_STEP = ("begin", "end", "done")
SUBJECT_POINTS = (
    *(f"{when} {step}" for step in Step if step not in {Step.FREEZE, Step.BUNDLE} for when in EVERY_STEP),
    "places checked",
    "root written",
    "writers excluded",
    "rows changed",
    "committed",
    "snapshot written",
    "old root destroyed",
    "settled",
    "epoch moved",
    "emptied files_exports",
    "batch api_replay",
    "looked at procrastinate_jobs",
    "sealed",
    "signed",
)
CUSTOMER_POINTS = (
    *(f"{when} bundle" for when in EVERY_STEP),
    "bundle exported",
    "bundle sealed",
    "rows changed",
    "committed",
    "epoch moved",
    "batch vault_record",
    "batch vault_subject",
    "purged access_account",
    "end stores",
    "batch audit_opening",
    "looked at keys_customer",
    "signed",
)
QUICK = {"committed", "epoch moved", "end rows", "end scan", "signed", "end certificate", "bundle sealed", "end stores"}


def _points(points: tuple[str, ...]) -> list[object]:
    return [point if point in QUICK else pytest.param(point, marks=pytest.mark.storm) for point in points]


def _kill(customer_id: UUID, erasure_id: UUID, point: str) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.erasure.killed", str(customer_id), str(erasure_id), point],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == KILLED, f"{point} was not reached: {child.stdout}{child.stderr}"


def _taken_up(world: World, erasure_id: UUID) -> None:
    """What must hold when the next worker has finished."""
    world.finish(erasure_id)
    sealer.seal_once()
    permit = world.permit(Action.CERTIFICATES_READ, Action.ERASURES_READ)
    assert [one.erasure_id for one in queries.certificates(permit)].count(erasure_id) == 1
    said = log.entries(world.customer_id, operation="erasure.proven", entity=erasure_id)
    assert len(said.entries) == 1
    shown = queries.progress(permit, erasure_id)
    assert {step.state for step in shown.steps} == {StepState.DONE}


@pytest.mark.parametrize("point", _points(SUBJECT_POINTS))
def test_a_person_s_erasure_is_taken_up(world: World, point: str) -> None:
    (_, subject), (other, _) = world.add(2)
    asked = world.ask(subject)
    _kill(world.customer_id, asked.erasure_id, point)
    certified = queries.certificates(world.permit(Action.CERTIFICATES_READ))
    assert bool(certified) == (world.request(asked.erasure_id).state == State.DONE)
    assert world.read(other).values["name"] == "person 1"
    _taken_up(world, asked.erasure_id)
    assert world.read(other).values["name"] == "person 1"


@pytest.mark.parametrize("point", _points(CUSTOMER_POINTS))
def test_a_customer_s_deletion_is_taken_up(world: World, point: str) -> None:
    world.add(10)
    asked = world.delete()
    _kill(world.customer_id, asked.erasure_id, point)
    _taken_up(world, asked.erasure_id)
    for table in plan.TABLES:
        if table.customer in {plan.How.PURGED, plan.How.WITH_KEYS}:
            assert purging.count_rows(table, "customer", world.customer_id, world.customer_id) == 0


def test_every_point_is_killed_at(world: World) -> None:
    """A point that a later version adds has to be listed here."""
    seen: list[str] = []
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    while world.run(asked.erasure_id, reached=seen.append).state is not State.DONE:
        pass
    families = {point for point in seen if not point.startswith(("looked at", "emptied", "purged"))}
    assert families <= set(SUBJECT_POINTS)
