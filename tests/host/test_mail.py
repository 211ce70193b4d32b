"""The mail server's address: what is taken, what is refused, and that its password is never said."""

import pytest

from troth.host.config import Config
from troth.host.errors import BadSetting
from troth.host.mail import mail_settings

FROM = "troth@operator.example"


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("smtps://me:a%40b@mail.example", "mail.example", 465, "at once"),
        ("smtp://me:a%40b@mail.example", "mail.example", 587, "asked for"),
        ("smtp://me:a%40b@mail.example:2525", "mail.example", 2525, "asked for"),
        ("smtp://me:a%40b@127.0.0.1:25", "127.0.0.1", 25, "none"),
        ("smtp://me:a%40b@localhost", "localhost", 587, "none"),
    ],
)
def test_mail_leaves_over_tls_or_stays_on_this_machine(url: str, host: str, port: int, tls: str) -> None:
    found = mail_settings(url, FROM)
    assert (found.host, found.port, found.tls, found.user, found.password) == (host, port, tls, "me", "a@b")
    assert "a@b" not in repr(found)


def test_without_an_address_there_is_no_server() -> None:
    assert mail_settings(None, None).host == ""


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://mail.example", "smtp://", "smtp://x:notaport", "smtps://mail.example/path", "smtp://[::1"],
)
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(BadSetting):
        mail_settings(url, FROM)


@pytest.mark.parametrize("sender", [None, "", "nobody", "a@b@c", "a b@c", "Name <a@b>", "a@b\nBcc: c@d"])
def test_a_server_needs_a_sender(sender: str | None) -> None:
    with pytest.raises(BadSetting):
        mail_settings("smtps://mail.example", sender)


def test_networks_are_read_and_their_mistakes_named() -> None:
    found = Config.from_environment({"TROTH_WEBHOOK_NETWORKS": "10.1.0.0/16, fd00::/8"})
    assert [str(network) for network in found.webhook_networks] == ["10.1.0.0/16", "fd00::/8"]
    for wrong in ("10.1.0.1/16", "everything", "10.0.0.0/33"):
        with pytest.raises(BadSetting):
            Config.from_environment({"TROTH_WEBHOOK_NETWORKS": wrong})


def test_the_password_is_not_shown() -> None:
    found = Config.from_environment({"TROTH_SMTP_URL": "smtps://me:hunter2@mail.example", "TROTH_MAIL_FROM": FROM})
    assert "hunter2" not in repr(found)
