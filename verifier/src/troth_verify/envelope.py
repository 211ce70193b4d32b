"""A signed file: a DSSE envelope (secure-systems-lab/dsse, version 1) around JSON.

DSSE signs `DSSEv1 <length of type> <type> <length of payload> <payload>`, so that no signed thing can be taken for one
of another type.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.note import Key, decode_base64


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the file holds, unverified: the payload's type, its exact bytes, and what should be signatures."""

    kind: str
    raw: bytes
    signatures: Any

    def check(self, key: Key) -> None:
        """Accept one good signature of the trusted key; the envelope's `keyid` is a hint and nothing more.

        Raises:
            CannotRead: it carries none, or what is none.
            DoesNotVerify: the key did not sign these bytes.
        """
        if not isinstance(self.signatures, list) or not self.signatures:
            raise CannotRead("The file carries no signature.")
        message = pre_authentication(self.kind, self.raw)
        for one in self.signatures:
            if not isinstance(one, dict) or not isinstance(one.get("sig"), str):
                raise CannotRead("The file carries a malformed signature.")
            if key.verify(decode_base64(one["sig"], "a signature"), message):
                return
        raise DoesNotVerify(f"It was altered, or {key.name}+{key.id.hex()} did not sign it.")


def read(path: Path, at_most: int) -> Envelope:
    """Read a file.

    Raises:
        CannotRead: there is none, it is too long, or it is no envelope.
    """
    try:
        if path.stat().st_size > at_most:
            raise CannotRead(f"{path} is too long to be what it should be.")
        raw = path.read_bytes()
    except OSError as error:
        raise CannotRead(f"{path} can't be read: {error.strerror}.") from error
    found = an_object(raw, "the file")
    kind, payload = found.get("payloadType"), found.get("payload")
    if not isinstance(kind, str) or not isinstance(payload, str):
        raise CannotRead("This is not a DSSE envelope (payloadType, payload, signatures).")
    return Envelope(kind, decode_base64(payload, "the payload"), found.get("signatures"))


def pre_authentication(kind: str, payload: bytes) -> bytes:
    """Return the bytes that a DSSE signature covers."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def an_object(raw: bytes | str, what: str) -> dict[str, Any]:
    """Return the JSON object in these bytes; `what` names it in the error."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CannotRead(f"Not JSON: {what}.") from error
    if not isinstance(found, dict):
        raise CannotRead(f"Not a JSON object: {what}.")
    return found
