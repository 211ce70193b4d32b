"""A certificate: a DSSE envelope around JSON, signed with the log's key, and the log entry that it rests on.

DSSE signs `DSSEv1 <length of type> <type> <length of payload> <payload>`, so that no other signed thing can be taken
for a certificate. The payload's field `log` carries the entry's exact bytes (`leaf`, base64), its `index`, the `path`
to the root (base64 hashes, the sibling first) and the signed `checkpoint` of the customer's log named `tree`.
"""

import json
from pathlib import Path
from typing import Any

from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.merkle import HASH_BYTES
from troth_verify.note import Key, Proof, check_proof, decode_base64
from troth_verify.report import Report

CERTIFICATE_AT_MOST = 16 << 20
SHOWN = ("act", "certificate_id", "erasure_id", "issued_at", "installation", "standard")


def check(path: Path, key: Key) -> Report:
    """Check a certificate with the key that the reader trusts.

    Raises:
        CannotRead: it is no certificate.
    """
    report = Report("certificate", str(path))
    envelope = _object(_read(path), "the certificate")
    kind, payload = envelope.get("payloadType"), envelope.get("payload")
    if not isinstance(kind, str) or not isinstance(payload, str):
        raise CannotRead("This is not a DSSE envelope (payloadType, payload, signatures).")
    raw = decode_base64(payload, "the payload")
    report.facts["type"] = kind
    try:
        _signatures(envelope.get("signatures"), pre_authentication(kind, raw), key)
        report.ok("signature", f"{key.name}+{key.id.hex()} signed it, unaltered.")
        body = _object(raw, "the payload")
        report.facts.update({name: body[name] for name in SHOWN if isinstance(body.get(name), str)})
        _log(body, key, report)
    except DoesNotVerify as error:
        report.failed("verdict", str(error))
    report.skipped(
        "content", "Not checked: whether what it states was so. Its signer answers for that, by this signature."
    )
    return report


def pre_authentication(kind: str, payload: bytes) -> bytes:
    """Return the bytes that a DSSE signature covers."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > CERTIFICATE_AT_MOST:
            raise CannotRead(f"{path} is too long to be a certificate.")
        return path.read_bytes()
    except OSError as error:
        raise CannotRead(f"{path} can't be read: {error.strerror}.") from error


def _object(raw: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CannotRead(f"Not JSON: {what}.") from error
    if not isinstance(found, dict):
        raise CannotRead(f"Not a JSON object: {what}.")
    return found


def _signatures(signatures: Any, message: bytes, key: Key) -> None:
    """Accept one good signature of the trusted key; the envelope's `keyid` is a hint and nothing more."""
    if not isinstance(signatures, list) or not signatures:
        raise CannotRead("The certificate carries no signature.")
    for one in signatures:
        if not isinstance(one, dict) or not isinstance(one.get("sig"), str):
            raise CannotRead("The certificate carries a malformed signature.")
        if key.verify(decode_base64(one["sig"], "a signature"), message):
            return
    raise DoesNotVerify(f"It was altered, or {key.name}+{key.id.hex()} did not sign it.")


def _log(body: dict[str, Any], key: Key, report: Report) -> None:
    """Check that the entry stands in the customer's log, and that it speaks of this very act."""
    log = body.get("log")
    if log is None:
        report.skipped("log", "Not checked: its place in the log. The certificate carries no proof of it.")
        return
    try:
        leaf = decode_base64(log["leaf"], "the log entry")
        path = tuple(decode_base64(step, "the path") for step in log["path"])
        tree, index, checkpoint = str(log["tree"]), log["index"], str(log["checkpoint"])
    except (KeyError, TypeError, AttributeError) as error:
        raise CannotRead("The certificate's field `log` is malformed.") from error
    if type(index) is not int or any(len(step) != HASH_BYTES for step in path):
        raise CannotRead("The certificate's field `log` is malformed.")
    head = check_proof(Proof(index, path, checkpoint), leaf, key)
    if head.origin != f"{key.name}/{tree}":
        raise DoesNotVerify(f"Its proof leads to the log {head.origin}, not to that of {tree}.")
    entry = _object(leaf, "the log entry")
    if entry.get("customer") != tree or entry.get("id") != log.get("event_id"):
        raise DoesNotVerify("The log entry that it carries is another one than it names.")
    if body.get("erasure_id") != entry.get("entity"):
        raise DoesNotVerify("The log entry that it carries speaks of another erasure.")
    report.ok("log", f"The entry {entry.get('operation')!r} stands in {head.origin}, signed at {head.size} entries.")
