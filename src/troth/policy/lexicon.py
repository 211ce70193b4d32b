"""Everything that a pack may name on this platform, put together."""

from collections.abc import Mapping

from troth.policy.known import Known
from troth.policy.topics import TOPICS
from troth.policy.vocabulary.words import BY_NAME


def known(controls: Mapping[str, tuple[str, ...]] | None = None) -> Known:
    """What a pack is checked against; `controls` (id → terms that it reads) are handed down by the layer above."""
    return Known(terms=BY_NAME, topics=frozenset(topic.id for topic in TOPICS), controls=controls)
