"""Attestations: one person says it, another reviews it, and it counts for a time."""

import os
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import DatabaseError, connections

from tests.fixtures.world import World, logged_leaves
from tests.keys.world import admin
from tests.promises.attesting import YEAR, Register, fresh_topic, giver, permit, reviewer, seal_log
from troth.access import gate
from troth.access.errors import Elsewhere, NotAllowed, NotSignedIn, PermitOver
from troth.access.roles import Action
from troth.audit.entry import commit
from troth.kernel.actor import nobody
from troth.kernel.errors import Invalid, NotFound
from troth.kernel.ids import OPERATOR, new_id
from troth.kernel.wall import within
from troth.promises import attested
from troth.promises.attesting import actions, queries, rules
from troth.promises.attesting.errors import AttestationOver, NotAPerson, OwnAttestation
from troth.promises.attesting.rules import Handed
from troth.promises.attesting.terms import DEFAULT
from troth.promises.scope import Scope
from troth_judge.controls.attested import judge
from troth_judge.facts import decode, encode
from troth_judge.state import WORST_FIRST


def code(register: Register, every: timedelta | None = None) -> str:
    """What the control says of the topic now."""
    found = queries.facts(register.topic, register.clock.now())
    terms = {f"attestations.{register.topic}.every": every} if every else {}
    return judge(decode(type(found), encode(found)), terms).code


def test_from_nobody_to_valid(register: Register) -> None:
    assert code(register) == "attested.none"
    attestation_id = register.give()
    assert code(register) == "attested.unreviewed"
    register.clock.forward(timedelta(minutes=1))
    register.accept(attestation_id)
    assert code(register) == "attested.valid"


def test_nobody_reviews_their_own_word(register: Register) -> None:
    attestation_id = register.give()
    with pytest.raises(OwnAttestation):
        actions.review(reviewer(register.attester), attestation_id, accepted=True)
    assert code(register) == "attested.unreviewed"


def test_the_database_refuses_it_too(register: Register) -> None:
    """Past the action: the same account by plain SQL, and another name for the attester."""
    attestation_id = register.give()
    sql = (
        "insert into promises_attestation_step (customer_id, attestation_id, step, accepted, given_by, by_account,"
        " by_role, at, person, event_id) values (%s, %s, 'reviewed', true, %s, %s, 'x', now(), 'x', %s)"
    )
    me, other = register.attester.account_id, register.other.account_id
    for given_by, by_account in ((me, me), (other, me)):
        with pytest.raises(DatabaseError), within(OPERATOR), connections["default"].cursor() as cursor:
            cursor.execute(sql, [OPERATOR, attestation_id, given_by, by_account, new_id()])
    assert code(register) == "attested.unreviewed"


def test_a_row_that_the_log_does_not_bear_out_does_not_count(register: Register) -> None:
    """Whoever can write to the tables can still not make an attestation: nothing in the log says so."""
    attestation_id = register.give()
    with within(OPERATOR), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into promises_attestation_step (customer_id, attestation_id, step, accepted, given_by, by_account,"
            " by_role, at, person, event_id) values (%s, %s, 'reviewed', true, %s, %s, 'x', %s, 'x', %s)",
            [
                OPERATOR,
                attestation_id,
                register.attester.account_id,
                register.other.account_id,
                register.clock.now(),
                new_id(),
            ],
        )
    seal_log()
    register.clock.forward(DEFAULT.sealed_within + timedelta(seconds=1))
    assert code(register) == "attested.unreviewed"


@pytest.mark.parametrize("refused", [False, True])
def test_an_end_that_is_taken_away_is_told_by_the_log(register: Register, refused: bool) -> None:
    """With the triggers off, as whoever owns the machine can have them."""
    attestation_id = register.give() if refused else register.attested()
    if refused:
        may = reviewer(register.other)
        actions.review(may, attestation_id, accepted=False, reason="Not so.", clock=register.clock)
    else:
        actions.withdraw(giver(register.attester), attestation_id, reason="Not so.", clock=register.clock)
    seal_log()
    with admin() as connection:
        connection.execute("set session_replication_role = replica")
        change = "update {} set accepted = true" if refused else "delete from {}"
        which = f"attestation_id = '{attestation_id}' and step = '{'reviewed' if refused else 'withdrawn'}'"
        sql = f"{change.format('promises_attestation_step')} where {which}"
        assert connection.execute(sql.encode()).rowcount == 1
        connection.commit()
    assert code(register) == "attested.none"


def test_a_time_to_come_does_not_count_before_it_is_sealed(register: Register) -> None:
    attestation_id = register.give()
    register.clock.forward(timedelta(hours=1))
    register.accept(attestation_id)
    register.clock.forward(-timedelta(hours=1))
    assert code(register) == "attested.unreviewed"


def test_it_ends_with_the_shortest_cadence_that_a_clause_says(register: Register) -> None:
    register.attested()
    month = timedelta(days=30)
    assert code(register, month) == "attested.valid"
    register.clock.forward(timedelta(days=23))
    assert code(register, month) == "attested.ends_soon"
    assert code(register) == "attested.valid", "without a clause it is a year"
    register.clock.forward(timedelta(days=7))
    assert code(register, month) == "attested.expired"
    register.clock.forward(YEAR)
    assert code(register) == "attested.expired"


def test_a_renewal_in_time_keeps_it(register: Register) -> None:
    register.attested()
    register.clock.forward(timedelta(days=300))
    assert code(register) == "attested.ends_soon"
    following = register.give()
    seal_log()
    assert code(register) == "attested.renewal_waits"
    register.accept(following)
    assert code(register) == "attested.valid"
    assert queries.facts(register.topic, register.clock.now()).reviewed_at == register.clock.now()


def test_a_refusal_needs_its_reason_and_proves_nothing(register: Register) -> None:
    attestation_id = register.give()
    with pytest.raises(Invalid):
        actions.review(reviewer(register.other), attestation_id, accepted=False)
    actions.review(reviewer(register.other), attestation_id, accepted=False, reason="Two are missing.")
    assert code(register) == "attested.none"
    with pytest.raises(AttestationOver):
        register.accept(attestation_id)
    opened = queries.opened(reviewer(register.other), attestation_id)
    assert (opened.told.state, opened.review_reason) == ("refused", "Two are missing.")


def test_a_withdrawal_ends_it_at_once_and_stays_in_the_history(register: Register) -> None:
    attestation_id = register.attested()
    for reason in ("", "  ", "a\x00b", "x" * 501):
        with pytest.raises(Invalid):
            actions.withdraw(giver(register.attester), attestation_id, reason=reason)
    actions.withdraw(giver(register.attester), attestation_id, reason="It was last year's list.", clock=register.clock)
    assert code(register) == "attested.none"
    (told,) = queries.history(permit(register.other, Action.PROMISES_READ), register.topic)
    assert (told.state, told.attestation_id) == ("withdrawn", attestation_id)
    with pytest.raises(AttestationOver):
        actions.withdraw(giver(register.attester), attestation_id, reason="Again.")


def test_the_earlier_one_counts_again_when_the_newer_is_withdrawn(register: Register) -> None:
    first = register.attested()
    register.clock.forward(timedelta(days=10))
    second = register.attested()
    actions.withdraw(giver(register.attester), second, reason="Wrong file.", clock=register.clock)
    (current,) = [row.current for row in queries.due(clock=register.clock) if row.topic == register.topic]
    assert current == first


def test_something_must_be_said_or_shown(register: Register) -> None:
    for statement in (None, "", "   ", "x" * 10_001, "a\x00b", "\u202eevil"):
        with pytest.raises(Invalid):
            register.give(statement=statement)
    with pytest.raises(Invalid):
        register.give(document=Handed("empty.pdf", b""))
    with pytest.raises(Invalid):
        register.give(document=Handed("large.pdf", b"x" * (DEFAULT.document_at_most + 1)))
    with pytest.raises(NotFound):
        actions.give(giver(register.attester), "no_such_topic", statement="x")
    assert code(register) == "attested.none"


def test_statement_and_document_are_sealed_and_come_back(register: Register) -> None:
    statement, content = f"statement-{os.urandom(8).hex()}", b"%PDF-1.7 " + os.urandom(8).hex().encode() * 9
    name = f"{os.urandom(8).hex()}.pdf"
    attestation_id = register.give(statement=statement, document=Handed(name, content))
    found = queries.document(reviewer(register.other), attestation_id)
    assert (found.name, found.content) == (name, content)
    opened = queries.opened(reviewer(register.other), attestation_id)
    assert (opened.statement, opened.file_name) == (statement, name)
    assert opened.told.document_sha256 == sha256(content).hexdigest()
    assert opened.told.statement_sha256 == sha256(opened.salt + statement.encode()).hexdigest()
    raw = b""
    for table in ("promises_attestation", "promises_attestation_document", "promises_attestation_step"):
        with within(OPERATOR), connections["default"].cursor() as cursor:
            # `COPY … TO` writes the bytes as they are stored.
            cursor.execute(f"select string_agg(row_to_json(t)::text, '') from {table} t")
            raw += str(cursor.fetchone()[0]).encode()
    for marker in (statement.encode(), content, name.encode()):
        assert marker not in raw
        assert marker.hex().encode() not in raw
    told = str(logged_leaves(OPERATOR)).encode()
    for marker in (statement.encode(), name.encode(), str(register.attester.account_id).encode()):
        assert marker not in told


def test_nothing_of_it_lies_open_on_the_disk(register: Register) -> None:
    """The database's own files, read as bytes: what is stored in the clear beside it is found there."""
    from troth.host.postgres import Embedded
    from troth.messages.actions import queue
    from troth.settings import CONFIG

    marker, open_one = os.urandom(16).hex().encode(), os.urandom(16).hex()
    register.attested(statement=marker.decode(), document=Handed(marker.decode() + ".pdf", marker * 100))
    with within(OPERATOR):
        queue("webhook_test", customer_id=OPERATOR, payload={"asked_at": open_one})
    files = [path for path in Embedded(CONFIG).place.data.rglob("*") if path.is_file() and not path.is_symlink()]
    stored = [path.read_bytes() for path in files]
    assert any(open_one.encode() in content for content in stored)
    assert not any(marker in content for content in stored)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\report.pdf", "report.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("rapport\u202efdp.exe", "rapportfdp.exe"),
        ("..", "document"),
        ("", "document"),
        ("/", "document"),
        (".htaccess", "htaccess"),
        ("a\x00b.pdf", "ab.pdf"),
        ('x"; rm -rf.pdf', "x; rm -rf.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_file_name_is_a_name_and_nothing_else(name: str, kept: str) -> None:
    assert rules.clean_file_name(name) == kept


@pytest.mark.parametrize("verb", ["update {} set customer_id = customer_id", "delete from {}", "truncate {}"])
@pytest.mark.parametrize(
    "table",
    [
        "promises_attestation",
        "promises_attestation_document",
        "promises_attestation_step",
        "promises_attestation_owner",
        "promises_attestation_reminder",
    ],
)
def test_the_history_can_not_be_rewritten_by_the_application(table: str, verb: str) -> None:
    with pytest.raises(DatabaseError) as refusal, within(OPERATOR), connections["default"].cursor() as cursor:
        cursor.execute(verb.format(table))
    assert refusal.value.__cause__.sqlstate == "42501"  # type: ignore[union-attr]  # psycopg's own


def test_only_the_operator_has_attestations(world: World) -> None:
    customer = world.customer()
    with pytest.raises(DatabaseError), within(customer), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into promises_attestation_owner (customer_id, assignment_id, topic, assigned_at)"
            " values (%s, %s, 'x', now())",
            [customer, new_id()],
        )


def test_the_facts_tell_two_people_apart_and_nobodys_name(register: Register) -> None:
    attestation_id = register.attested()
    found = queries.facts(register.topic, register.clock.now())
    salt = queries.opened(reviewer(register.other), attestation_id).salt
    assert found.attester == commit(salt, register.attester.account_id.bytes)
    assert found.reviewer == commit(salt, register.other.account_id.bytes)
    text = encode(found).decode()
    assert str(register.attester.account_id) not in text
    assert (found.attester_role, found.reviewer_role) == ("security_officer", "data_protection_officer")


def test_the_control_sees_what_the_register_says(register: Register) -> None:
    register.attested()
    (control,) = [one for one in attested.CONTROLS if one.id == f"attested.{register.topic}"]
    assert control.observe is not None
    found = control.observe(Scope(now=register.clock.now(), home=queries_home()))
    assert judge(found, {}).state == "kept"  # type: ignore[arg-type]  # its own facts
    assert len({one.id for one in attested.CONTROLS}) == len(attested.CONTROLS)


def queries_home() -> "os.PathLike[str]":
    from django.conf import settings

    return settings.TROTH_HOME  # type: ignore[no-any-return]  # a path


def test_who_may_do_what(register: Register, world: World) -> None:
    customer = world.customer()
    attestation_id = register.give()
    for person in (world.staff("support"), world.staff("campaign_manager"), world.staff("auditor")):
        for action in (Action.ATTESTATIONS_GIVE, Action.ATTESTATIONS_REVIEW):
            with pytest.raises(NotAllowed):
                permit(person, action)
    for action in (Action.ATTESTATIONS_GIVE, Action.ATTESTATIONS_REVIEW, Action.PROMISES_READ):
        with pytest.raises(NotSignedIn):
            gate.permit(nobody("test"), OPERATOR, action)
        with pytest.raises(Elsewhere):
            gate.permit(world.person(customer, "owner").actor, OPERATOR, action)
    theirs = gate.permit(world.person(customer, "owner").actor, customer, Action.PROMISES_READ)
    with pytest.raises(NotFound):
        queries.history(theirs)
    none = gate.permit(register.attester.actor, OPERATOR, Action.PROMISES_READ)
    refused: list[Callable[[], object]] = [
        lambda: actions.give(none, register.topic, statement="x"),
        lambda: actions.assign(none, register.topic, None),
        lambda: actions.review(none, attestation_id, accepted=True),
        lambda: actions.withdraw(none, attestation_id, reason="x"),
        lambda: queries.opened(none, attestation_id),
        lambda: queries.document(none, attestation_id),
    ]
    for act in refused:
        with pytest.raises(PermitOver):
            act()


def test_the_shell_has_no_word_to_give(register: Register, world: World) -> None:
    both = gate.permit(world.cli, OPERATOR, Action.ATTESTATIONS_GIVE, Action.ATTESTATIONS_REVIEW)
    attestation_id = register.give()
    with pytest.raises(NotAPerson):
        actions.give(both, register.topic, statement="x")
    with pytest.raises(NotAPerson):
        actions.review(both, attestation_id, accepted=True)
    with pytest.raises(NotAPerson):
        actions.withdraw(both, attestation_id, reason="x")


def test_what_is_not_there_is_not_found(register: Register) -> None:
    for act in (
        lambda: actions.review(reviewer(register.other), new_id(), accepted=True),
        lambda: actions.withdraw(giver(register.other), new_id(), reason="x"),
        lambda: queries.opened(giver(register.other), new_id()),
        lambda: queries.document(giver(register.other), register.give()),
        lambda: actions.assign(giver(register.other), register.topic, new_id()),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_calendar_says_who_must_do_what_and_when(register: Register) -> None:
    actions.assign(giver(register.other), register.topic, register.attester.account_id)

    def row() -> queries.Due:
        (found,) = [one for one in queries.due(clock=register.clock) if one.topic == register.topic]
        return found

    assert (row().state, row().due_at, row().owner, row().owner_active) == (
        "unverified",
        None,
        register.attester.account_id,
        True,
    )
    attestation_id = register.give()
    assert (row().waiting, row().code) == (attestation_id, "attested.unreviewed")
    register.accept(attestation_id)
    assert (row().state, row().due_at, row().current) == ("kept", register.clock.now() + YEAR, attestation_id)
    soon = queries.due(register.clock.now() + timedelta(days=30), clock=register.clock)
    assert register.topic not in {one.topic for one in soon}
    assert row().state in WORST_FIRST


def test_two_reviews_at_once_end_in_one(register: Register, world: World) -> None:
    attestation_id = register.give()
    third = world.staff("administrator")
    register.accept(attestation_id)
    with pytest.raises(AttestationOver):
        actions.review(reviewer(third), attestation_id, accepted=False, reason="I came second.")


def test_each_act_is_in_the_log(register: Register) -> None:
    topic = fresh_topic()
    register.topic = topic
    before = len(logged_leaves(OPERATOR))
    attestation_id = register.give()
    register.accept(attestation_id)
    actions.withdraw(giver(register.attester), attestation_id, reason="A mistake.")
    actions.assign(giver(register.attester), topic, None)
    operations = [operation for operation, _ in logged_leaves(OPERATOR)[before:]]
    for operation in ("attestation.give", "attestation.review", "attestation.withdraw", "attestation.assign"):
        assert operation in operations
