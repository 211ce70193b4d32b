"""The topics, and which of them the policy in force asks for."""

from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import NotFound
from troth.policy import queries
from troth.policy.constraints import Words
from troth.policy.topics import TOPICS, Topic
from troth_judge.judges import ATTESTED

BY_ID = {topic.id: topic for topic in TOPICS}


def topic(topic_id: str) -> Topic:
    """The topic of this id. Raises NotFound."""
    found = BY_ID.get(topic_id)
    if found is None:
        raise NotFound(what="topic")
    return found


def titled(topic_id: str) -> Words:
    """Its title. Raises NotFound."""
    return topic(topic_id).title


def in_force(*, clock: Clock = SYSTEM) -> tuple[Topic, ...]:
    """The topics that a clause in force cites; all of them before the first activation."""
    pack = queries.in_force(clock=clock)
    if pack is None:
        return TOPICS
    cited = {control for section in pack.sections for clause in section.clauses for control in clause.controls}
    return tuple(one for one in TOPICS if ATTESTED + one.id in cited)
