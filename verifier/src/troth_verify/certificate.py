"""A certificate: a DSSE envelope around JSON, signed with the log's key, and the log entry that it rests on.

The payload's field `log` lists entries with their proofs: the exact `entry`, its `proof` of
inclusion in the customer's log, and the proof `overall` of that log's head in the log over all (C2SP tlog-proof both).
"""

from pathlib import Path
from typing import Any

from troth_verify import erasure
from troth_verify.envelope import an_object, read
from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.note import Key, check_proof, parse_proof
from troth_verify.report import Report

CERTIFICATE_AT_MOST = 16 << 20
SHOWN = ("act", "certificate_id", "erasure_id", "issued_at", "installation", "standard")


def check(path: Path, key: Key) -> Report:
    """Check a certificate with the key that the reader trusts.

    Raises:
        CannotRead: it is no certificate.
    """
    report = Report("certificate", str(path))
    envelope = read(path, CERTIFICATE_AT_MOST)
    report.facts["type"] = envelope.kind
    try:
        envelope.check(key)
        report.ok("signature", f"{key.name}+{key.id.hex()} signed it, unaltered.")
        body = an_object(envelope.raw, "the payload")
        report.facts.update({name: body[name] for name in SHOWN if isinstance(body.get(name), str)})
        _log(body, key, report)
        if envelope.kind == erasure.TYPE:
            erasure.check(body, report)
    except DoesNotVerify as error:
        report.failed("verdict", str(error))
    report.skipped(
        "content", "Not checked: whether what it states was so. Its signer answers for that, by this signature."
    )
    return report


def _log(body: dict[str, Any], key: Key, report: Report) -> None:
    """Check that the entries stand in the log that they name, and that they speak of this very act."""
    entries = body.get("log")
    if not entries:
        report.skipped("log", "Not checked: its place in the log. The certificate carries no proof of it.")
        return
    if not isinstance(entries, list):
        raise CannotRead("The certificate's field `log` is not a list.")
    for one in entries:
        try:
            leaf, proof, overall = one["entry"].encode(), one["proof"], one.get("overall")
            head = check_proof(parse_proof(proof), leaf, key)
            entry = an_object(leaf, "a log entry")
            over = None if overall is None else check_proof(parse_proof(overall), head.text.encode(), key)
        except (KeyError, TypeError, AttributeError) as error:
            raise CannotRead("The certificate's log proofs are malformed.") from error
        if head.origin != f"{key.name}/{entry.get('customer')}":
            raise DoesNotVerify(f"Its proof leads to the log {head.origin}, not to that of {entry.get('customer')}.")
        if over is not None and over.origin != key.name:
            raise DoesNotVerify(f"A proof leads to a log named {over.origin}, which is not the log over all.")
        if entry.get("id") != one.get("event_id"):
            raise DoesNotVerify("The log entry that it carries is another one than it names.")
        if body.get("erasure_id") != entry.get("entity"):
            raise DoesNotVerify("The log entry that it carries speaks of another erasure.")
        also = "" if over is None else ", and that log in the one over all"
        name = entry.get("operation")
        report.ok("log", f"The entry {name!r} stands in {head.origin}, signed at {head.size} entries{also}.")
