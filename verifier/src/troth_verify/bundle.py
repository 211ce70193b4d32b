"""A customer's log bundle: its entries, its signed checkpoint, and its place in the tree over all.

The format is described in docs/formats/log-bundle.md. Memory does not grow with the number of entries.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from troth_verify import openings
from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.files import Files
from troth_verify.merkle import HASH_BYTES, Accumulator
from troth_verify.note import Checkpoint, Key, check_proof, decode_base64, open_checkpoint, parse_key, parse_proof
from troth_verify.report import Report

FORMAT = "troth-log-bundle"
VERSION = 1
LEAF_AT_MOST = 65_535
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle's files and what its manifest claims."""

    files: Files
    customer: str
    start: int
    size: int
    openings: bool


def check(path: Path, key: Key | None, against: Sequence[str]) -> Report:
    """Check a bundle; `key` is what the reader trusts, `against` are earlier checkpoints of the same log.

    Raises:
        CannotRead: it is no bundle, or it can't answer for one of the earlier checkpoints.
    """
    report = Report("log bundle", str(path))
    bundle = _open(path)
    trusted = _key(bundle, key, report)
    try:
        head = _head(bundle, trusted, report)
        earlier = [_earlier(note, bundle, head, trusted, report) for note in against]
        _entries(bundle, head, [one for one in earlier if one is not None], report)
        openings.check(bundle.files, bundle.openings, report)
        if not against:
            report.skipped(
                "earlier", "Not checked: an earlier checkpoint. Give one with --against to see cuts and forks."
            )
    except DoesNotVerify as error:
        report.failed("verdict", str(error))
    return report


def entries(path: Path) -> Iterator[bytes]:
    """Yield the exact bytes of every entry, in the order of the log. What they are worth, `check` has said."""
    for lines in _leaves(_open(path)):
        yield from lines


def _open(path: Path) -> Bundle:
    files = Files(path)
    try:
        manifest: Any = json.loads(files.text("bundle.json"))
        if manifest["format"] != FORMAT or manifest["version"] != VERSION:
            raise CannotRead(f"This is no {FORMAT} of version {VERSION}, the one this verifier knows.")
        customer, start, size = manifest["customer"], manifest["from"], manifest["size"]
        good = type(start) is int and type(size) is int and 0 <= start <= size
        if not good or not isinstance(customer, str) or not UUID.fullmatch(customer):
            raise CannotRead("bundle.json does not say whose log it is, from where, or how far.")
        return Bundle(files, customer, start, size, bool(manifest.get("openings")))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotRead("bundle.json is not what a bundle's manifest must be.") from error


def _key(bundle: Bundle, key: Key | None, report: Report) -> Key:
    """Return the key to check with; the bundle's own only where the reader has none."""
    own = parse_key(bundle.files.text("key.txt"))
    if key is None:
        report.skipped(
            "key",
            f"Not checked: whose key signed. It came with the bundle: compare {own.name}+{own.id.hex()} elsewhere.",
        )
        return own
    if key != own:
        report.failed("key", f"The bundle names another key ({own.name}+{own.id.hex()}) than the one you trust.")
    return key


def _head(bundle: Bundle, key: Key, report: Report) -> Checkpoint:
    """Check the signatures over the customer's head and over the tree in which it hangs."""
    head = open_checkpoint(bundle.files.text("checkpoint.txt"), key)
    if head.origin != f"{key.name}/{bundle.customer}" or head.size != bundle.size:
        raise DoesNotVerify("The signed checkpoint is another log's, or of another size, than bundle.json says.")
    report.facts.update(log=head.origin, entries=head.size, since=bundle.start)
    report.ok("signature", f"{key.name}+{key.id.hex()} signed the log at {head.size} entries.")
    overall = check_proof(parse_proof(bundle.files.text("overall.tlog-proof")), head.text.encode(), key)
    if overall.origin != key.name:
        raise DoesNotVerify(f"The proof leads to a tree named {overall.origin}, which is not the tree over all.")
    report.ok("overall", f"That head stands in the tree over all customers, signed at {overall.size} heads.")
    return head


def _earlier(note: str, bundle: Bundle, head: Checkpoint, key: Key, report: Report) -> Checkpoint | None:
    """Return an earlier checkpoint to be met on the way, or None where its verdict is already known."""
    earlier = open_checkpoint(note, key)
    if earlier.origin != head.origin:
        raise CannotRead(f"The earlier checkpoint is of another log: {earlier.origin}.")
    if earlier.size > head.size:
        report.failed("earlier", f"Cut: the log had {earlier.size} entries before, and ends here at {head.size}.")
        return None
    if earlier.size < bundle.start:
        raise CannotRead(
            f"The bundle begins at entry {bundle.start}: it can't answer for the checkpoint at {earlier.size}. "
            f"Export one from {earlier.size} or before."
        )
    return earlier


def _entries(bundle: Bundle, head: Checkpoint, earlier: Sequence[Checkpoint], report: Report) -> None:
    """Hash every entry and compare with the head, and with each earlier checkpoint where its size is reached."""
    tree = _before(bundle)
    prefix = f'{{"v":1,"customer":"{bundle.customer}",'.encode()
    stops = sorted({one.size for one in earlier})
    roots: dict[int, bytes] = {}
    strangers = 0
    for lines in _leaves(bundle):
        strangers += sum(not line.startswith(prefix) for line in lines)
        hashes = [sha256(b"\x00" + line).digest() for line in lines]
        while stops and stops[0] <= tree.size + len(hashes):
            cut = stops.pop(0) - tree.size
            tree.extend(hashes[:cut])
            del hashes[:cut]
            roots[tree.size] = tree.root()
        tree.extend(hashes)
    roots |= {size: tree.root() for size in stops if size == tree.size}
    if tree.size != head.size:
        raise DoesNotVerify(f"Entries are missing or too many: {tree.size} are there, {head.size} were signed.")
    if tree.root() != head.root:
        raise DoesNotVerify(
            "An entry was altered, removed, inserted or moved: the entries do not give the signed root."
        )
    report.ok("entries", f"The entries {bundle.start} to {head.size} are those signed, all of them, in this order.")
    if strangers:
        report.failed("form", f"{strangers} entries do not begin as this customer's entries do.")
    for one in earlier:
        if roots.get(one.size) == one.root:
            report.ok("earlier", f"The log continues the checkpoint of {one.size} entries without a change.")
        else:
            report.failed("earlier", f"Forked: the first {one.size} entries are not those signed before.")


def _before(bundle: Bundle) -> Accumulator:
    """Take up the tree where the bundle begins. The peaks need no trust: they enter the root that was signed."""
    if bundle.start == 0:
        return Accumulator()
    lines = bundle.files.text("before.txt").splitlines()
    peaks = [decode_base64(line, "before.txt") for line in lines]
    if len(peaks) != bundle.start.bit_count() or any(len(peak) != HASH_BYTES for peak in peaks):
        raise CannotRead(f"before.txt does not hold the peaks of a tree of {bundle.start} entries.")
    return Accumulator(bundle.start, peaks)


def _leaves(bundle: Bundle) -> Iterator[list[bytes]]:
    """Yield the exact bytes of the entries, in the order of the files' names, which tell the first index."""
    index = bundle.start
    for name in bundle.files.names("entries-"):
        if name != f"entries-{index:012d}.jsonl":
            raise DoesNotVerify(f"A file of entries is missing or misplaced: {name} stands where {index} should begin.")
        for lines in bundle.files.lines(name, LEAF_AT_MOST):
            index += len(lines)
            yield lines
