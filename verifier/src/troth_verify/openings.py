"""Openings: salt and value behind the commitments of an entry. Each line of an openings file opens one entry."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.files import Files
from troth_verify.note import decode_base64
from troth_verify.report import Report

LEAF_AT_MOST = 65_535
LINE_AT_MOST = 8 << 20


def check(files: Files, promised: bool, report: Report) -> None:
    """Compare every opening with the commitment in its entry.

    Raises:
        DoesNotVerify: one does not open what it claims to.
        CannotRead: a line is no opening.
    """
    names = files.names("openings-")
    if not names:
        if promised:
            raise DoesNotVerify("bundle.json promises openings, and there are none.")
        report.skipped("openings", "Not checked: who and whom the entries are about; this bundle opens none.")
        return
    values = 0
    for name in names:
        entries = name.replace("openings-", "entries-", 1)
        if entries not in files.parts:
            raise DoesNotVerify(f"{name} opens entries that the bundle does not hold.")
        values += _one_file(files, name, entries)
    report.ok("openings", f"{values} values open the commitments of their entries.")


def _one_file(files: Files, name: str, entries: str) -> int:
    """Walk both files side by side; both are in the order of the index."""
    leaves = _leaves(files, entries)
    index, leaf = -1, b""
    values = 0
    for lines in files.lines(name, LINE_AT_MOST):
        for line in lines:
            opening = _json(line, name)
            wanted = opening.get("index")
            if type(wanted) is not int or wanted <= index:
                raise CannotRead(f"{name} is not in the order of its entries.")
            while index < wanted:
                index, leaf = next(leaves, (-1, b""))
                if index < 0:
                    raise DoesNotVerify(f"{name} opens entry {wanted}, which is not in {entries}.")
            values += _opens(opening, _json(leaf, entries), name)
    return values


def _leaves(files: Files, entries: str) -> Iterator[tuple[int, bytes]]:
    index = int(entries.removeprefix("entries-").removesuffix(".jsonl"))
    for lines in files.lines(entries, LEAF_AT_MOST):
        for line in lines:
            yield index, line
            index += 1


def _opens(opening: dict[str, Any], leaf: dict[str, Any], name: str) -> int:
    """Return how many values of the entry the line opens."""
    if opening.get("id") != leaf.get("id"):
        raise DoesNotVerify(f"{name} opens another event than the one at entry {opening['index']}.")
    commitments, values = leaf.get("commitments"), opening.get("openings")
    if not isinstance(commitments, dict) or not isinstance(values, dict):
        raise CannotRead(f"{name}: the line for entry {opening['index']} opens nothing.")
    for what, pair in values.items():
        try:
            salt, value = decode_base64(pair["salt"], "a salt"), _bytes(what, pair["value"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CannotRead(f"{name}: the opening of {what!r} in entry {opening['index']} is malformed.") from error
        if b64encode(sha256(salt + value).digest()).decode() != commitments.get(what):
            raise DoesNotVerify(f"The opening of {what!r} is not what entry {opening['index']} committed to.")
    return len(values)


def _bytes(what: str, value: Any) -> bytes:
    """Return the bytes that were committed to: a text's UTF-8, or the ids' 16 bytes each."""
    if what == "ids":
        return b"".join(UUID(one).bytes for one in value)
    raw: bytes = value.encode()
    return raw


def _json(line: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CannotRead(f"{name} has a line that is not JSON.") from error
    if not isinstance(found, dict):
        raise CannotRead(f"{name} has a line that is not a JSON object.")
    return found
