"""Reads a policy from a file: text, Markdown, PDF or Word; what it is, its bytes say, not its name.

Guarantees: bounded memory and time on hostile files; the text's line ends are `\\n`; nothing is written anywhere.
"""

import codecs
import hashlib
import re
from pathlib import Path

from troth.policy.drafting import docx, pdf
from troth.policy.drafting.document import MAX_FILE, MAX_TEXT, Document, Kind
from troth.policy.drafting.errors import NoText, PolicyTooLarge, ProtectedPolicy, UnreadablePolicy

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLANKS = re.compile(r"[ \t\u00a0]{200,}")
"""So much white space in a line is no layout."""
_ODD_SHARE = 0.002
"""At most so many control characters or undefined signs in a text; binary files have far more."""
_SIGNS_OF_TEXT = set(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0C, 0x0D}


def read(path: Path) -> Document:
    """The document in a file."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UnreadablePolicy(why=f"the file can't be opened ({error.strerror})") from None
    return parse(data, markdown=path.suffix.lower() in {".md", ".markdown"})


def parse(data: bytes, *, markdown: bool = False) -> Document:
    """The document in these bytes."""
    if len(data) > MAX_FILE:
        raise PolicyTooLarge(what="the file", limit=f"{MAX_FILE // 1_000_000} MB")
    digest = hashlib.sha256(data).hexdigest()
    if data[:1024].lstrip().startswith(b"%PDF-"):
        pages = [_lines(page) for page in pdf.pages(data)]
        starts, position = [], 0
        for page in pages:
            starts.append(position)
            position += len(page) + 1
        return _checked(Document("\n".join(pages), "pdf", digest, tuple(starts)))
    if data.startswith(b"PK\x03\x04"):
        return _checked(Document(_lines(docx.text(data)), "docx", digest))
    _refuse_other_kinds(data)
    text, encoding = _decode(data)
    return _checked(Document(_lines(text), "md" if markdown else "txt", digest, encoding=encoding))


def _refuse_other_kinds(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # A .docx with a password is an OLE container too; its stream has this name, in UTF-16.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ProtectedPolicy(kind="Word document")
        raise UnreadablePolicy(why="it is an old Word file (.doc); save it as .docx")
    if data.startswith((b"{\\rtf", b"<!DOCTYPE", b"<html", b"<?xml")):
        raise UnreadablePolicy(why="it is RTF, HTML or XML; save it as .docx or as plain text")


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                raise UnreadablePolicy(why=f"it begins as {encoding} and does not go on so") from None
    try:
        text = data.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        encoding = "windows-1252"
    odd = sum(1 for sign in text if sign == "\ufffd" or (sign < " " and ord(sign) not in _SIGNS_OF_TEXT))
    if odd > max(1, len(text)) * _ODD_SHARE:
        raise UnreadablePolicy(why="its bytes are no text in UTF-8, UTF-16 or Windows-1252")
    return text, encoding


def _lines(text: str) -> str:
    """One kind of line end, and no sign that a YAML file could not hold."""
    text = _BLANKS.sub(" ", text)
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\u2028", "\n")
    return "".join(sign if sign >= " " or sign in "\n\t" else " " for sign in plain.replace("\u2029", "\n"))


def _checked(document: Document) -> Document:
    if len(document.text) > MAX_TEXT:
        raise PolicyTooLarge(what="the text", limit=f"{MAX_TEXT:,} characters")
    if not any(sign.isalpha() for sign in document.text):
        raise NoText(kind={"pdf": "PDF", "docx": "Word document"}.get(document.kind, "file"))
    return document


def kinds() -> tuple[Kind, ...]:
    """What can be read."""
    return ("txt", "md", "pdf", "docx")
