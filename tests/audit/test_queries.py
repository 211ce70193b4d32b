"""Who accessed what, found by what, and shown as far as it still opens."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.db import connections, transaction

from troth import audit, keys
from troth.audit import entry, openings, queries, sealer
from troth.audit.errors import NotSealedYet, NotThatSize
from troth.kernel.actor import Actor, job
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys import sealing, signing
from troth_verify import note as verify
from troth_verify.merkle import is_consistent


def _drain() -> None:
    while sealer.seal_once():
        pass


def _trusted() -> verify.Key:
    signer = signing.signer()
    return verify.Key(signer.name, signer.public)


def _write(customer_id: UUID, operations: list[str], by: Actor, **told: object) -> list[UUID]:
    with within(customer_id):
        events = [audit.record(one, by=by, customer_id=customer_id, **told) for one in operations]  # type: ignore[arg-type]
    _drain()
    return events


def test_pages_go_back_in_time_without_a_gap(customer: UUID, actor: Actor) -> None:
    events = _write(customer, ["x.y"] * 25, actor)
    found: list[UUID] = []
    cursor = None
    while True:
        page = queries.entries(customer, before=cursor, limit=10)
        found += [entry.event_id for entry in page.entries]
        if (cursor := page.next) is None:
            break
        # New entries do not move the pages that follow.
        _write(customer, ["x.new"], actor)
    assert found == events[::-1]


def test_it_finds_by_operation_entity_and_time(customer: UUID, actor: Actor) -> None:
    record = new_id()
    _write(customer, ["record.read", "record.find", "subject.erased"], actor)
    _write(customer, ["record.read"], actor, entity=record)
    middle = datetime.now(UTC)
    _write(customer, ["record.read"], actor, entity=record)
    assert len(queries.entries(customer).entries) == 5
    assert len(queries.entries(customer, operation="record.read").entries) == 3
    assert len(queries.entries(customer, operation=["record.find", "subject.erased"]).entries) == 2
    assert len(queries.entries(customer, entity=record).entries) == 2
    assert len(queries.entries(customer, entity=str(record), since=middle).entries) == 1
    assert len(queries.entries(customer, entity=record, until=middle).entries) == 1
    assert queries.entries(customer, operation="record").entries == []
    assert queries.entries(customer, entity="' or true --").entries == []


@pytest.mark.parametrize("text", ["\x00", "x\x00y", "\ud800"])
def test_what_no_entry_can_hold_is_found_nowhere(customer: UUID, actor: Actor, text: str) -> None:
    _write(customer, ["x.y"], actor)
    assert queries.entries(customer, operation=text) == queries.entries(customer, entity=text) == queries.Page([], None)
    assert queries.entries(customer, operation=["x.y", text]).entries == []


@pytest.mark.parametrize("zone", [UTC, None])
def test_any_instant_can_be_asked_for(customer: UUID, actor: Actor, zone: timezone | None) -> None:
    _write(customer, ["x.y"], actor)
    for day in (datetime.min, datetime(1969, 12, 31), datetime.max):  # noqa: DTZ001, DTZ901 - zones are given below
        at = day.replace(tzinfo=zone)
        early = day.year < 2000
        assert len(queries.entries(customer, since=at).entries) == int(early)
        assert len(queries.entries(customer, until=at).entries) == int(not early)


def test_a_checkpoint_of_no_size_there_can_be_is_none(customer: UUID, actor: Actor) -> None:
    _write(customer, ["x.y"], actor)
    for size in (-1, 0, 2, 2**63, 10**30):
        assert queries.checkpoint(customer, size=size) is None


def test_an_entry_shows_who_while_it_opens(customer: UUID, actor: Actor) -> None:
    _write(customer, ["record.read"], actor, reason="asked by phone", purpose="contract")
    (found,) = queries.entries(customer).entries
    assert queries.entry(customer, found.event_id) == found
    assert queries.entry(customer, new_id()) is None
    assert queries.entry(new_id(), found.event_id) is None
    assert found.opened == {
        "account": str(actor.account_id),
        "key": str(actor.key_id),
        "reason": "asked by phone",
        "source_address": "203.0.113.7",
    }
    assert found.leaf["purpose"] == "contract"
    assert abs(found.time - datetime.now(UTC)) < timedelta(minutes=1)

    class Later:
        def now(self) -> datetime:
            return datetime.now(UTC) + timedelta(days=4000)

    (found,) = queries.entries(customer, clock=Later()).entries
    assert found.opened == {}
    assert found.wrong == ()


def test_a_subject_is_shown_to_whom_holds_its_key(customer: UUID, actor: Actor) -> None:
    subject = audit.SubjectRef(new_id(), b"s" * 32)
    _write(customer, ["record.read"], actor, subject=subject)
    assert "subject" not in queries.entries(customer).entries[0].opened
    assert queries.entries(customer, subject=subject).entries[0].opened["subject"] == str(subject.subject_id)


def test_an_opening_that_lies_is_named(customer: UUID, actor: Actor) -> None:
    first, second = _write(customer, ["a.b", "c.d"], actor)
    _as_owner(
        "update audit_opening set who = (select who from audit_opening where event_id = %s) where event_id = %s",
        [first, second],
    )
    lying, good = queries.entries(customer).entries
    assert lying.wrong == ("openings",)
    assert lying.opened == {}
    assert good.wrong == ()


def test_an_opening_that_opens_to_somebody_else_is_named(customer: UUID, actor: Actor) -> None:
    """Sealed with the right key in the right place, and yet not what the leaf committed to."""
    (event,) = _write(customer, ["a.b"], actor)
    with within(customer):
        key = keys.ring(customer).stable(openings.KEY_NAME)
    place = sealing.context("log-opening", customer, event)
    forged = sealing.seal(key, entry.pack({"account": (b"s" * 16, b"somebody else")}), place + b"/who")
    _as_owner("update audit_opening set who = %s where event_id = %s", [forged, event])
    (found,) = queries.entries(customer).entries
    assert found.wrong == ("account",)
    assert "account" not in found.opened
    assert found.opened["source_address"] == actor.source_address


def _as_owner(sql: str, params: list[object]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table audit_opening no force row level security")
        try:
            cursor.execute(sql, params)
            assert cursor.rowcount == 1
        finally:
            cursor.execute("alter table audit_opening force row level security")


def test_the_ids_of_a_batch_are_kept_in_order(customer: UUID, actor: Actor) -> None:
    ids = [new_id() for _ in range(40)][::-1]
    (event,) = _write(customer, ["record.batch"], actor, ids=ids)
    assert queries.ids(customer, event) == ids
    assert queries.ids(customer, new_id()) is None
    assert "ids" not in queries.entries(customer).entries[0].opened


def test_another_customer_sees_nothing(customer: UUID, actor: Actor) -> None:
    (event,) = _write(customer, ["a.b"], actor)
    other = new_id()
    assert queries.entries(other).entries == []
    assert queries.inclusion(other, event) is None
    assert queries.checkpoint(other) is None
    with pytest.raises(NotSealedYet):
        queries.overall_inclusion(other)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_every_entry_proves_its_place(customer: UUID, size: int) -> None:
    events = _write(customer, ["x.y"] * size, job("test"))
    for index in {0, size // 2, size - 1}:
        proof = queries.inclusion(customer, events[index])
        assert proof is not None
        assert proof.index == index
        head = verify.check_proof(verify.parse_proof(proof.text), proof.leaf, _trusted())
        assert head.size == size


def test_an_entry_without_a_place_has_no_proof(customer: UUID, actor: Actor) -> None:
    with within(customer):
        event = audit.record("x.y", by=actor, customer_id=customer)
    assert queries.inclusion(customer, event) is None
    assert queries.unsealed(customer)
    assert queries.waiting()[0] >= 1
    _drain()
    assert queries.inclusion(customer, event) is not None
    assert not queries.unsealed(customer)
    assert queries.waiting() == (0, None)


def test_sizes_that_never_were_are_refused(customer: UUID, actor: Actor) -> None:
    with pytest.raises(NotSealedYet):
        queries.consistency(customer, 1)
    _write(customer, ["x.y"] * 5, actor)
    for old, new in ((0, 5), (3, 2), (1, 6), (-1, None)):
        with pytest.raises(NotThatSize):
            queries.consistency(customer, old, new)


def test_a_proof_of_continuity_holds_between_any_two_sizes(customer: UUID) -> None:
    _write(customer, ["x.y"] * 130, job("test"))
    _write(customer, ["x.y"] * 400, job("test"))
    old = verify.open_checkpoint(str(queries.checkpoint(customer, size=130)), _trusted())
    new = verify.open_checkpoint(str(queries.checkpoint(customer)), _trusted())
    assert is_consistent(130, 530, old.root, new.root, queries.consistency(customer, 130).path)
    assert queries.consistency(customer, 7, 300).text.count("\n") == len(queries.consistency(customer, 7, 300).path)


@pytest.mark.parametrize(
    ("index", "condition"),
    [
        ("audit_entry_entity", "hashtextextended(entity, 0) = hashtextextended('x', 0) and entity = 'x'"),
        ("audit_entry_operation", "hashtext(operation) in (hashtext('x'), hashtext('y'))"),
        ("audit_entry_event", "event_id >= '00000000-0000-7000-8000-00000000000a'"),
    ],
)
def test_the_filters_use_their_indexes(customer: UUID, actor: Actor, index: str, condition: str) -> None:
    # With the other indexes away: which of several the planner takes depends on what else is in the table.
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("alter table audit_entry no force row level security")
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("alter table audit_entry drop constraint audit_entry_pkey cascade")
        cursor.execute("select indexname from pg_indexes where tablename = 'audit_entry' and indexname <> %s", [index])
        for (other,) in cursor.fetchall():
            cursor.execute(f'drop index "{other}"')
        cursor.execute(f"explain select 1 from audit_entry where customer_id = %s and {condition}", [customer])
        assert index in "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True, using="owner")
