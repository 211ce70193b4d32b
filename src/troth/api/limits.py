"""How much one request may bring. Technical limits, not policy: they keep a worker's memory and time bounded."""

from datetime import timedelta
from typing import Final

BODY_BYTES: Final = 1024 * 1024
BATCH_BYTES: Final = 32 * 1024 * 1024
BATCH: Final = 10_000
PAGE: Final = 1_000
PAGE_DEFAULT: Final = 100
DEPTH: Final = 16
DIGITS: Final = 40
HEADER: Final = 255
FAILED_KEYS_PER_ADDRESS: Final = 100
REPLAY_LIVES: Final = timedelta(hours=24)
"""How long an Idempotency-Key is remembered."""
