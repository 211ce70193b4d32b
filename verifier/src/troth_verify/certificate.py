"""A certificate: a DSSE envelope around JSON, signed with the log's key, and the log entries that it rests on.

DSSE signs `DSSEv1 <length of type> <type> <length of payload> <payload>`, so that no other signed thing can be taken
for a certificate. The payload's field `log` lists entries with their proofs: the exact `entry`, its `proof` of
inclusion in the customer's tree, and the proof `overall` of that tree's head (C2SP tlog-proof both).
"""

import json
from pathlib import Path
from typing import Any

from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.note import Key, check_proof, decode_base64, parse_proof
from troth_verify.report import Report

CERTIFICATE_AT_MOST = 16 << 20
SHOWN = ("kind", "certificate_id", "erasure_id", "customer_id", "subject_id", "issued_at", "made_at")


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
        _log(body.get("log"), key, report)
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


def _log(entries: Any, key: Key, report: Report) -> None:
    """Check that the entries that it names stand in the log."""
    if not entries:
        report.skipped("log", "Not checked: its place in the log. The certificate carries no proof of it.")
        return
    if not isinstance(entries, list):
        raise CannotRead("The certificate's field `log` is not a list.")
    for one in entries:
        try:
            entry, proof, overall = one["entry"], one["proof"], one.get("overall")
            leaf = entry.encode()
            head = check_proof(parse_proof(proof), leaf, key)
            if overall is not None:
                check_proof(parse_proof(overall), head.text.encode(), key)
            operation = _object(leaf, "a log entry").get("operation")
        except (KeyError, TypeError, AttributeError) as error:
            raise CannotRead("The certificate's log proofs are malformed.") from error
        if not head.origin.startswith(f"{key.name}/"):
            raise DoesNotVerify(f"A proof leads to a log of another installation: {head.origin}.")
        report.ok("log", f"The entry {operation!r} stands in the log {head.origin}, signed at {head.size} entries.")
