"""Reminders: before an attestation ends, to whoever answers for its topic, once for each step."""

from datetime import datetime
from uuid import UUID

from django.db import connections

from troth.access.post import Accounts
from troth.kernel import wall
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.messages.actions import queue
from troth.messages.kinds import Audience
from troth.policy import queries as policy
from troth.policy.topics import Topic
from troth.promises import tasks
from troth.promises.attesting import keeping, topics
from troth.promises.attesting.models import Attestation
from troth.promises.attesting.rules import reminders
from troth.promises.attesting.terms import DEFAULT, AttestationTerms, cadence
from troth_judge.judges import ATTESTED


def remind(*, clock: Clock = SYSTEM, terms: AttestationTerms = DEFAULT) -> list[str]:
    """Remind whoever must act, and return the topics whose attestation was found to have ended just now.

    After a standstill only the nearest step is said: three mails about the same thing help nobody.
    """
    now = clock.now()
    asked = topics.in_force(clock=clock)
    found = keeping.kept(now, topics=[one.id for one in asked], terms=terms)
    values = policy.terms(clock=clock).plain()
    ended = []
    for one in asked:
        standing = found.of(one.id)
        every = cadence(one.id, values, terms)
        until = standing.until(every)
        if standing.current is None or until is None:
            continue
        reached = reminders(until, every, now, terms)
        if (reached and standing.waiting is None) or reached[:1] == [0]:
            fresh = _once(one, standing.current, found.owners.get(one.id), until=until, reached=reached, clock=clock)
            if fresh and reached[0] == 0:
                ended.append(one.id)
    return ended


def _once(
    topic: Topic, current: Attestation, owner: UUID | None, *, until: datetime, reached: list[int], clock: Clock
) -> bool:
    """Note every step that is reached; say the nearest one if nobody has said it yet. One transaction."""
    with wall.within(OPERATOR):
        fresh = [days for days in reached if _noted(current.attestation_id, days, until, clock.now())]
        if reached[0] not in fresh:
            return False
        day = until.date().isoformat()
        title = {"en": topic.title.en, "fr": topic.title.fr}
        active = Accounts().receivers(OPERATOR, (), [str(owner)]) if owner is not None else []
        to = Audience(accounts=tuple(str(account) for account in active)) if active else None
        if reached[0] == 0:
            queue(
                "attestation_expired",
                customer_id=OPERATOR,
                payload={"topic": topic.id, "title": title, "due": day},
                to=to,
                clock=clock,
            )
            tasks.enqueue(ATTESTED + topic.id, None)
        else:
            queue(
                "attestation_due",
                customer_id=OPERATOR,
                payload={"topic": topic.id, "title": title, "due": day, "days": reached[0]},
                to=to,
                clock=clock,
            )
    return True


def _noted(attestation_id: UUID, days: int, until: datetime, now: datetime) -> bool:
    """Note a step; False where it was noted before."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into promises_attestation_reminder (customer_id, attestation_id, days, until, at) "
            "values (%s, %s, %s, %s, %s) on conflict do nothing",
            [OPERATOR, attestation_id, days, until, now],
        )
        return bool(cursor.rowcount == 1)
