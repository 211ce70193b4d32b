"""A policy is read from any of four formats, and a hostile file is refused with a sentence."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from troth.kernel.errors import TrothError
from troth.policy.drafting import docx, reading
from troth.policy.drafting.document import MAX_FILE
from troth.policy.drafting.errors import NoText, PolicyTooLarge, ProtectedPolicy, UnreadablePolicy

SAID = "Backups are destroyed within 90 days. Les données sont chiffrées."
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _docx(body: str, *, head: str = "", name: str = "word/document.xml") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, f'<?xml version="1.0"?>{head}<w:document {_W}><w:body>{body}</w:body></w:document>')
    return file.getvalue()


def _p(text: str, properties: str = "") -> str:
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def _pdf(text: str) -> bytes:
    return typst.compile(text.encode(), format="pdf")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (SAID.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + SAID.encode(), "utf-8"),
        (SAID.encode("utf-16"), "utf-16"),
        (SAID.encode("utf-32"), "utf-32"),
        (SAID.encode("cp1252"), "windows-1252"),
    ],
)
def test_text_is_read_in_the_encodings_people_have(data: bytes, encoding: str) -> None:
    read = reading.parse(data)
    assert read.text == SAID
    assert read.encoding == encoding
    assert read.page(3) is None


def test_line_ends_become_one_kind() -> None:
    assert reading.parse(b"One.\r\nTwo.\rThree.\n").text == "One.\nTwo.\nThree.\n"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (bytes(range(256)) * 40, UnreadablePolicy),
        (b"\xff\xfe\x00", UnreadablePolicy),
        (b"", NoText),
        (b" \n 12 ; --", NoText),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), UnreadablePolicy),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), ProtectedPolicy),
        (b"{\\rtf1 We delete.}", UnreadablePolicy),
        (b"PK\x03\x04 not an archive", UnreadablePolicy),
        (b"%PDF-1.7 not a document", UnreadablePolicy),
        (_docx(_p("We delete."), name="other.xml"), UnreadablePolicy),
        (_docx("<w:p>"), UnreadablePolicy),
        (_docx(_p("")), NoText),
    ],
)
def test_what_is_no_policy_is_refused_with_a_next_step(data: bytes, error: type[TrothError]) -> None:
    with pytest.raises(error) as raised:
        reading.parse(data)
    assert raised.value.explain()
    assert raised.value.advise()


def test_a_huge_file_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "policy.txt"
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with pytest.raises(PolicyTooLarge):
        reading.read(path)
    with pytest.raises(PolicyTooLarge):
        reading.parse(b"We delete data. " * 80_000)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePolicy, match="No such file"):
        reading.read(tmp_path / "none.txt")
    with pytest.raises(UnreadablePolicy):
        reading.read(tmp_path)


def test_word_paragraphs_headings_and_lists_become_text() -> None:
    body = (
        _p("Security", '<w:pStyle w:val="Heading1"/>')
        + _p("We log every access.")
        + _p("Data is encrypted.", '<w:numPr><w:ilvl w:val="0"/></w:numPr>')
        + "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:t>gone</w:t><w:delText>gone</w:delText></w:r></w:del></w:p>"
        + "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>"
    )
    read = reading.parse(_docx(body))
    assert read.kind == "docx"
    assert read.text == "# Security\n\nWe log every access.\n- Data is encrypted.\n\nkept\n\na\tb\n"


def test_a_text_box_does_not_mix_with_the_paragraph_around_it() -> None:
    inner = f"<w:r><w:t>before </w:t></w:r><w:r><w:pict>{_p('inside')}</w:pict></w:r><w:r><w:t>after</w:t></w:r>"
    text = docx.text(_docx(f"<w:p>{inner}</w:p>"))
    assert "inside" in text.split("\n")
    assert "before after" in text.split("\n")


def test_entities_never_expand() -> None:
    bomb = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(UnreadablePolicy, match="document type"):
        reading.parse(_docx(_p("&b;"), head=bomb))
    outside = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(UnreadablePolicy, match="document type"):
        reading.parse(_docx(_p("&x;"), head=outside))


_BOMB = f"{_p('We delete.')}<!--{' ' * 5_000_000}-->"


def test_a_zip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MAX_XML", 1_000_000)
    with pytest.raises(PolicyTooLarge):
        reading.parse(_docx(_BOMB))


def test_without_its_limit_the_bomb_unfolds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is what refuses: the same file passes where the limit is above it."""
    monkeypatch.setattr(docx, "MAX_XML", 50_000_000)
    assert docx.text(_docx(_BOMB)).strip() == "We delete."


def test_deep_nesting_and_many_parts_are_refused() -> None:
    with pytest.raises(UnreadablePolicy, match="deeper"):
        reading.parse(_docx("<w:p>" * 1_000 + "</w:p>" * 1_000))
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(docx.MAX_ENTRIES + 1):
            archive.writestr(str(number), b"")
    with pytest.raises(PolicyTooLarge):
        reading.parse(file.getvalue())


def test_an_encrypted_entry_is_said() -> None:
    data = bytearray(_docx(_p("We delete.")))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(ProtectedPolicy):
        reading.parse(bytes(data))


def test_a_pdf_has_pages_and_exact_positions() -> None:
    read = reading.parse(_pdf("We encrypt stored data.\n#pagebreak()\nWe delete backups within 90 days."))
    assert read.kind == "pdf"
    at = read.text.index("We delete")
    assert read.page(at) == 2
    assert read.page(read.text.index("We encrypt")) == 1


def test_a_protected_pdf_is_said() -> None:
    writer = PdfWriter()
    writer.append(PdfReader(BytesIO(_pdf("We encrypt."))))
    writer.encrypt("secret", algorithm="AES-256")
    file = BytesIO()
    writer.write(file)
    with pytest.raises(ProtectedPolicy):
        reading.parse(file.getvalue())


def test_a_damaged_or_empty_pdf_is_said() -> None:
    whole = _pdf("We encrypt.")
    with pytest.raises((UnreadablePolicy, NoText)):
        reading.parse(whole[: len(whole) // 3])
    with pytest.raises(NoText):
        reading.parse(_pdf("#rect()"))


@given(st.binary(max_size=400))
def test_no_bytes_bring_down_the_reader(data: bytes) -> None:
    if data.lstrip().startswith(b"%PDF-"):
        return
    try:
        read = reading.parse(data)
    except TrothError:
        return
    assert "\r" not in read.text
