"""The whole vocabulary: what a policy and an agreement can set a limit to."""

from collections.abc import Mapping
from typing import Final

from troth.policy.constraints import Term
from troth.policy.vocabulary import (
    access,
    attestations,
    audit,
    backups,
    erasure,
    operations,
    residency,
    rights,
    storage,
)

VOCABULARY: Final[tuple[Term, ...]] = (
    *erasure.TERMS,
    *access.TERMS,
    *audit.TERMS,
    *storage.TERMS,
    *residency.TERMS,
    *backups.TERMS,
    *operations.TERMS,
    *rights.TERMS,
    *attestations.TERMS,
)

BY_NAME: Final[Mapping[str, Term]] = {term.name: term for term in VOCABULARY}
