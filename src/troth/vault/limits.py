"""The technical limits of what the vault takes, in one place.

None of these is a promise of a policy: they keep memory and time bounded whatever arrives.
"""

from typing import Final

FIELDS_AT_MOST: Final = 200
NAME_LENGTH: Final = 63
WHY_LENGTH: Final = 500
TEXT_LENGTH: Final = 65_536
REFERENCE_LENGTH: Final = 200
RECORD_BYTES: Final = 262_144
BATCH_RECORDS: Final = 10_000

FILTER_LENGTH: Final = 4_000
FILTER_DEPTH: Final = 50
FILTER_LIST: Final = 1_000

GIVE_WAY_AFTER_MS: Final = 700
FREEZE_WAITS_MS: Final = 5_000
ATTEMPTS: Final = 5
"""How often a batch is placed anew when another writer was first."""

IMPORT_BATCH: Final = 2_000
IMPORT_BATCH_BYTES: Final = 8 * 1024 * 1024
AHEAD: Final = 1
LEASE_AHEAD: Final = 10_000
LOOKS_EVERY_S: Final = 1.0
"""How often a running import looks whether its customer is being deleted; it surely looks before it commits."""
AUDIT_BATCH: Final = 10_000
LINE_BYTES: Final = 4 * 1024 * 1024
EXPANSION_AT_MOST: Final = 200
"""How many times larger than its compressed form a .gz source may grow; deflate's own limit is about 1,030."""
EXPANSION_FREE_BYTES: Final = 8 * 1024 * 1024
REJECTED_AT_MOST: Final = 10_000

SCAN_ROWS: Final = 2_000
SCAN_BYTES: Final = 16 * 1024 * 1024
"""A scan opens about this much at a time: rows are counted down when they are fat."""
