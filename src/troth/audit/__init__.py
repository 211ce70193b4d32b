"""The log of every access, and its seal.

Guarantees (clauses A-4a to A-5c, X-7b, X-7c): an action and its entry commit together or not at all; a refusal is
logged though its transaction rolled back; a committed entry is sealed exactly once, into an append-only Merkle tree
per customer and one over all, whose signed checkpoints let anybody show offline that an entry was altered, removed,
inserted or moved; no database role can change a sealed entry. Entries hold ids and salted commitments; what opens
them lies apart, sealed, expires, and can be erased while every proof still verifies.
"""

from troth.audit.actions import record, refused, statement
from troth.audit.entry import SubjectRef

__all__ = ["SubjectRef", "record", "refused", "statement"]
