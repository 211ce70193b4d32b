"""What the environment may say, and what is refused with a sentence."""

import os
from pathlib import Path

import pytest

from troth.host.children import _without_password
from troth.host.config import Config
from troth.host.errors import BadSetting


def _read(**given: str) -> Config:
    return Config.from_environment({f"TROTH_{name}": value for name, value in given.items()})


def test_the_defaults_are_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = _read()
    assert found.home == tmp_path / "var"
    assert found.key_places == (tmp_path / "var/key-place-1", tmp_path / "var/key-place-2")
    assert (found.host, found.port, found.tls, found.embedded) == ("127.0.0.1", 8443, True, True)
    assert found.address == "https://localhost:8443"


def test_an_empty_value_is_an_unset_one() -> None:
    assert _read(PORT="", HOME="", DATABASE_URL="", TLS=" ") == _read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "4e3"),
        ("PORT", "٤٤٣"),
        ("WORKERS", "0"),
        ("THREADS", "many"),
        ("TLS", "yes"),
        ("TLS", "0"),
        ("DATABASE", "Troth"),
        ("DATABASE", "troth; drop table"),
        ("DATABASE", 'troth"'),
        ("DATABASE", "a" * 42),
        ("DATABASE_URL", "mysql://x@h/troth"),
        ("DATABASE_URL", "postgresql://x@h"),
        ("DATABASE_URL", 'postgresql://x@h/tr"oth'),
        ("KEY_PLACES", "/one"),
        ("KEY_PLACES", "/one:/one"),
        ("ALLOWED_HOSTS", "*"),
        ("LOG_DAYS", "0"),
        ("SECURITY_CONTACT", "security@example.org"),
        ("SECURITY_CONTACT", "http://example.org/report"),
        ("SECURITY_CONTACT", "mailto:a@example.org\nExpires: 2099-01-01T00:00:00Z"),
        ("OPERATOR_NAME", "x" * 201),
        ("OPERATOR_NAME", "two\nlines"),
    ],
)
def test_what_can_not_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        _read(**{name: value})
    assert f"TROTH_{name}" in refusal.value.explain()


def test_without_tls_only_this_machine_is_served() -> None:
    assert _read(TLS="off").tls is False
    with pytest.raises(BadSetting, match="TROTH_TLS"):
        _read(TLS="off", HOST="0.0.0.0")


def test_the_database_is_named_by_the_url() -> None:
    found = _read(DATABASE_URL="postgresql://admin:hidden@db.example.org:6000/clients?sslmode=verify-full")
    assert (found.database, found.embedded) == ("clients", False)
    assert "hidden" not in repr(found)


def test_key_places_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _read(KEY_PLACES=os.pathsep.join(["one", "/two"])).key_places == (tmp_path / "one", Path("/two"))


def test_a_name_to_listen_on_is_allowed_as_host() -> None:
    assert "troth.example.org" in _read(HOST="troth.example.org").allowed_hosts
    assert _read(HOST="troth.example.org", ALLOWED_HOSTS="a.example, b.example").allowed_hosts == (
        "a.example",
        "b.example",
    )


@pytest.mark.parametrize(
    ("url", "passed_on"),
    [
        ("postgresql://admin:hidden@h/troth", "postgresql://admin@h/troth"),
        ("postgresql://admin:hid@den@h/troth", "postgresql://admin@h/troth"),
        ("postgresql:///troth?host=/run", "postgresql:///troth?host=/run"),
    ],
)
def test_children_never_get_the_administrators_password(url: str, passed_on: str) -> None:
    assert _without_password({"TROTH_DATABASE_URL": url})["TROTH_DATABASE_URL"] == passed_on
