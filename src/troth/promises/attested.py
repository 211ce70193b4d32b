"""Every attested control: one per topic of the policy's, all alike but for what they ask."""

from datetime import timedelta
from functools import partial

from troth.policy.topics import TOPICS, Topic
from troth.promises.attesting import queries
from troth.promises.control import Control
from troth.promises.scope import Scope
from troth_judge.controls.attested import Facts
from troth_judge.judges import ATTESTED

EVERY = timedelta(hours=6)
"""How often the register is looked at; a review and an end are looked at in the moment they happen."""


def _observe(topic: str, scope: Scope) -> Facts:
    return queries.facts(topic, scope.now, using=scope.using)


def _control(topic: Topic) -> Control:
    return Control(
        id=ATTESTED + topic.id,
        kind="attested",
        title={"en": topic.title.en, "fr": topic.title.fr},
        terms=(f"attestations.{topic.id}.every",),
        every=EVERY,
        sees={
            "en": f"Whether a person with an account of ours has answered this in writing, whether another person has "
            f"reviewed the answer, and whether its time has passed: “{topic.asks.en}”",
            "fr": f"Si une personne titulaire d’un compte chez nous y a répondu par écrit, si une autre personne a "
            f"revu la réponse, et si son délai n’est pas passé : « {topic.asks.fr} »",
        },
        could_lie_if={
            "en": "The two people agreed to say what is not so, or one person holds two accounts. No program saw the "
            "thing itself.",
            "fr": "Les deux personnes se sont entendues pour affirmer le contraire de la vérité, ou une seule "
            "personne détient deux comptes. Aucun programme n’a vu la chose elle-même.",
        },
        observe=partial(_observe, topic.id),
    )


CONTROLS: tuple[Control, ...] = tuple(_control(topic) for topic in TOPICS)
