"""One person's erasure, through the real actions, steps and vault."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from tests.erasure.conftest import World
from troth.access.roles import Action
from troth.audit import sealer
from troth.erasure import actions, dsse, payload, plan, purging, queries
from troth.erasure.errors import NothingToErase, PastReturn
from troth.erasure.rules import State, Step, StepState
from troth.kernel.errors import NotFound, TrothError
from troth.keys import signing
from troth_verify import certificate as verifier
from troth_verify.note import Key


def _left(world: World, subject_id: UUID) -> dict[str, int]:
    tables = [table for table in plan.TABLES if table.subject is plan.How.PURGED]
    return {table.name: purging.count_rows(table, "subject", world.customer_id, subject_id) for table in tables}


def _payload(world: World, erasure_id: object) -> payload.Certificate:
    issued = queries.certificates(world.permit(Action.CERTIFICATES_READ))
    found = next(one for one in issued if one.erasure_id == erasure_id)
    return payload.decode(dsse.payload_of(found.envelope, payload.TYPE))


def test_a_person_is_erased_and_everyone_else_stays(world: World, tmp_path: Path) -> None:
    (record, subject), (other, _) = world.add(2)
    asked = world.ask(subject)
    assert asked.created
    assert asked.state is State.FROZEN
    with pytest.raises(TrothError):
        world.read(record)
    done = world.finish(asked.erasure_id)
    assert set(_left(world, subject).values()) == {0}
    assert world.read(other).values["name"] == "person 1"
    assert done.epoch is not None
    said = _payload(world, asked.erasure_id)
    assert said.production.state == "kept"
    assert {one.store: one.count for one in said.removed}["vault_identifier"] == 1
    assert {one.store for one in said.checked} >= {"vault_record", "procrastinate_jobs", "files_exports", "keys_page"}
    signer = signing.signer()
    issued = queries.certificates(world.permit(Action.CERTIFICATES_READ))[0]
    (tmp_path / "certificate.json").write_bytes(issued.envelope)
    report = verifier.check(tmp_path / "certificate.json", Key(signer.name, signer.public))
    assert report.verifies, report.text()


def test_the_certificate_names_no_one(world: World) -> None:
    (_, subject), *_ = world.add(1, prefix="zebulon")
    asked = world.ask(subject)
    world.finish(asked.erasure_id)
    text = json.dumps(json.loads(queries.certificates(world.permit(Action.CERTIFICATES_READ))[0].envelope))
    assert "zebulon" not in text
    assert world.name not in text


def test_asking_twice_gives_the_first_request(world: World) -> None:
    (_, subject), *_ = world.add(1)
    first, second = world.ask(subject), world.ask(subject)
    assert (second.erasure_id, second.created) == (first.erasure_id, False)
    world.finish(first.erasure_id)
    assert world.ask(subject) == actions.Requested(first.erasure_id, created=False, state=State.DONE)


def test_an_unknown_subject_is_refused(world: World) -> None:
    with pytest.raises(NothingToErase):
        world.ask(uuid4())


def test_there_is_no_certificate_before_its_entry_is_sealed(world: World) -> None:
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    for _ in range(3):
        assert world.run(asked.erasure_id, seal=False).state is State.ERASING
    step = world.steps(asked.erasure_id)[Step.CERTIFICATE]
    assert (step.state, step.waiting_for) == (StepState.WAITING, "its entry in the log is being sealed")
    assert queries.certificates(world.permit(Action.CERTIFICATES_READ)) == []
    sealer.seal_once()
    world.finish(asked.erasure_id)
    assert len(queries.certificates(world.permit(Action.CERTIFICATES_READ))) == 1


def test_many_people_share_one_epoch(world: World) -> None:
    asked = [world.ask(subject) for _, subject in world.add(12)]
    epochs = {world.finish(one.erasure_id).epoch for one in asked}
    assert len(epochs) == 1


def test_a_cancelled_erasure_gives_the_person_back(world: World) -> None:
    world.terms = world.terms.__class__(pace=world.terms.pace)
    (record, subject), *_ = world.add(1)
    asked = world.ask(subject)
    actions.cancel(world.permit(Action.SUBJECTS_ERASE), asked.erasure_id)
    assert world.read(record).values["name"] == "person 0"
    assert world.run(asked.erasure_id).state is State.CANCELLED
    with pytest.raises(PastReturn):
        actions.cancel(world.permit(Action.SUBJECTS_ERASE), asked.erasure_id)
    again = world.ask(subject)
    assert again.created
    world.finish(again.erasure_id)


def test_it_can_not_be_cancelled_once_keys_die(world: World) -> None:
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    world.run(asked.erasure_id, seal=False)
    with pytest.raises(PastReturn):
        actions.cancel(world.permit(Action.SUBJECTS_ERASE), asked.erasure_id)


def test_a_person_imported_again_is_a_new_one(world: World) -> None:
    (_, subject), *_ = world.add(1)
    world.finish(world.ask(subject).erasure_id)
    (record, another), *_ = world.add(1)
    assert another != subject
    assert world.read(record).values["name"] == "person 0"


def test_files_that_may_hold_the_person_go(world: World) -> None:
    (_, subject), *_ = world.add(1)
    for folder in ("exports", "rejected", "spool"):
        place = Path(settings.TROTH_HOME) / folder / str(world.customer_id)
        place.mkdir(parents=True)
        (place / "rows.csv").write_text("person0@example.org")
    asked = world.ask(subject)
    world.finish(asked.erasure_id)
    assert not list(Path(settings.TROTH_HOME).glob(f"*/{world.customer_id}"))
    assert {one.store: one.count for one in _payload(world, asked.erasure_id).removed}["files_exports"] == 2


def test_a_survivor_stops_the_certificate_and_is_purged(world: World) -> None:
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    place = Path(settings.TROTH_HOME) / "exports" / str(world.customer_id)

    def straggler(point: str) -> None:
        if point == "begin scan" and not place.exists() and not _scanned(world, asked.erasure_id):
            place.mkdir(parents=True)

    outcome = world.run(asked.erasure_id, reached=straggler)
    step = world.steps(asked.erasure_id)[Step.SCAN]
    assert (outcome.step, step.error_code) == (Step.SCAN, "erasure.survivors")
    assert world.state(asked.erasure_id, Step.STORES) is StepState.PENDING
    assert queries.certificates(world.permit(Action.CERTIFICATES_READ)) == []
    world.finish(asked.erasure_id)


def _scanned(world: World, erasure_id: object) -> bool:
    return world.steps(erasure_id)[Step.SCAN].attempts > 1  # type: ignore[arg-type]  # ids come as they are


def test_progress_shows_both_clocks_and_every_step(world: World) -> None:
    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    shown = queries.progress(world.permit(Action.ERASURES_READ), asked.erasure_id)
    assert shown.cancellable
    assert not shown.finished
    assert [step.step for step in shown.steps] == [step for step in Step if step is not Step.BUNDLE]
    assert shown.production.limit == timedelta(hours=24)
    world.finish(asked.erasure_id)
    shown = queries.progress(world.permit(Action.ERASURES_READ), asked.erasure_id)
    assert shown.finished
    assert shown.production.state == "kept"
    assert {step.state for step in shown.steps} == {StepState.DONE}
    assert shown.certificate_id is not None
    permit = world.permit(Action.ERASURES_READ)
    found = queries.of_target(permit, subject)
    assert found is not None
    assert found.erasure_id == asked.erasure_id == queries.listing(permit)[0].erasure_id
    assert queries.of_target(permit, uuid4()) is None


def test_a_preview_touches_nothing(world: World) -> None:
    (record, subject), *_ = world.add(3)
    shown = queries.preview(world.permit(Action.SUBJECTS_ERASE), subject)
    rows = {name: count for name, count in shown.goes if name.startswith("vault_")}
    assert rows == {"vault_change": 0, "vault_record": 1, "vault_identifier": 1, "vault_subject": 1}
    assert ("older_copies", "expires") not in shown.stays
    assert world.read(record).values["name"] == "person 0"
    with pytest.raises(NothingToErase):
        queries.preview(world.permit(Action.SUBJECTS_ERASE), uuid4())


def test_another_customer_sees_nothing_of_it(world: World) -> None:
    from tests.erasure.conftest import make_world

    (_, subject), *_ = world.add(1)
    asked = world.ask(subject)
    other = make_world(world.home)
    with pytest.raises(NotFound):
        queries.progress(other.permit(Action.ERASURES_READ), asked.erasure_id)
    with pytest.raises(NothingToErase):
        actions.retry(other.permit(Action.ERASURES_RETRY), asked.erasure_id)
    with pytest.raises(NothingToErase):
        actions.cancel(other.permit(Action.SUBJECTS_ERASE), asked.erasure_id)
    with pytest.raises(NothingToErase):
        other.ask(subject)
