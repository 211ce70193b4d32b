"""Keys: everything personal is sealed under keys of its own, and to erase is to destroy them.

Guarantees: an erased key can't be made again from any copy of the database, whatever keys are known afterwards, the
recovery kit included; nobody else loses a key by it; killed anywhere, an epoch is completed or undone at start-up; no
key is handed out in a transaction that began after it was erased.

Use `ring` to get keys, `actions.lease` for new ones, `epochs.advance` to destroy some, `sealing` to seal and open.
"""

from troth.keys.cache import EPOCH as EPOCH_SQL
from troth.keys.errors import CustomerKeysGone, KeyErased, KeysError, KeysMoved
from troth.keys.rings import Ring, ring

__all__ = ["EPOCH_SQL", "CustomerKeysGone", "KeyErased", "KeysError", "KeysMoved", "Ring", "ring"]
