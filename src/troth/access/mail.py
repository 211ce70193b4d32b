"""Mail addresses: one form to compare by, the keyed index to find by, the seal to keep them under."""

import hmac
import re
import unicodedata
from uuid import UUID

from troth.kernel import wall
from troth.kernel.errors import Invalid
from troth.kernel.ids import OPERATOR
from troth.keys.rings import ring
from troth.keys.sealing import context, seal, unseal

_LENGTH = 254
_SHAPE = re.compile(r"[^@\s\x00-\x1f\x7f<>\"(),:;\[\]\\]+@[^@\s\x00-\x1f\x7f<>\"(),:;\[\]\\]+")
_KIND = "account-mail"


def normalised(mail: str) -> str:
    """NFKC, trimmed, case folded: two spellings of one address are one account. Raises Invalid."""
    cleaned = unicodedata.normalize("NFKC", mail).strip().casefold()
    if len(cleaned) > _LENGTH or not _SHAPE.fullmatch(cleaned):
        raise Invalid(what="The mail address", why="it is no address")
    return cleaned


def index(mail: str) -> bytes:
    """The keyed digest by which sign-in finds an account. Call it outside any customer: it enters the operator."""
    with wall.within(OPERATOR):
        key = ring(OPERATOR).stable("mail-index")
    return hmac.digest(key, normalised(mail).encode(), "sha256")


def sealed(mail: str, key: bytes, customer_id: UUID, account_id: UUID) -> bytes:
    """The address under the account's own key."""
    return seal(key, normalised(mail).encode(), context(_KIND, customer_id, account_id))


def opened(blob: bytes, key: bytes, customer_id: UUID, account_id: UUID) -> str:
    """The address in the clear."""
    return unseal(key, blob, context(_KIND, customer_id, account_id)).decode()
