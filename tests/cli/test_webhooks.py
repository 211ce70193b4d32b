"""Webhooks at the shell: the address comes from standard input, the secret is shown once."""

from uuid import UUID

from tests.cli.conftest import Troth
from tests.fixtures.world import World, logged
from tests.messages.conftest import Receiver, receiver
from troth.cli.exits import Exit
from troth.kernel.ids import new_id
from troth.messages.signing import PREFIX

__all__ = ["receiver"]


def test_a_webhook_from_its_adding_to_its_end(troth: Troth, world: World, receiver: Receiver) -> None:
    customer = str(world.customer())
    allowed = {"TROTH_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    made = troth("webhook", "add", "--customer", customer, "--json", stdin=receiver.url + "\n", **allowed).json
    assert made["secret"].startswith(PREFIX)
    listed = troth("webhook", "list", "--customer", customer, "--json")
    assert [row["host"] for row in listed.json] == ["127.0.0.1"]
    assert "in-the-path" not in listed.out
    assert made["secret"] not in listed.out
    troth("webhook", "test", made["id"], "--customer", customer)
    assert "Nothing was sent yet" in troth("webhook", "deliveries", "--customer", customer).out
    troth("webhook", "remove", made["id"], "--customer", customer)
    troth("webhook", "remove", made["id"], "--customer", customer, expect=Exit.NOT_FOUND)
    assert {"webhook.add", "webhook.test", "webhook.remove"} <= set(logged(UUID(customer)))


def test_an_inner_address_is_refused(troth: Troth, world: World, receiver: Receiver) -> None:
    customer = str(world.customer())
    for url in (receiver.url, "https://169.254.169.254/latest/meta-data/", "http://example.org/", "nonsense"):
        refused = troth("webhook", "add", "--customer", customer, stdin=url + "\n", expect=Exit.INVALID)
        assert "messages.address" in refused.err
        assert "in-the-path" not in refused.err
    assert troth("webhook", "list", "--customer", customer, "--json").json == []
    troth("webhook", "test", str(new_id()), "--customer", customer, expect=Exit.NOT_FOUND)
