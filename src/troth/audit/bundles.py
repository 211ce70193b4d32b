"""A customer's log as a bundle that anybody can check offline with `troth-verify` (docs/formats/log-bundle.md).

Guarantees: a bundle holds every entry from `since` to the checkpoint that it carries, in their exact bytes, whatever is
sealed meanwhile; memory does not grow with the log; what is half-written never has the name asked for.
"""

import json
import os
import shutil
import tarfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from troth import keys
from troth.audit import merkle, note, openings, proofs
from troth.audit.entry import Openings
from troth.audit.errors import NotSealedYet, NotThatSize
from troth.audit.tiles import nodes
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.wall import within
from troth.keys import signing
from troth.keys.errors import CannotOpen, CustomerKeysGone

FORMAT = "troth-log-bundle"
VERSION = 1
# A file of entries stays below the 8 GiB of a plain tar even if every leaf had its largest size.
ENTRIES_A_FILE = 65_536
ROWS_A_READ = 4_096
# An opening may carry the ids of a whole batch.
OPENINGS_A_READ = 128

README = """This is the log of one customer of a Troth installation.

entries-*.jsonl     the entries, one a line, in the order of the log; the exact bytes that were hashed
checkpoint.txt      the signed head of this log: its name, its number of entries, its Merkle root
overall.tlog-proof  the place of that head in the tree over all customers, with its signed head
key.txt             the public key; compare it with the one that you got elsewhere
before.txt          only if earlier entries were left out: what the tree needs of them
openings-*.jsonl    only if asked for: who and what stands behind the commitments of the entries

To check it:   troth-verify bundle THIS-FOLDER-OR-TAR --key KEY [--against EARLIER-CHECKPOINT]
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the entries `since` ≤ index < `size`, and how many values were opened.

    `wrong` counts entries whose openings are there and do not open: somebody altered them, or their key.
    """

    since: int
    size: int
    opened: int
    wrong: int
    checkpoint: str


@dataclass(frozen=True, slots=True)
class _Span:
    """The entries `since` ≤ index < `size` of one customer."""

    customer_id: UUID
    since: int
    size: int
    using: str

    def parts(self) -> Iterator["_Span"]:
        """Yield the span of each file."""
        for first in range(self.since, self.size, ENTRIES_A_FILE):
            yield replace(self, since=first, size=min(first + ENTRIES_A_FILE, self.size))

    def read(self, sql: str, at_once: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield rows by ranges of the index, so that neither side holds more than one range."""
        for first in range(self.since, self.size, at_once):
            end = min(first + at_once, self.size)
            yield proofs.read(self.using, sql, {"customer": self.customer_id, "first": first, "end": end})


class Sink(Protocol):
    """Where a bundle's files go."""

    def text(self, name: str, content: str) -> None:
        """Write a small file."""

    def file(self, name: str) -> Any:
        """Return a context in which a file is written."""


class _Folder:
    """A bundle as a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def text(self, name: str, content: str) -> None:
        (self.path / name).write_text(content, encoding="utf-8", newline="")

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        with (self.path / name).open("wb") as stream:
            yield stream


class _Tar(_Folder):
    """A bundle as a plain tar: each file is written beside it, then taken in."""

    def __init__(self, path: Path, archive: tarfile.TarFile) -> None:
        super().__init__(path)
        self.archive = archive

    def text(self, name: str, content: str) -> None:
        super().text(name, content)
        self._take(name)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        with super().file(name) as stream:
            yield stream
        self._take(name)

    def _take(self, name: str) -> None:
        self.archive.add(self.path / name, arcname=name, recursive=False, filter=_plain)
        (self.path / name).unlink()


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Who wrote the tar, on which machine, is nobody's business."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member


def export(
    customer_id: UUID,
    path: Path,
    *,
    openings: bool = False,
    since: int = 0,
    beside: Mapping[str, str] = MappingProxyType({}),
    using: str = "default",
    clock: Clock = SYSTEM,
) -> Exported:
    """Write a customer's log to `path`: a tar where the name ends so, a new folder otherwise.

    `since` leaves out the entries before it, which an earlier bundle holds. `beside` are small files more, by name.
    `openings` adds what still opens under the customer's key: personal data, so the caller asks the gate for it and
    audits it.

    Raises:
        NotSealedYet: the log has no head.
        NotThatSize: it has fewer than `since` entries.
        FileExistsError: something of that name is there.
    """
    if path.exists():
        raise FileExistsError(path)
    with within(customer_id, using=using), _sink(path) as sink:
        head = proofs.customer_head(customer_id, using)
        if head is None:
            raise NotSealedYet(what="This customer's log")
        signed, overall_index = head
        if not 0 <= since <= signed.size:
            raise NotThatSize(size=signed.size, old=since, new=signed.size)
        span = _Span(customer_id, since, signed.size, using)
        _manifest(sink, span, opened=openings, made_at=clock.now().isoformat())
        for name, content in beside.items():
            sink.text(name, content)
        sink.text("checkpoint.txt", signed.note)
        sink.text("overall.tlog-proof", proofs.overall_of(signed, overall_index, using).text)
        _entries(sink, span)
        opened, wrong = _openings(sink, span, clock.now().date()) if openings else (0, 0)
    return Exported(since, signed.size, opened, wrong, signed.note)


@contextmanager
def _sink(path: Path) -> Iterator[Sink]:
    """Write beside the place asked for, and move there when all is written and on the disk.

    Whatever the umask, it is its maker's alone: with openings it names people.
    """
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as temporary:
        made = Path(temporary) / "bundle"
        if path.suffix == ".tar":
            work = Path(temporary) / "work"
            work.mkdir()
            made.touch(mode=0o600)
            with made.open("wb") as stream, tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
                yield _Tar(work, tar)
            with made.open("rb") as written:
                os.fsync(written.fileno())
        else:
            made.mkdir(mode=0o700)
            yield _Folder(made)
        shutil.move(made, path)


def _manifest(sink: Sink, span: _Span, *, opened: bool, made_at: str) -> None:
    """Write what the bundle claims, the key, and what the tree needs of the entries that were left out."""
    signer = signing.signer()
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "customer": str(span.customer_id),
        "from": span.since,
        "size": span.size,
        "openings": opened,
        "made_at": made_at,
    }
    sink.text("README.txt", README)
    sink.text("bundle.json", json.dumps(manifest, indent=2) + "\n")
    sink.text("key.txt", note.verifier_key(signer.name, signer.public) + "\n")
    if span.since:
        peaks = merkle.frontier(span.since, nodes(proofs.customer_tiles(span.customer_id, span.using))).peaks
        sink.text("before.txt", "".join(b64encode(peak).decode() + "\n" for peak in peaks))


def _entries(sink: Sink, span: _Span) -> None:
    """Write the entries, a file for every `ENTRIES_A_FILE`, each named by its first index."""
    sql = (
        "SELECT leaf FROM audit_entry WHERE customer_id = %(customer)b"
        " AND leaf_index >= %(first)b AND leaf_index < %(end)b ORDER BY leaf_index"
    )
    for part in span.parts():
        with sink.file(f"entries-{part.since:012d}.jsonl") as stream:
            for rows in part.read(sql, ROWS_A_READ):
                stream.write(b"".join(leaf + b"\n" for (leaf,) in rows))


def _openings(sink: Sink, span: _Span, today: date) -> tuple[int, int]:
    """Write what still opens under the customer's key; return how many values, and how many entries' would not."""
    try:
        key = keys.ring(span.customer_id, using=span.using).stable(openings.KEY_NAME)
    except CustomerKeysGone:
        key = None
    sql = (
        "SELECT e.leaf_index, e.event_id, o.who, o.ids, o.who_until, o.whence, o.whence_until"
        " FROM audit_entry AS e JOIN audit_opening AS o ON o.customer_id = e.customer_id AND o.event_id = e.event_id"
        " WHERE e.customer_id = %(customer)b AND e.leaf_index >= %(first)b AND e.leaf_index < %(end)b"
        " ORDER BY e.leaf_index"
    )
    count = wrong = 0
    for part in span.parts():
        with sink.file(f"openings-{part.since:012d}.jsonl") as stream:
            for index, event_id, *sealed in chain.from_iterable(part.read(sql, OPENINGS_A_READ)):
                opened = _opened(openings.Sealed(*sealed), span.customer_id, event_id, key, today)
                if opened:
                    stream.write(_line(index, event_id, opened))
                    count += len(opened)
                wrong += opened is None
    return count, wrong


def _opened(
    sealed: openings.Sealed, customer_id: UUID, event_id: UUID, key: bytes | None, today: date
) -> Openings | None:
    """Return an entry's openings; None where they are there and do not open, which the caller counts."""
    try:
        return openings.unseal(sealed, customer_id=customer_id, event_id=event_id, key=key, subject=None, today=today)
    except CannotOpen:
        return None


def _line(index: int, event_id: UUID, opened: Openings) -> bytes:
    """Return one line of an openings file."""
    values = {
        name: {"salt": b64encode(salt).decode(), "value": _value(name, raw)} for name, (salt, raw) in opened.items()
    }
    line = json.dumps({"index": index, "id": str(event_id), "openings": values}, ensure_ascii=False)
    return line.encode() + b"\n"


def _value(name: str, raw: bytes) -> str | list[str]:
    """Return an opened value as text; the ids of a batch as a list."""
    if name != "ids":
        return raw.decode()
    return [str(UUID(bytes=raw[at : at + 16])) for at in range(0, len(raw), 16)]
