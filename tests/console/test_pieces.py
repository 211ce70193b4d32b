"""The small parts: schemas as text, kept uploads, local paths, durations, vendored files."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from troth.console import assets, languages, saying, schema_text, uploads
from troth.console.schema_text import Unreadable
from troth.kernel.errors import NotFound
from troth.kernel.ids import new_id
from troth.vault.schema import Schema


def test_a_schema_in_lines_is_the_one_in_json() -> None:
    lines = """
        mail email identifier:email
        client reference identifier:reference:crm
        age integer
        note
        country country plain: campaigns are counted by country: all of them
    """
    fields = [
        {"name": "mail", "type": "email", "kind": "identifier", "identifier": "email"},
        {"name": "client", "type": "reference", "kind": "identifier", "identifier": "reference", "scheme": "crm"},
        {"name": "age", "type": "integer", "kind": "personal"},
        {"name": "note", "kind": "personal"},
        {"name": "country", "type": "country", "kind": "plain", "why": "campaigns are counted by country: all of them"},
    ]
    assert schema_text.parse(lines) == {"fields": fields}
    Schema.parse(schema_text.parse(lines))
    assert schema_text.parse('{"fields": []}') == {"fields": []}
    assert schema_text.parse('[{"name": "a"}]') == {"fields": [{"name": "a"}]}


@pytest.mark.parametrize("text", ["", "  \n ", "{not json", "mail email identifier email now", "a B c"])
def test_what_is_no_schema_says_so(text: str) -> None:
    with pytest.raises(Unreadable):
        schema_text.parse(text)


@pytest.mark.parametrize(
    "path", ["//evil", "https://evil", "/\\evil", "\\\\evil", "javascript:x", "evil", "/a\nb", "/\tevil", None, ""]
)
def test_only_a_path_of_this_site_is_followed(path: str | None) -> None:
    assert languages.local_path(path) == "/"


def test_a_path_of_this_site_stays_whole() -> None:
    assert languages.local_path("/c/1/log?entity=2&since=2026-01-01") == "/c/1/log?entity=2&since=2026-01-01"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("fr", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("pt,fr;q=0.1", "fr"),
        ("pt", "en"),
        ("", "en"),
        ("*", "en"),
        (";;;", "en"),
    ],
)
def test_the_language_follows_the_browser(asked: str, found: str) -> None:
    assert languages.wanted(RequestFactory().get("/", headers={"accept-language": asked})) == found


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0004, "0 ms"),
        (0.34, "340 ms"),
        (3.62, "3.6 s"),
        (59, "59 s"),
        (75, "1 min 15 s"),
        (2700, "45 min"),
        (70_800, "19 h 40 min"),
        (86_400, "24 h"),
        (90 * 86_400, "90 days"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert saying.lasting(seconds) == said


def test_times_are_said_from_either_side() -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert saying.relative(now - timedelta(minutes=41), now) == "41 minutes ago"
    assert saying.relative(now + timedelta(days=61), now) == "in 61 days"
    assert saying.relative(now - timedelta(seconds=3), now) == "just now"
    assert saying.utc(now) == "22 November 2026, 12:00:00 UTC"


def test_an_upload_is_kept_apart_and_goes(settings_spool: Path) -> None:
    customer, neighbour = new_id(), new_id()
    name = uploads.keep(customer, SimpleUploadedFile("people.CSV.gz", b"a,b\n"), uploads.ending("people.CSV.gz", ""))
    kept = uploads.path(customer, name)
    assert kept.read_bytes() == b"a,b\n"
    assert name.endswith(".csv.gz")
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with pytest.raises(NotFound):
        uploads.path(neighbour, name)
    with uploads.dropping(customer, name):
        pass
    with pytest.raises(NotFound):
        uploads.path(customer, name)


@pytest.mark.parametrize("name", ["../x", "upload-.csv", "/etc/passwd", "upload-" + "0" * 32 + ".csv/../../x", ""])
def test_only_a_kept_name_is_opened(settings_spool: Path, name: str) -> None:
    with pytest.raises(NotFound):
        uploads.path(new_id(), name)


def test_a_forgotten_upload_goes_with_the_next(settings_spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = new_id()
    old = uploads.keep(customer, SimpleUploadedFile("a.csv", b"x"), "csv")
    later = time.time() + uploads.KEPT_SECONDS + 60
    monkeypatch.setattr("troth.console.uploads.time.time", lambda: later)
    uploads.keep(customer, SimpleUploadedFile("b.csv", b"y"), "csv")
    with pytest.raises(NotFound):
        uploads.path(customer, old)


@pytest.mark.parametrize(
    ("name", "wanted", "told"),
    [
        ("a.csv", "", "csv"),
        ("a.TSV", "", "csv"),
        ("a.ndjson", "", "jsonl"),
        ("a.xls", "", ""),
        ("a.xls", "csv", "csv"),
        ("", "", ""),
    ],
)
def test_the_name_tells_the_format(name: str, wanted: str, told: str) -> None:
    assert uploads.ending(name, wanted) == told


@pytest.fixture
def settings_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from django.conf import settings

    monkeypatch.setattr(settings, "TROTH_SPOOL", tmp_path)
    return tmp_path


def test_vendored_files_are_served_by_name_alone() -> None:
    ask = RequestFactory()
    styles = assets.serve(ask.get("/x?abc", headers={"accept-encoding": "gzip"}), name="troth.css")
    assert styles["Content-Encoding"] == "gzip"
    assert "immutable" in styles["Cache-Control"]
    for name in ("../urls.py", "LICENSES.md", "nothing.css", "__init__.py"):
        from django.http import Http404

        with pytest.raises(Http404):
            assets.serve(ask.get("/x"), name=name)


def test_the_stylesheet_asks_for_nothing_elsewhere() -> None:
    folder = Path(assets.__file__).parent / "static" / "console"
    for name in ("troth.css", "console.js", "marks.svg", "chevron.svg", "icon.svg"):
        text = (folder / name).read_text()
        assert "//" not in text.replace("http://www.w3.org/2000/svg", "").replace("// ", ""), name
        assert "@import" not in text
        assert "data:" not in text
