"""What stands around every request: its size, and who asks behind a proxy."""

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from troth.host.requests import believe_proxy, limit_body


def _asked(**meta: str) -> HttpRequest:
    request = HttpRequest()
    request.META.update(meta)
    return request


def _address(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.META["REMOTE_ADDR"])


@pytest.mark.parametrize(
    ("behind", "peer", "forwarded", "believed"),
    [
        (True, "127.0.0.1", "198.51.100.7", "198.51.100.7"),
        (True, "::1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (True, "127.0.0.1", "2001:db8::0:1", "2001:db8::1"),
        (True, "127.0.0.1", "", "127.0.0.1"),
        (True, "127.0.0.1", "198.51.100.7, <script>", "127.0.0.1"),
        (True, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (False, "127.0.0.1", "198.51.100.7", "127.0.0.1"),
    ],
)
def test_whom_we_believe(behind: bool, peer: str, forwarded: str, believed: str) -> None:
    with override_settings(TROTH_BEHIND_PROXY=behind):
        response = believe_proxy(_address)(_asked(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded))
    assert isinstance(response, HttpResponse)
    assert response.content.decode() == believed


@pytest.mark.parametrize(
    ("length", "status"), [("", 200), ("0", 200), ("1024", 200), ("1025", 413), ("-1", 413), ("many", 413)]
)
def test_what_is_too_large_is_refused_unread(length: str, status: int) -> None:
    with override_settings(TROTH_LARGEST_REQUEST=1024):
        response = limit_body(lambda request: HttpResponse())(_asked(CONTENT_LENGTH=length))
    assert response.status_code == status


def test_the_address_is_known_before_anything_asks_for_it() -> None:
    """The API's entrance answers by itself: what stands after it never runs for it."""
    order = settings.MIDDLEWARE
    assert order.index("troth.host.requests.believe_proxy") < order.index("troth.api.entrance.Entrance")
    assert order[0] == "troth.host.requests.access_log"
