"""A dataset as the vault works with it: its options and every version of its schema."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import msgspec

from troth.kernel.errors import NotFound
from troth.vault import rows, statements
from troth.vault.codec import Binding
from troth.vault.schema import Schema

_KEPT_SCHEMAS = 4_096


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset. `version` names its newest schema."""

    customer_id: UUID
    dataset_id: UUID
    name: str
    one_record_per_subject: bool
    version: int

    @property
    def schema(self) -> Schema:
        """What new records are held against."""
        return schema(self.customer_id, self.dataset_id, self.version)

    @property
    def recognises(self) -> bool:
        """True if storing the same row twice can't make two records."""
        return self.one_record_per_subject and bool(self.schema.identifiers)


def load(customer_id: UUID, dataset_id: UUID) -> Dataset:
    """The dataset, inside its customer's wall. Raises NotFound."""
    found = rows.fetch(statements.DATASET, [customer_id, dataset_id])
    if not found:
        raise NotFound(what="dataset")
    return Dataset(customer_id, *found[0])


# Versions of a schema never change, so they may be kept; ids are drawn at random, and the caller stands within its wall
# with an id that it has read there, so a neighbour's schema is never asked for.
@lru_cache(maxsize=_KEPT_SCHEMAS)
def schema(customer_id: UUID, dataset_id: UUID, version: int) -> Schema:
    """One version of a dataset's schema; kept in the process."""
    found = rows.fetch(statements.SCHEMA, [customer_id, dataset_id, version])
    if not found:
        raise NotFound(what="schema")
    return msgspec.json.decode(found[0][0], type=Schema)


@lru_cache(maxsize=_KEPT_SCHEMAS)
def binding(customer_id: UUID, dataset_id: UUID, version: int) -> Binding:
    """What this dataset's blobs of this schema version are bound to."""
    return Binding(customer_id, dataset_id, version)
