"""Storing, reading, correcting and deleting, against the database itself."""

from uuid import UUID

import pytest
from django.db import connections

from tests.vault.conftest import CONTACTS, World, person
from troth.access.errors import PermitOver
from troth.access.roles import Action
from troth.kernel.actor import job
from troth.kernel.errors import Conflict, Invalid, NotFound
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.tenancy.actions import close, reopen
from troth.tenancy.errors import CustomerClosed
from troth.vault import actions, queries
from troth.vault.errors import Duplicate, Erased, Frozen, RowRefused, RowsRefused, Stale, TwoSubjects
from troth.vault.schema import Field


def stored(world: World, dataset: UUID, *rows: dict[str, object], **options: object) -> list[UUID]:
    done = actions.store(world.permit(), dataset, rows, **options)  # type: ignore[arg-type]
    return [record_id for record_id, _ in done.records]


def test_a_record_comes_back_as_it_was_meant(world: World) -> None:
    dataset = world.contacts()
    (record_id,) = stored(world, dataset, person(1, name=" Zoe\u0301 ", phone="06 12 34 56 78"))
    record = queries.get(world.permit(), record_id)
    assert record.values == {
        "email": "person1@example.org", "phone": "+33612345678", "name": "Zo\u00e9", "age": 21,
        "balance": "1.50", "tier": "gold",
    }  # fmt: skip
    assert list(record.values) == [field.name for field in CONTACTS.fields]
    assert (record.version, record.schema_version) == (1, 1)
    assert "Zo\u00e9" not in repr(record)


def test_nothing_personal_lies_open(world: World) -> None:
    dataset = world.contacts()
    stored(world, dataset, person(7, name="Needle-In-Haystack"))
    for table in ("record", "subject", "identifier"):
        rows = world.fetch(f"select t::text from vault_{table} t where customer_id = %s", world.customer_id)
        text = "\n".join(row[0] for row in rows)
        assert text
        for secret in ("person7", "Needle", "6100000", b"Needle".hex(), b"person7".hex()):
            assert secret not in text
    assert world.fetch("select plain from vault_record where customer_id = %s", world.customer_id)[0][0] is not None
    leaves = str(world.logged())
    assert "person7" not in leaves
    assert "Needle" not in leaves


def test_a_person_is_found_by_every_spelling(world: World) -> None:
    dataset = world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    for kind, value in [
        ("email", "PERSON1@EXAMPLE.ORG"),
        ("email", " person1@Example.org\u200b"),
        ("email", "\uff50erson1@example.org"),
        ("phone", "+33 6 10 00 00 01"),
    ]:
        assert [record.record_id for record in queries.find(world.permit(), kind, value)] == [record_id]
    assert queries.find(world.permit(), "email", "nobody@example.org") == []
    assert queries.find(world.permit(), "reference", "person1@example.org") == []
    for kind, value in [("email", "x"), ("email", ""), ("passport", "x"), ("phone", "06 12")]:
        with pytest.raises(Invalid) as caught:
            queries.find(world.permit(), kind, value)
        assert "06 12" not in str(caught.value)


def test_a_person_is_recognised_in_every_dataset(world: World) -> None:
    one, other = world.contacts(), world.contacts()
    stored(world, one, person(1))
    stored(world, other, person(1, phone=None, email="PERSON1@example.org"))
    assert world.counts()["subject"] == 1
    assert len(queries.find(world.permit(), "phone", "+33610000001")) == 2


@pytest.mark.parametrize("one_record", [True, False])
def test_duplicates(world: World, one_record: bool) -> None:
    dataset = world.contacts(one_record_per_subject=one_record)
    (first,) = stored(world, dataset, person(1))
    if not one_record:
        stored(world, dataset, person(1))
        assert world.counts() | {"import": 0} == {"record": 2, "subject": 1, "identifier": 2, "change": 0, "import": 0}
        return
    with pytest.raises(Duplicate):
        stored(world, dataset, person(2), person(1, email=None))
    assert world.counts()["record"] == 1
    skipped = actions.store(world.permit(), dataset, [person(1, name="Other"), person(3)], on_duplicate="skip")
    assert [status for _, status in skipped.records] == ["skipped", "stored"]
    assert skipped.records[0][0] == first
    assert queries.get(world.permit(), first).values["name"] == "Person 1"
    updated = actions.store(world.permit(), dataset, [person(1, name="Other"), person(3)], on_duplicate="update")
    assert [status for _, status in updated.records] == ["updated", "unchanged"]
    record = queries.get(world.permit(), first)
    assert (record.values["name"], record.version) == ("Other", 2)
    ((change),) = queries.changes(world.permit(), first)
    assert (change.fields, change.version, change.what) == (["name"], 2, "updated")


def test_within_one_batch(world: World) -> None:
    dataset = world.contacts()
    with pytest.raises(Duplicate):
        stored(world, dataset, person(1), person(2), person(1))
    assert world.counts()["subject"] == 0
    done = actions.store(
        world.permit(),
        dataset,
        [person(1), {"email": "PERSON1@example.org", "name": "Later"}, person(1, email="new1@example.org")],
        on_duplicate="update",
    )
    assert [status for _, status in done.records] == ["stored", "updated", "updated"]
    assert len({record_id for record_id, _ in done.records}) == 1
    record = queries.get(world.permit(), done.records[0][0])
    assert (record.values["name"], record.values["email"], record.version) == ("Person 1", "new1@example.org", 1)
    # The third row was recognised by its number, and took the address with it: the first address is nobody's now.
    assert world.counts()["identifier"] == 2
    assert queries.find(world.permit(), "email", "person1@example.org") == []
    assert world.counts()["change"] == 0


def test_an_identifier_that_one_row_gives_up_is_free_for_the_next(world: World) -> None:
    dataset = world.contacts()
    stored(world, dataset, person(1))
    rows = [person(1, phone=None), person(2, phone=person(1)["phone"])]
    done = actions.store(world.permit(), dataset, rows, on_duplicate="update")
    assert [status for _, status in done.records] == ["updated", "stored"]
    (found,) = queries.find(world.permit(), "phone", str(person(1)["phone"]))
    assert found.values["email"] == "person2@example.org"


def test_two_people_in_one_row_are_never_merged(world: World) -> None:
    dataset = world.contacts()
    stored(world, dataset, person(1), person(2))
    before = world.counts()
    for mode in ("reject", "skip", "update"):
        with pytest.raises(TwoSubjects) as caught:
            stored(world, dataset, person(1, phone=person(2)["phone"]), on_duplicate=mode)
        assert "person" not in str(caught.value).replace("people", "")
    assert world.counts() == before


def test_a_batch_is_refused_whole_and_names_its_rows(world: World) -> None:
    dataset = world.contacts()
    bad = [person(1), person(2, age="secret-old"), {"name": "no identifier"}, person(3, nose="x")]
    with pytest.raises(RowsRefused) as caught:
        stored(world, dataset, *bad)
    assert [(row["row"], row["field"]) for row in caught.value.data["rows"]] == [  # type: ignore[union-attr]
        (2, "age"),
        (3, "(row)"),
        (4, "(unknown)"),
    ]
    assert "secret-old" not in str(caught.value) + str(caught.value.data)
    assert world.counts()["record"] == 0
    for rows in ([], [{}] * 10_001):
        with pytest.raises(Invalid):
            actions.store(world.permit(), dataset, rows)


def test_corrections_keep_fields_and_no_values(world: World) -> None:
    dataset = world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    done = actions.correct(world.permit(), record_id, {"name": "New Name", "age": "33", "tier": "gold"}, if_version=1)
    assert (done.changed, done.version) == (("age", "name"), 2)
    record = queries.get(world.permit(), record_id)
    assert (record.values["name"], record.values["age"], record.version) == ("New Name", 33, 2)
    assert actions.correct(world.permit(), record_id, {"age": 33}).changed == ()
    with pytest.raises(Stale):
        actions.correct(world.permit(), record_id, {"age": 34}, if_version=1)
    with pytest.raises(RowRefused):
        actions.correct(world.permit(), record_id, {"age": "old"})
    with pytest.raises(RowRefused, match="identifiers"):
        actions.correct(world.permit(), record_id, {"email": None, "phone": None})
    (change,) = queries.changes(world.permit(), record_id)
    assert change.fields == ["age", "name"]
    assert change.account_id is not None
    rows = world.fetch("select t::text from vault_change t where customer_id = %s", world.customer_id)
    assert "Person 1" not in str(rows)
    assert "New Name" not in str(rows)
    (_, leaf), *_ = world.logged("record.corrected")
    assert leaf["detail"] == {"fields": ["age", "name"], "version": 2}


def test_a_corrected_identifier_moves_in_the_index(world: World) -> None:
    dataset, other = world.contacts(), world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    stored(world, other, person(1, email=None))
    stored(world, dataset, person(2))
    with pytest.raises(TwoSubjects):
        actions.correct(world.permit(), record_id, {"email": "person2@example.org"})
    actions.correct(world.permit(), record_id, {"email": "moved@example.org", "phone": None})
    assert queries.find(world.permit(), "email", "person1@example.org") == []
    assert len(queries.find(world.permit(), "email", "moved@example.org")) == 2
    # The other dataset's record still bears the number, so it still finds the person.
    assert len(queries.find(world.permit(), "phone", "+33610000001")) == 2


def test_a_deleted_record_leaves_an_empty_subject_without_identifiers(world: World) -> None:
    dataset, other = world.contacts(), world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    (other_id,) = stored(world, other, person(1, phone=None))
    first = actions.delete(world.permit(), record_id)
    assert not first.subject_is_empty
    assert queries.find(world.permit(), "phone", "+33610000001") == []
    assert [r.record_id for r in queries.find(world.permit(), "email", "person1@example.org")] == [other_id]
    second = actions.delete(world.permit(), other_id)
    assert second.subject_is_empty
    assert world.counts() | {"change": 0, "import": 0} == {
        "record": 0, "subject": 1, "identifier": 0, "change": 0, "import": 0,
    }  # fmt: skip
    with pytest.raises(NotFound):
        queries.get(world.permit(), record_id)
    assert [change.what for change in queries.changes(world.permit(), record_id)] == ["deleted"]
    # Whoever comes back is a new subject.
    stored(world, dataset, person(1))
    assert world.counts()["subject"] == 2


def test_a_frozen_subject_is_left_alone_and_withheld(world: World) -> None:
    dataset = world.contacts()
    record_id, twin = stored(world, dataset, person(1), person(2))
    subject = queries.get(world.permit(), record_id).subject_id
    page, slot = actions.freeze(world.permit(), subject)
    assert (page, slot) == actions.freeze(world.permit(), subject)
    for mode in ("reject", "skip", "update"):
        with pytest.raises(Frozen):
            stored(world, dataset, person(1), on_duplicate=mode)
    with pytest.raises(Frozen):
        actions.correct(world.permit(), record_id, {"age": 1})
    with pytest.raises(Frozen):
        actions.delete(world.permit(), record_id)
    with pytest.raises(Erased):
        queries.get(world.permit(), record_id)
    found = queries.get_many(world.permit(), [twin, record_id, new_id()])
    assert [record.record_id for record in found.records] == [twin]
    assert found.withheld == (record_id,)
    assert len(found.missing) == 1
    assert queries.find(world.permit(), "email", "person1@example.org") == []
    assert queries.page(world.permit(), dataset).withheld == 1
    actions.thaw(world.permit(), subject)
    assert queries.get(world.permit(), record_id).values["age"] == 21
    with pytest.raises(NotFound):
        actions.freeze(world.permit(), new_id())


def test_many_keep_their_order(world: World) -> None:
    dataset = world.contacts()
    ids = stored(world, dataset, *(person(n) for n in range(50)))
    asked = [*reversed(ids), new_id()]
    found = queries.get_many(world.permit(), asked)
    assert [record.record_id for record in found.records] == list(reversed(ids))
    assert found.missing == (asked[-1],)
    (_, leaf) = world.logged("records.read")[-1]
    assert leaf["count"] == 50
    assert "ids" in leaf["commitments"]


def test_pages_go_through_everything_once(world: World) -> None:
    dataset = world.contacts()
    ids = stored(world, dataset, *(person(n) for n in range(25)))
    seen, cursor = list[UUID](), None
    while True:
        page = queries.page(world.permit(), dataset, cursor=cursor, limit=10)
        seen += [record.record_id for record in page.records]
        cursor = page.next
        if cursor is None:
            break
    assert seen == ids
    for wrong in ("?", "AAAA", "\u2603", "A" * 100):
        with pytest.raises(Invalid):
            queries.page(world.permit(), dataset, cursor=wrong)
    with pytest.raises(Invalid):
        queries.page(world.permit(), dataset, limit=0)
    with pytest.raises(NotFound):
        queries.page(world.permit(), new_id())


def test_a_schema_grows_and_old_records_stay_readable(world: World) -> None:
    dataset = world.contacts()
    old, _ = stored(world, dataset, person(1), person(2))
    assert actions.extend_dataset(world.permit(), dataset, [Field(name="city")]) == 2
    assert "city" not in queries.get(world.permit(), old).values
    (new,) = stored(world, dataset, person(3, city="Porto"))
    assert queries.get(world.permit(), new).values["city"] == "Porto"
    actions.correct(world.permit(), old, {"city": "Lyon"})
    record = queries.get(world.permit(), old)
    assert (record.values["city"], record.values["name"], record.schema_version) == ("Lyon", "Person 1", 2)
    done = actions.store(world.permit(), dataset, [person(2, city="Brest")], on_duplicate="update")
    assert queries.get(world.permit(), done.records[0][0]).values["city"] == "Brest"


def test_datasets_are_listed_and_named_once(world: World) -> None:
    dataset = actions.add_dataset(world.permit(), "  Contacts ", CONTACTS)
    with pytest.raises(Conflict):
        actions.add_dataset(world.permit(), "Contacts", CONTACTS)
    for name in ("", "x" * 64, "a\x00b"):
        with pytest.raises((Invalid, Conflict)):
            actions.add_dataset(world.permit(), name, CONTACTS)
    (listed,) = queries.list_datasets(world.permit())
    assert (listed.dataset_id, listed.name, listed.schema) == (dataset, "Contacts", CONTACTS)
    assert queries.show_dataset(world.permit(), dataset, count=True).records == 0
    (_, leaf), *_ = world.logged("dataset.added")
    assert leaf["detail"]["plain"] == ["tier"]


def test_a_subject_is_shown_without_saying_who(world: World) -> None:
    dataset = world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    subject = queries.get(world.permit(), record_id).subject_id
    shown = queries.show_subject(world.permit(), subject)
    assert shown.records == ((dataset, record_id),)
    assert shown.identifiers == ("email", "phone")
    with pytest.raises(NotFound):
        queries.show_subject(world.permit(), new_id())


def test_every_read_leaves_one_row_and_a_failed_one_none(world: World) -> None:
    dataset = world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    before = len(world.logged())
    queries.get(world.permit(), record_id)
    queries.get_many(world.permit(), [record_id])
    queries.find(world.permit(), "email", "person1@example.org")
    queries.page(world.permit(), dataset)
    names = [name for name, _ in world.logged()[before:]]
    assert names == ["record.read", "records.read", "record.found", "records.paged"]
    with pytest.raises(NotFound):
        queries.get(world.permit(), new_id())
    assert len(world.logged()) == before + 4


def test_another_customer_finds_nothing(world: World) -> None:
    dataset = world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    subject = queries.get(world.permit(), record_id).subject_id
    other = World()
    stored(other, other.contacts(), person(1))
    permit = other.permit()
    for ask in (
        lambda: queries.get(permit, record_id),
        lambda: queries.page(permit, dataset),
        lambda: queries.show_dataset(permit, dataset),
        lambda: queries.show_subject(permit, subject),
        lambda: actions.store(permit, dataset, [person(5)]),
        lambda: actions.correct(permit, record_id, {"age": 1}),
        lambda: actions.delete(permit, record_id),
        lambda: actions.freeze(permit, subject),
        lambda: actions.extend_dataset(permit, dataset, [Field(name="x")]),
    ):
        with pytest.raises(NotFound):
            ask()
    assert queries.get_many(permit, [record_id]).missing == (record_id,)
    assert queries.changes(permit, record_id) == []
    assert len(queries.find(permit, "email", "person1@example.org")) == 1
    assert queries.get(world.permit(), record_id).version == 1


def test_rows_of_another_customer_do_not_exist_for_sql_either(world: World) -> None:
    stored(world, world.contacts(), person(1))
    other = World()
    with within(other.customer_id), connections["default"].cursor() as cursor:
        for table in ("dataset", "schema", "subject", "record", "identifier", "change", "import"):
            cursor.execute(f"select count(*) from vault_{table}")
            assert cursor.fetchone()[0] == 0


def test_a_permit_for_something_else_is_refused(world: World) -> None:
    dataset = world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    subject = queries.get(world.permit(), record_id).subject_id
    calls = {
        Action.RECORDS_READ: [
            lambda permit: queries.get(permit, record_id),
            lambda permit: queries.get_many(permit, [record_id]),
            lambda permit: queries.page(permit, dataset),
            lambda permit: queries.changes(permit, record_id),
        ],
        Action.RECORDS_FIND: [lambda permit: queries.find(permit, "email", "a@example.org")],
        Action.RECORDS_STORE: [lambda permit: actions.store(permit, dataset, [person(2)])],
        Action.RECORDS_CORRECT: [lambda permit: actions.correct(permit, record_id, {"age": 1})],
        Action.RECORDS_DELETE: [lambda permit: actions.delete(permit, record_id)],
        Action.DATASETS_ADD: [
            lambda permit: actions.add_dataset(permit, "x", CONTACTS),
            lambda permit: actions.extend_dataset(permit, dataset, []),
        ],
        Action.DATASETS_LIST: [
            queries.list_datasets,
            lambda permit: queries.show_dataset(permit, dataset),
            queries.imports,
        ],
        Action.SUBJECTS_SHOW: [lambda permit: queries.show_subject(permit, subject)],
        Action.SUBJECTS_ERASE: [
            lambda permit: actions.freeze(permit, subject),
            lambda permit: actions.thaw(permit, subject),
        ],
    }
    for action, needing in calls.items():
        others = [other for other in calls if other is not action]
        for call in needing:
            with pytest.raises(PermitOver):
                call(world.permit(*others))


def test_a_closing_customer_takes_and_shows_nothing_more(world: World) -> None:
    dataset = world.contacts()
    (record_id,) = stored(world, dataset, person(1))
    close(world.customer_id, by=job("test"))
    for write in (
        lambda: stored(world, dataset, person(2)),
        lambda: actions.correct(world.permit(), record_id, {"age": 1}),
        lambda: actions.add_dataset(world.permit(), "x", CONTACTS),
    ):
        with pytest.raises(CustomerClosed):
            write()
    with pytest.raises(Erased):
        queries.get(world.permit(), record_id)
    reopen(world.customer_id, by=job("test"))
    assert queries.get(world.permit(), record_id).values["age"] == 21
