"""What a pack may name: the terms, the topics of attestation and the controls that this platform has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.policy.constraints import Term, Words

ATTESTED = "attested."
"""How the id of an attested control begins; its topic follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`controls` are those of the layer above, with the terms that each reads; None where nobody handed them over."""

    terms: Mapping[str, Term] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    controls: Mapping[str, tuple[str, ...]] | None = None


def cadence(topic: str, title: Words) -> Term:
    """The term that a topic of attestation yields: how often it is attested."""
    return Term(name=f"attestations.{topic}.every", kind="duration", title=title)
