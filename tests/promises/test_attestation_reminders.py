"""Before an attestation ends, whoever answers for it is told: once for each step, by the clock."""

from datetime import timedelta

from tests.promises.attesting import YEAR, Register, giver, rows
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.messages.models import Message
from troth.promises.attesting import actions, rules
from troth.promises.attesting.reminding import remind
from troth.promises.attesting.terms import DEFAULT


def told(register: Register) -> list[tuple[str, object]]:
    with within(OPERATOR):
        found = Message.objects.filter(customer_id=OPERATOR, payload__topic=register.topic).order_by("message_id")
        return [(one.kind, one.payload.get("days")) for one in found if one.kind != "attestation_given"]


def test_each_step_is_said_once(register: Register) -> None:
    register.attested()
    remind(clock=register.clock)
    assert told(register) == []
    register.clock.forward(YEAR - timedelta(days=30))
    for _ in range(3):
        remind(clock=register.clock)
    assert told(register) == [("attestation_due", 30)]
    register.clock.forward(timedelta(days=23))
    remind(clock=register.clock)
    register.clock.forward(timedelta(days=6))
    remind(clock=register.clock)
    assert told(register) == [("attestation_due", 30), ("attestation_due", 7), ("attestation_due", 1)]
    register.clock.forward(timedelta(days=1))
    assert register.topic in remind(clock=register.clock)
    assert register.topic not in remind(clock=register.clock)
    assert told(register)[3:] == [("attestation_expired", None)]


def test_after_a_standstill_only_the_nearest_is_said(register: Register) -> None:
    register.attested()
    register.clock.forward(YEAR - timedelta(hours=12))
    remind(clock=register.clock)
    remind(clock=register.clock)
    assert told(register) == [("attestation_due", 1)]


def test_it_goes_to_who_answers_for_it(register: Register) -> None:
    actions.assign(giver(register.other), register.topic, register.other.account_id)
    register.attested()
    register.clock.forward(YEAR - timedelta(days=5))
    remind(clock=register.clock)
    ((accounts, roles),) = rows(
        "select accounts::text, roles::text from messages_message where kind = 'attestation_due'"
        " and payload->>'topic' = %s",
        register.topic,
    )
    assert (accounts, roles) == (f'["{register.other.account_id}"]', "[]")


def test_a_successor_that_waits_for_its_review_needs_no_reminder(register: Register) -> None:
    register.attested()
    register.clock.forward(YEAR - timedelta(days=20))
    register.give()
    remind(clock=register.clock)
    assert told(register) == []


def test_a_short_cadence_is_not_reminded_of_at_once() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 11, 22, tzinfo=UTC)
    week = timedelta(days=7)
    assert rules.reminders(now + week, week, now, DEFAULT) == []
    assert rules.reminders(now + timedelta(hours=20), week, now, DEFAULT) == [1]
    assert rules.reminders(now, week, now, DEFAULT)[0] == 0
