"""What a certificate of erasure must say to be one, checked against itself and against its log entry.

Format: docs/formats/certificate.md, version 1. Checked: that the times follow one another, that the verdict of the
production clock follows from its figures, that the survivor scan looked somewhere and found nothing, that keys were
destroyed, and that the sealed log entry says the same of the same target.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.report import Report

TYPE = "application/vnd.troth.erasure-certificate+json"
VERSION = 1
ACT = "logical erasure"
OPERATION = "erasure.proven"


def check(body: dict[str, Any], report: Report) -> None:
    """Check the payload of a certificate of erasure.

    Raises:
        CannotRead: it is of another version, or a field is missing.
        DoesNotVerify: what it says can't be so.
    """
    if body.get("v") != VERSION:
        raise CannotRead(f"This is a certificate of version {body.get('v')!r}; this program knows version {VERSION}.")
    try:
        _target(body, report)
        _production(body, report)
        _keys(body, report)
        _scan(body, report)
        _entry(body, report)
        _remains(body, report)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotRead(f"A field of the certificate is missing or malformed ({type(error).__name__}).") from error


def _target(body: dict[str, Any], report: Report) -> None:
    target = body["target"]
    if target["kind"] not in {"subject", "customer"} or (target["kind"] == "subject") != bool(target["subject_id"]):
        raise DoesNotVerify("It does not say who or what was erased.")
    if body["act"] != ACT:
        raise DoesNotVerify(f"It certifies {body['act']!r}, which is not what such a certificate can attest.")
    report.facts["erased"] = f"{target['kind']} {target['subject_id'] or target['customer_id']}"
    report.facts["act"] = f"{body['act']} ({body['standard']})"


def _production(body: dict[str, Any], report: Report) -> None:
    production, keys = body["production"], body["keys"]
    confirmed, done = _time(body["asked"]["confirmed_at"]), _time(production["done_at"])
    limit, took = timedelta(seconds=production["limit_seconds"]), timedelta(seconds=production["took_seconds"])
    # Times are written in whole seconds: two that were cut may differ by one from their difference.
    slack = timedelta(seconds=1)
    if production["state"] == "unknown":
        report.skipped("production", "Not proven: the installation's clock went backwards while it worked.")
        return
    if abs(_time(production["ends_at"]) - confirmed - limit) > slack or abs(done - confirmed - took) > slack:
        raise DoesNotVerify("Its times and durations contradict each other.")
    steps = [keys["destroyed_at"], keys["workers_acknowledged_at"], production["done_at"], body["issued_at"]]
    if any(later < earlier for earlier, later in zip(map(_time, steps), map(_time, steps[1:]), strict=False)):
        raise DoesNotVerify("It was issued before what it certifies had happened.")
    if (production["state"] == "kept") != (took <= limit):
        raise DoesNotVerify(f"It says {production['state']!r}, and its figures say otherwise.")
    said = f"Production: done after {took} of {limit}."
    if production["state"] == "kept":
        report.ok("production", said)
    else:
        report.ok("production", f"{said} The promise was MISSED, and the certificate says so.")


def _keys(body: dict[str, Any], report: Report) -> None:
    keys, target = body["keys"], body["target"]
    destroyed = keys["destroyed"]
    whole = destroyed == ["customer"]
    if not destroyed or whole != (target["kind"] == "customer") or not isinstance(keys["epoch"], int):
        raise DoesNotVerify("It does not say which keys were destroyed.")
    if not keys["places"]:
        raise DoesNotVerify("It does not say where keys were destroyed.")
    report.ok("keys", f"Keys destroyed in epoch {keys['epoch']}, in {len(keys['places'])} key places.")


def _scan(body: dict[str, Any], report: Report) -> None:
    checked = body["checked"]
    if not checked:
        raise DoesNotVerify("Its survivor scan looked nowhere.")
    found = [one["store"] for one in checked if one["found"] != 0]
    if found:
        raise DoesNotVerify(f"Its survivor scan found something: {', '.join(map(str, found))}.")
    late = [one["store"] for one in checked if _time(one["at"]) > _time(body["production"]["done_at"])]
    if late and body["production"]["state"] != "unknown":
        raise DoesNotVerify("A look of its scan is later than the end of the scan.")
    report.ok("scan", f"{len(checked)} tables and stores were looked at, and nothing was found.")


def _entry(body: dict[str, Any], report: Report) -> None:
    """Its proofs were checked already (`certificate`): here the entry is read and compared."""
    target, production = body["target"], body["production"]
    for entry in _entries(body):
        detail = entry.get("detail", {})
        same = {
            "entity": (entry.get("entity"), body["erasure_id"]),
            "customer": (entry.get("customer"), target["customer_id"]),
            "target": (detail.get("target"), target["kind"]),
            "target_id": (detail.get("target_id"), target["subject_id"] or target["customer_id"]),
            "epoch": (detail.get("epoch"), body["keys"]["epoch"]),
            "gone_at": (detail.get("gone_at"), production["done_at"]),
            "looked_at": (detail.get("looked_at"), len(body["checked"])),
        }
        different = [name for name, (said, certified) in same.items() if said != certified]
        if different:
            raise DoesNotVerify(f"Its log entry says otherwise: {', '.join(different)}.")
        report.ok("entry", "The sealed log entry says the same of the same target.")
        return
    raise DoesNotVerify("It carries no log entry that says that anything is gone.")


def _entries(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in body["log"]:
        entry = json.loads(one["entry"])
        if isinstance(entry, dict) and entry.get("operation") == OPERATION:
            yield entry


def _remains(body: dict[str, Any], report: Report) -> None:
    backups = body["backups"]
    report.facts["backups"] = str(backups["statement"])
    if backups["copies"]:
        report.facts["last known backup expires"] = str(backups["last_expires_at"])
        if not all(copy["keys_destroyed"] for copy in backups["copies"]):
            raise DoesNotVerify("A backup is listed whose keys are not destroyed.")
    report.facts["remains"] = ", ".join(str(one["what"]) for one in body["remains"])


def _time(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.utcoffset() != timedelta(0):
        raise ValueError("not UTC")
    return instant.astimezone(UTC)
