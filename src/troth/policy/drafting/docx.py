"""The text of a Word document: its paragraphs, in order, headings and list items marked as Markdown marks them.

Reads `word/document.xml` alone (ECMA-376 part 1, §17.3). Guarantees: no document type is accepted, so that no entity
expands; no more than `MAX_XML` bytes are ever unfolded, whatever the archive says of its sizes.
"""

import re
import zipfile
from io import BytesIO
from xml.parsers import expat

from troth.policy.drafting.document import MAX_TEXT
from troth.policy.drafting.errors import PolicyTooLarge, ProtectedPolicy, UnreadablePolicy

MAX_XML = 60_000_000
"""Bytes of XML: Word writes some thirty of them around each character of text."""
MAX_ENTRIES = 5_000
MAX_DEPTH = 400

_BODY = "word/document.xml"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_HEADING = re.compile(r"(?i)^(?:heading|titre|title|berschrift|subtitle|sous-titre)")
_LIST = re.compile(r"(?i)^(?:list|liste|puces)")
_ENCRYPTED = 0x1


def text(data: bytes) -> str:
    """The document's text."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise PolicyTooLarge(what="the number of parts in the archive", limit=f"{MAX_ENTRIES:,}")
            body = next((entry for entry in entries if entry.filename == _BODY), None)
            if body is None:
                raise UnreadablePolicy(why="it is an archive, and no Word document is in it")
            if body.flag_bits & _ENCRYPTED:
                raise ProtectedPolicy(kind="Word document")
            return _parse(archive, body)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
        raise UnreadablePolicy(why="the Word document is damaged") from None
    except zipfile.zlib.error:  # type: ignore[attr-defined]  # zipfile re-raises zlib's own error
        raise UnreadablePolicy(why="the Word document is damaged") from None


def _parse(archive: zipfile.ZipFile, body: zipfile.ZipInfo) -> str:
    words = _Words()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = words.start
    parser.EndElementHandler = words.end
    parser.CharacterDataHandler = words.data
    read = 0
    try:
        with archive.open(body) as stream:
            while chunk := stream.read(65_536):
                read += len(chunk)
                if read > MAX_XML:
                    raise PolicyTooLarge(what="the document inside the archive", limit=f"{MAX_XML // 1_000_000} MB")
                parser.Parse(chunk)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise UnreadablePolicy(why="the Word document is damaged") from None
    return words.text()


def _refuse_doctype(*_: object) -> None:
    raise UnreadablePolicy(why="the Word document declares a document type, which Word never writes")


class _Words:
    """Gathers paragraphs while the parser walks."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.paragraphs: list[list[str]] = []  # a text box is a paragraph inside a paragraph
        self.styles: list[str] = []
        self.path: list[str] = []
        self.skipped = 0
        self.size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        if len(self.path) > MAX_DEPTH:
            raise UnreadablePolicy(why="the Word document nests deeper than Word ever does")
        space, _, tag = name.rpartition(" ")
        if name == _FALLBACK or tag in {"del", "moveFrom"}:
            self.skipped += 1
        if space not in {_WORD, _STRICT} or self.skipped:
            return
        if tag == "p":
            self.paragraphs.append([])
            self.styles.append("")
        elif not self.paragraphs:
            return
        elif tag == "pStyle":
            style = next((value for key, value in attributes.items() if key.endswith(" val")), "")
            self.styles[-1] = "# " if _HEADING.match(style) else "- " if _LIST.match(style) else self.styles[-1]
        elif tag == "numPr":
            self.styles[-1] = self.styles[-1] or "- "
        elif tag in _SIGNS and "rPr" not in (part.rpartition(" ")[2] for part in self.path):
            self.data(_SIGNS[tag], sign=True)

    def end(self, name: str) -> None:
        space, _, tag = self.path.pop().rpartition(" ")
        if name == _FALLBACK or tag in {"del", "moveFrom"}:
            self.skipped -= 1
        elif tag == "p" and space in {_WORD, _STRICT} and not self.skipped and self.paragraphs:
            content, style = "".join(self.paragraphs.pop()).strip(), self.styles.pop()
            if not content:
                self.lines.append("")
                return
            if style == "- ":
                self.lines.append(style + content.replace("\n", " "))
            else:  # a blank line before: a paragraph of Word is a paragraph of text
                self.lines += ["", style + content]

    def data(self, content: str, *, sign: bool = False) -> None:
        if self.skipped or not self.paragraphs:
            return
        if sign or self.path[-1].rpartition(" ")[2] == "t":
            self.size += len(content)
            if self.size > MAX_TEXT:
                raise PolicyTooLarge(what="the text", limit=f"{MAX_TEXT:,} characters")
            self.paragraphs[-1].append(content)

    def text(self) -> str:
        return "\n".join(self.lines).strip("\n") + "\n"
