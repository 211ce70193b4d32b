"""A webhook reaches the public internet, and nothing else, whatever its name resolves to."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from tests.messages.conftest import LOCAL, Outbox, Receiver
from troth.messages import addresses, outbound
from troth.messages.errors import BadAddress


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://",
        "https:///path",
        "https://login:password@example.org/",
        "https://example.org@evil.example/",
        "https://example.org/#fragment",
        "https://example.org:0/",
        "https://example.org:65536/",
        "https://example.org:port/",
        "https://exa mple.org/",
        "https://example.org/\r\nHost: evil",
        "https://example.org\\@evil.example/",
        "https://exämple.org/",
        "https://[::1/",
        "https://example.org/" + "x" * 2_000,
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        addresses.parse(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.192",
        "168.63.129.16",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:db8::1",
    ],
)
def test_what_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        addresses.judge(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_what_is_public_is_let_through(address: str) -> None:
    addresses.judge(ip_address(address))


def test_the_operator_can_allow_a_network_and_no_more() -> None:
    addresses.judge(ip_address("10.1.2.3"), [ip_network("10.1.0.0/16")])
    addresses.judge(ip_address("::ffff:10.1.2.3"), [ip_network("10.1.0.0/16")])
    with pytest.raises(BadAddress):
        addresses.judge(ip_address("10.2.0.1"), [ip_network("10.1.0.0/16")])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "localhost", "169.254.169.254", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:7f00:1]"],
)
def test_every_spelling_of_an_inner_address_is_refused(host: str) -> None:
    for scheme in ("https", "http"):
        with pytest.raises(BadAddress):
            addresses.resolve(addresses.parse(f"{scheme}://{host}/"))


def test_one_bad_answer_of_the_name_server_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(BadAddress):
        addresses.resolve(addresses.parse("https://rebinding.example/"))


def test_plain_http_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    addresses.resolve(addresses.parse("http://127.0.0.1/"), LOCAL)
    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(BadAddress):
        addresses.resolve(addresses.parse("http://public.example/"), LOCAL)


def test_the_name_is_asked_once_and_the_call_goes_to_that_answer(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer would lead elsewhere, and is never asked for."""
    asked = []
    port = int(receiver.url.split(":")[2].split("/")[0])
    real = socket.getaddrinfo

    def answers(host: object, at: object, *args: object, **more: object) -> object:
        if host != "rebinding.example":
            return real(host, at, *args, **more)  # type: ignore[arg-type]  # passed on
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if len(asked) == 1 else "192.0.2.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    target = addresses.parse(f"http://rebinding.example:{port}/hook")
    assert outbound.post(target, b"{}", {}, allowed=LOCAL) == 204
    assert asked == ["rebinding.example"]
    assert receiver.calls[0].headers["host"] == f"rebinding.example:{port}"


def test_a_name_that_moved_inside_is_refused_at_the_call(outbox: Outbox, receiver: Receiver) -> None:
    """It was allowed when it was registered; what counts is where it leads now."""
    outbox.add(receiver.url)
    message_id = outbox.queue()
    outbox.around = type(outbox.around)(book=outbox.around.book, clock=outbox.clock)
    (delivery,) = outbox.work(message_id)
    assert (delivery.state, delivery.reason) == ("waiting", "address_refused")
    assert receiver.calls == []


def test_a_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert outbound.post(addresses.parse(receiver.url), b"{}", {}, allowed=LOCAL) == 204


def test_a_certificate_that_does_not_fit_is_refused(receiver: Receiver) -> None:
    """A server that speaks no TLS, as the simplest of those that can't prove who they are."""
    with pytest.raises(outbound.Unanswered):
        outbound.post(addresses.parse(receiver.url.replace("http", "https")), b"{}", {}, allowed=LOCAL)
    assert receiver.calls == []
