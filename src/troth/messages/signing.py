"""Signatures of webhooks, as the Standard Webhooks specification (version 1.0) has them.

Guarantees: what is signed is the id, the instant of the attempt and the exact body; a receiver that checks the instant
can't be fed an old call again.
"""

import hmac
from base64 import b64decode, b64encode
from datetime import datetime
from os import urandom

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> bytes:
    """A fresh secret of 256 bits."""
    return urandom(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as its receiver is given it, once."""
    return PREFIX + b64encode(secret).decode()


def read(text: str) -> bytes:
    """The secret from that form."""
    return b64decode(text.removeprefix(PREFIX), validate=True)


def headers(secret: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of one attempt."""
    instant = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), instant.encode(), body))
    signature = b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {"webhook-id": message_id, "webhook-timestamp": instant, "webhook-signature": f"v1,{signature}"}
