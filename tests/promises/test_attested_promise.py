"""A promise that stands on an attestation, from nobody's word to its end; and everybody who is told."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connections

from tests.fixtures.policies import HEAD
from tests.promises.attesting import Register, giver, seal_log
from troth.kernel.actor import job
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.messages.models import Message
from troth.promises import actions as promises
from troth.promises import queries
from troth.promises.attesting import actions
from troth.promises.attesting import queries as attestations

CLAUSE = """\
      - id: T-1
        kinds: [attested]
        audience: [public]
        words: {{en: "Everyone is trained.", fr: "Chacun est formé."}}
        controls: [attested.{topic}]
        terms: {{attestations.{topic}.every: {{at_most: P180D}}}}
"""


def _asked(control: str) -> int:
    """Looks that wait for the worker."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where task_name = 'promises.check' and status = 'todo'"
            " and args->>'control_id' = %s",
            [control],
        )
        return int(cursor.fetchone()[0])


def test_from_nobodys_word_to_its_end(register: Register, in_force: Callable[..., object]) -> None:
    pack = f"attested-{register.topic.replace('_', '-')}"
    in_force(HEAD.format(pack=pack, version=1) + CLAUSE.format(topic=register.topic))
    control = f"attested.{register.topic}"

    def state() -> tuple[str, str]:
        seal_log()
        promises.check(control, by=job("test"), clock=register.clock)
        seal_log()
        line = queries.statement(clock=register.clock).line("T-1")
        assert line is not None
        return line.state, line.sentence

    register.clock.forward(timedelta(seconds=1))
    assert state() == ("unverified", "Nobody has attested it yet.")
    attestation_id = register.give()
    assert _asked(control) == 1, "the worker is asked to look at once"
    assert state()[0] == "unverified"
    register.accept(attestation_id)
    assert state()[0] == "kept"
    register.clock.forward(timedelta(days=140))
    assert state()[0] == "at_risk"
    register.clock.forward(timedelta(days=40))
    assert state()[0] == "unverified"
    (due,) = [row for row in attestations.due(clock=register.clock) if row.topic == register.topic]
    assert due.due_at is not None
    assert due.due_at <= register.clock.now()
    assert [row.topic for row in attestations.due(clock=register.clock)] == [register.topic], "what the policy cites"
    register.attested()
    assert state()[0] == "kept"
    newest = attestations.due(clock=register.clock)[0].current
    assert newest is not None
    actions.withdraw(giver(register.other), newest, reason="The wrong list.", clock=register.clock)
    assert state()[0] == "unverified"
    with within(OPERATOR):
        told = Message.objects.filter(customer_id=OPERATOR, kind="promise_changed", payload__pack=pack)
        changes = [(one.payload["from"], one.payload["to"]) for one in told.order_by("message_id")]
    assert ("unverified", "kept") in changes
    # In the months between nobody looked, and that is said too.
    assert {("kept", "stale"), ("stale", "at_risk")} <= set(changes)
