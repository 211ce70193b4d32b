"""Several at once: an import at full speed, people erased, epochs moving, small writers. Nothing waits for ever."""

import io
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connections

from tests.vault.conftest import World, aside, person
from troth.kernel.actor import job
from troth.kernel.errors import NotFound
from troth.kernel.wall import within
from troth.keys import epochs
from troth.keys.epochs import Drops
from troth.vault import actions, identity, imports, purging, queries
from troth.vault.errors import Busy, Duplicate
from troth.vault.readers import Options

FIELDS = ("email", "phone", "name", "age", "balance", "tier")


def source(numbers: range) -> io.BytesIO:
    rows = [",".join(str(value) for value in person(n).values()) for n in numbers]
    return io.BytesIO("\n".join([",".join(FIELDS), *rows, ""]).encode())


def subjects(world: World, dataset: UUID, numbers: range) -> list[tuple[UUID, UUID]]:
    """(record, subject) of people stored now."""
    done = actions.store(world.permit(), dataset, [person(n) for n in numbers])
    found = queries.get_many(world.permit(), [record_id for record_id, _ in done.records])
    return [(record.record_id, record.subject_id) for record in found.records]


@pytest.mark.timeout(240)
def test_an_import_goes_on_while_others_are_erased(world: World) -> None:
    dataset = world.contacts()
    doomed = subjects(world, dataset, range(100_000, 100_010))
    kept = subjects(world, dataset, range(200_000, 200_020))
    moved: list[int] = []
    wrong: list[Exception] = []
    over = threading.Event()

    def erase() -> None:
        try:
            for _, subject in doomed:
                slot = actions.freeze(world.permit(), subject)
                drops = Drops(slots={world.customer_id: {slot}}, customers=frozenset())
                moved.append(epochs.advance(drops, by=job("test")).number)
                purging.purge_subject(world.permit(), subject)
                if over.is_set():
                    return
        except Exception as error:  # noqa: BLE001 - whatever it is, the test fails on it
            wrong.append(error)

    eraser = aside(erase)

    def progress(seen: imports.Progress) -> None:
        # The first batch is stored and uncommitted: from here on both go at full speed.
        if seen.rows == 2_000:
            eraser.start()

    report = imports.run(world.permit(), dataset, source(range(12_000)), options=Options("csv"), progress=progress)
    over.set()
    eraser.join(timeout=120)
    assert not eraser.is_alive()
    assert wrong == []
    assert moved
    assert (report.stored, report.rejected) == (12_000, 0)
    for at in range(0, 12_000, 1_500):
        (found,) = queries.find(world.permit(), "email", f"person{at}@example.org")
        assert found.values["name"] == f"Person {at}"
    assert len(queries.get_many(world.permit(), [record for record, _ in kept]).records) == len(kept)
    gone = [record for record, _ in doomed[: len(moved)]]
    assert queries.get_many(world.permit(), gone).records == ()


@pytest.mark.timeout(120)
def test_who_is_frozen_is_left_out_of_an_import_and_holds_nobody_up(world: World) -> None:
    dataset = world.contacts()
    ((record, subject),) = subjects(world, dataset, range(1))
    actions.freeze(world.permit(), subject)
    purged: list[dict[str, int]] = []

    def act() -> None:
        purged.append(purging.purge_subject(world.permit(), subject))

    def progress(seen: imports.Progress) -> None:
        if seen.rows == 50:
            eraser = aside(act)
            eraser.start()
            eraser.join(timeout=30)

    report = imports.run(
        world.permit(), dataset, source(range(50)), options=Options("csv"), on_duplicate="update", progress=progress
    )
    assert (report.stored, report.rejected) == (49, 1)
    assert purged
    assert purged[0]["vault_record"] == 1
    with pytest.raises(NotFound):
        queries.get(world.permit(), record)


def _within(world: World, act: Callable[[], Any]) -> Any:
    with within(world.customer_id):
        return act()


@pytest.mark.timeout(120)
def test_a_small_writer_gives_way_to_an_import_and_is_told(world: World) -> None:
    dataset = world.contacts()
    answers: list[object] = []

    def small() -> None:
        try:
            answers.append(actions.store(world.permit(), dataset, [person(7)]))
        except (Busy, Duplicate) as error:
            answers.append(error)

    def progress(seen: imports.Progress) -> None:
        if seen.rows == 100:
            writer = aside(small)
            writer.start()
            writer.join(timeout=30)

    report = imports.run(world.permit(), dataset, source(range(100)), options=Options("csv"), progress=progress)
    assert report.stored == 100
    assert [type(answer) for answer in answers] == [Busy]
    assert world.counts()["subject"] == 100


@pytest.mark.timeout(120)
def test_other_people_are_stored_while_an_import_runs(world: World) -> None:
    dataset = world.contacts()
    answers: list[object] = []

    def progress(seen: imports.Progress) -> None:
        if seen.rows == 100:
            writer = aside(lambda: answers.append(actions.store(world.permit(), dataset, [person(7_000)])))
            writer.start()
            writer.join(timeout=30)

    imports.run(world.permit(), dataset, source(range(100)), options=Options("csv"), progress=progress)
    assert len(answers) == 1
    assert world.counts()["subject"] == 101


@pytest.mark.timeout(120)
def test_the_same_person_stored_by_many_at_once_is_one_subject(world: World) -> None:
    dataset = world.contacts()
    start = threading.Barrier(4)
    outcomes: list[str] = []

    def store() -> None:
        start.wait(timeout=20)
        try:
            actions.store(world.permit(), dataset, [person(1)])
            outcomes.append("stored")
        except (Duplicate, Busy) as error:
            outcomes.append(error.code)

    writers = [aside(store) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)
    assert outcomes.count("stored") == 1
    assert len(outcomes) == 4
    assert world.counts() | {"change": 0, "import": 0} == {
        "record": 1, "subject": 1, "identifier": 2, "change": 0, "import": 0,
    }  # fmt: skip


def test_without_locks_a_freeze_would_be_overtaken(world: World) -> None:
    """The guard itself: whoever stores holds the subject, so that a freeze waits and then finds all there is."""
    dataset = world.contacts()
    ((_, subject),) = subjects(world, dataset, range(1))
    refused: list[Exception] = []

    def freeze() -> None:
        try:
            with within(world.customer_id), connections["default"].cursor() as cursor:
                cursor.execute("set local lock_timeout = '300ms'")
                cursor.execute("update vault_subject set state = 'frozen' where subject_id = %s", [subject])
        except DatabaseError as error:
            refused.append(error)

    def hold() -> None:
        from troth.keys.rings import ring

        identity.hold(world.customer_id, ring(world.customer_id), [subject])
        other = aside(freeze)
        other.start()
        other.join(timeout=20)

    _within(world, hold)
    assert "lock timeout" in str(refused[0])
    actions.freeze(world.permit(), subject)
