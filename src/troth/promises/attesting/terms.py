"""What attestations owe to no policy: engineering defaults. How often each is due, a policy says (`cadence`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationTerms:
    """`usual_every` holds where no clause names a cadence. `reminders` are days before the end."""

    usual_every: timedelta = timedelta(days=365)
    reminders: tuple[int, ...] = (30, 7, 1)
    statement_at_most: int = 10_000
    reason_at_most: int = 500
    document_at_most: int = 10 * 1024 * 1024
    sealed_within: timedelta = timedelta(minutes=10)
    """How long a row may wait for its place in the log before it does not count."""


DEFAULT = AttestationTerms()


def cadence(topic: str, values: Mapping[str, Value], terms: AttestationTerms = DEFAULT) -> timedelta:
    """How long an attestation of this topic is valid: the shortest that any clause in force says."""
    found = values.get(f"attestations.{topic}.every")
    return found if isinstance(found, timedelta) else terms.usual_every
