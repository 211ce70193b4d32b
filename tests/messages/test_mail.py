"""Mail: to accounts by their role, in their language, with the address opened at the last moment and kept nowhere."""

import json
from datetime import timedelta

import pytest
from django.db import connections
from django.test import override_settings

from tests.fixtures.world import World, logged_leaves
from tests.messages.conftest import CHANGE, Outbox, mail_server
from troth.access import actions as accounts
from troth.access import gate, webhooks
from troth.access.roles import Action
from troth.messages import kinds, letters, queries
from troth.messages.kinds import Audience

TO = Audience(roles=("owner",))


def test_it_goes_to_the_roles_and_to_nobody_else(world: World, outbox: Outbox) -> None:
    owner = world.person(outbox.customer_id, "owner")
    world.person(outbox.customer_id, "viewer")
    world.person(world.customer(), "owner")
    with mail_server() as post:
        (delivery,) = outbox.work(outbox.queue(to=TO))
    ((address, text),) = post
    assert (address, delivery.state) == (owner.mail, "delivered")
    assert "Subject: Promise A-4b: broken" in text
    assert "https://troth.example/trust/clauses/A-4b" in text
    assert "Auto-Submitted: auto-generated" in text


def test_it_speaks_the_accounts_language(world: World, outbox: Outbox) -> None:
    permit = gate.permit(world.cli, outbox.customer_id, Action.ACCOUNTS_MANAGE)
    invited = accounts.invite(permit, role="owner", mail="proprietaire@example.org", locale="fr")
    from troth.kernel.actor import nobody

    accounts.enrol(invited.token, "une phrase assez longue 42", by=nobody("test"))
    with mail_server() as post:
        outbox.work(outbox.queue(to=TO))
    from email import message_from_string, policy

    letter = message_from_string(post[0][1], policy=policy.default)
    assert letter["subject"] == "Promesse A-4b : rompue"
    assert "Deux effacements sont en retard." in letter.get_content()


def test_an_address_stands_nowhere_in_the_outbox(world: World, outbox: Outbox) -> None:
    owner = world.person(outbox.customer_id, "owner")
    with mail_server():
        outbox.work(outbox.queue(to=TO))
    with connections["owner"].cursor() as cursor:
        cursor.execute("select args::text from procrastinate_jobs")
        jobs = str(cursor.fetchall())
    with connections["default"].cursor() as cursor:
        from troth.kernel.wall import within

        with within(outbox.customer_id):
            cursor.execute("select row_to_json(m)::text from messages_message m")
            rows = str(cursor.fetchall())
            cursor.execute("select row_to_json(d)::text from messages_delivery d")
            rows += str(cursor.fetchall())
    told = json.dumps(logged_leaves(outbox.customer_id), default=str)
    for place in (jobs, rows, told):
        assert owner.mail not in place


def test_without_a_mail_server_it_waits_and_says_so(world: World, outbox: Outbox) -> None:
    world.person(outbox.customer_id, "owner")
    message_id = outbox.queue(to=TO)
    (delivery,) = outbox.work(message_id)
    assert (delivery.state, delivery.reason, delivery.attempts) == ("waiting", "no_mail_server", 0)
    assert queries.undeliverable(outbox.customer_id) == {"no_mail_server": 1}
    permit = gate.permit(world.cli, outbox.customer_id, Action.WEBHOOKS_MANAGE)
    assert [shown.reason for shown in webhooks.deliveries(permit)] == ["no_mail_server"]
    outbox.clock.forward(timedelta(hours=1))
    with mail_server() as post:
        assert outbox.work(message_id)[0].state == "delivered"
    assert len(post) == 1


def test_what_waits_for_a_mail_server_too_long_expires_with_its_reason(world: World, outbox: Outbox) -> None:
    world.person(outbox.customer_id, "owner")
    message_id = outbox.queue(to=TO)
    outbox.work(message_id)
    outbox.clock.forward(timedelta(days=15))
    (delivery,) = outbox.work(message_id)
    assert (delivery.state, delivery.reason) == ("expired", "no_mail_server")


def test_an_account_that_has_ended_gets_nothing(world: World, outbox: Outbox) -> None:
    world.person(outbox.customer_id, "owner")
    other = world.person(outbox.customer_id, "owner")
    message_id = outbox.queue(to=TO)
    outbox.work(message_id)
    permit = gate.permit(world.cli, outbox.customer_id, Action.ACCOUNTS_MANAGE)
    accounts.deactivate(permit, other.account_id)
    outbox.clock.forward(timedelta(hours=1))
    with mail_server() as post:
        states = {delivery.receiver_id: delivery.state for delivery in outbox.work(message_id)}
    assert states[other.account_id] == "withdrawn"
    assert len(post) == 1


def test_a_refused_receiver_is_tried_again_and_its_address_is_not_the_reason(world: World, outbox: Outbox) -> None:
    world.person(outbox.customer_id, "owner")
    with mail_server(refuse=True):
        (delivery,) = outbox.work(outbox.queue(to=TO))
    assert (delivery.state, delivery.reason) == ("waiting", "receiver_refused")


@pytest.mark.parametrize("evil", ["x\r\nBcc: everyone@example.org", "x\nX: y", "x\u2028y", "x\x0by", "x\x85y"])
def test_no_value_adds_a_header(world: World, outbox: Outbox, evil: str) -> None:
    world.person(outbox.customer_id, "owner")
    with mail_server() as post:
        (delivery,) = outbox.work(outbox.queue(payload={**CHANGE, "clause": evil}, to=TO))
    assert (delivery.state, delivery.reason) == ("waiting", "header_refused")
    assert post == []


def test_every_mailed_kind_has_both_languages_and_reads_only_its_own_fields() -> None:
    for kind in kinds.KINDS:
        if kind.audience.roles or kind.name == "promise_changed":
            assert kind.name in letters.kinds()
    for name in letters.kinds():
        kind = kinds.by_name(name)
        english, french = (letters.fields(name, language) for language in letters.LANGUAGES)
        assert english == french
        assert english <= kind.needs, name


def test_people_are_told_of_what_they_must_act_on(world: World, outbox: Outbox) -> None:
    """A promise that is broken, about to be, or whole again; the rest goes to webhooks alone."""
    world.person(outbox.customer_id, "owner")
    for before, after, mailed in (
        ("kept", "broken", True),
        ("kept", "at_risk", True),
        ("broken", "kept", True),
        ("unverified", "kept", False),
        ("kept", "stale", False),
    ):
        found = outbox.work(outbox.queue(payload={**CHANGE, "from": before, "to": after}))
        assert bool(found) == mailed, (before, after)


def test_a_server_that_offers_no_tls_gets_nothing(world: World, outbox: Outbox) -> None:
    world.person(outbox.customer_id, "owner")
    with mail_server() as post, override_settings(EMAIL_USE_TLS=True):
        (delivery,) = outbox.work(outbox.queue(to=TO))
    assert (delivery.state, delivery.reason) == ("waiting", "mail_server_failed")
    assert post == []
