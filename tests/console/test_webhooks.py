"""Webhooks through the pages: added, tried, read and removed, each where it belongs."""

import re
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from django.test import override_settings

from tests.console.conftest import House, Visitor
from tests.fixtures.world import logged
from troth.kernel.ids import OPERATOR

SECRET_PATH = "https://127.0.0.1:9/hook/very-secret-path"


@pytest.fixture(autouse=True)
def _at_home() -> Iterator[None]:
    with override_settings(TROTH_WEBHOOK_NETWORKS=(ip_network("127.0.0.0/8"),)):
        yield


def added(visitor: Visitor, at: str) -> str:
    """Add one; the address of its page."""
    answer = visitor.post(at, {"url": SECRET_PATH})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "whsec_" in page
    return re.findall(rf'href="({re.escape(at)}/[0-9a-f-]{{36}})"', page)[0]


@pytest.mark.parametrize("whose", ["operator", "customer"])
def test_it_is_added_tried_and_removed(whose: str, operator: Visitor, here: House) -> None:
    at = "/webhooks" if whose == "operator" else here.url("/webhooks")
    where = added(operator, at)
    listed = operator.get(at).content.decode()
    assert "127.0.0.1" in listed
    assert "very-secret-path" not in listed + operator.get(where).content.decode()
    assert "whsec_" not in listed + operator.get(where).content.decode(), "the secret is shown once"
    assert operator.post(f"{where}/test").status_code == 303
    assert operator.get(f"{at}/deliveries").status_code == 200
    assert operator.get(f"{where}?as=json").status_code == 200
    home = OPERATOR if whose == "operator" else here.customer_id
    assert {"webhook.add", "webhook.test"} <= set(logged(home))
    assert operator.post(f"{where}/remove", {"typed": "localhost"}).status_code == 422
    assert operator.post(f"{where}/remove", {"typed": "127.0.0.1"}).status_code == 303
    assert operator.get(where).status_code == 404
    assert operator.post(f"{where}/test").status_code == 404


def test_one_customers_webhook_is_none_of_anothers(operator: Visitor, here: House, there: House) -> None:
    where = added(operator, here.url("/webhooks"))
    ending = where.rpartition("/")[2]
    for other in ("/webhooks", there.url("/webhooks")):
        assert operator.get(f"{other}/{ending}").status_code == 404
        assert operator.post(f"{other}/{ending}/remove", {"typed": "127.0.0.1"}).status_code == 404
        assert operator.post(f"{other}/{ending}/test").status_code == 404
    operator.post(f"{where}/remove", {"typed": "127.0.0.1"})


@override_settings(TROTH_WEBHOOK_NETWORKS=())
def test_a_bad_address_is_refused_beside_its_field(operator: Visitor) -> None:
    for odd in (
        "http://example.com/",
        "https://127.0.0.1/",
        "https://user:pw@example.com/",
        "ftp://x",
        " ",
        "https://[",
    ):
        answer = operator.post("/webhooks", {"url": odd})
        assert answer.status_code == 422, odd
        assert 'id="id_url-error"' in answer.content.decode(), odd
