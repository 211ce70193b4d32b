"""What the log says though a table beside it no longer does: rows can be taken away, entries can't.

Guarantees: each answer holds the log's own leaves alone, opens nothing, and costs next to nothing where table and log
agree: it is asked for what the table does not have.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from troth.audit import proofs
from troth.audit.queries import leaf_of
from troth.kernel.wall import within

_OTHERS = """
SELECT e.event_id, e.leaf_index, e.leaf FROM audit_entry AS e
WHERE e.customer_id = %(customer)b
  AND hashtext(e.operation) = hashtext(%(operation)b::text) AND e.operation = %(operation)b::text
  AND NOT EXISTS (SELECT FROM unnest(%(besides)b::uuid[]) AS known (event_id) WHERE known.event_id = e.event_id)
ORDER BY e.leaf_index
"""
_NEWER = """
SELECT e.event_id, e.leaf_index, e.leaf FROM audit_entry AS e
JOIN unnest(%(entities)b::text[], %(places)b::bigint[]) AS known (entity, place)
  ON known.entity = e.entity AND e.leaf_index > known.place
WHERE e.customer_id = %(customer)b AND e.leaf_index > %(first)b
  AND hashtext(e.operation) = hashtext(%(operation)b::text) AND e.operation = %(operation)b::text
ORDER BY e.leaf_index
"""
_OF = """
SELECT e.event_id, e.leaf_index, e.leaf FROM unnest(%(entities)b::text[]) AS wanted (entity)
CROSS JOIN LATERAL (
    SELECT event_id, leaf_index, leaf FROM audit_entry
    WHERE customer_id = %(customer)b AND hashtextextended(entity, 0) = hashtextextended(wanted.entity, 0)
      AND entity = wanted.entity AND operation = ANY (%(operations)b::text[])
    ORDER BY leaf_index DESC LIMIT %(each)b
) AS e ORDER BY e.leaf_index
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entry: its event, where it stands, and what its leaf says."""

    event_id: UUID
    index: int
    leaf: Mapping[str, Any]

    @property
    def detail(self) -> Mapping[str, Any]:
        """What it seals; empty where it is none of ours."""
        found = self.leaf.get("detail")
        return found if isinstance(found, dict) else {}


def others(customer_id: UUID, operation: str, *, besides: Sequence[UUID], using: str = "default") -> list[Place]:
    """Return every entry of an operation but these, the oldest first."""
    told = {"customer": customer_id, "operation": operation, "besides": list(besides)}
    return _places(customer_id, _OTHERS, told, using)


def newer(customer_id: UUID, operation: str, after: Mapping[str, int], *, using: str = "default") -> list[Place]:
    """Return the entries of an operation about these entities that stand behind the place given for each."""
    if not after:
        return []
    told = {
        "customer": customer_id,
        "operation": operation,
        "entities": list(after),
        "places": list(after.values()),
        "first": min(after.values()),
    }
    return _places(customer_id, _NEWER, told, using)


def about(
    customer_id: UUID, operations: Iterable[str], entities: Iterable[str], *, each: int, using: str = "default"
) -> list[Place]:
    """Return the newest entries of these operations about each of these entities, at most so many for each."""
    told = {"customer": customer_id, "operations": list(operations), "entities": list(entities), "each": each}
    return _places(customer_id, _OF, told, using) if told["entities"] else []


def _places(customer_id: UUID, sql: str, told: dict[str, Any], using: str) -> list[Place]:
    with within(customer_id, using=using):
        rows = proofs.read(using, sql, told)
    return [Place(event_id=event_id, index=index, leaf=leaf_of(bytes(leaf))) for event_id, index, leaf in rows]
