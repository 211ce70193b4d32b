"""An entry is written with what it tells of, gives nothing personal away, and opens while it may."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from troth import audit, keys
from troth.audit import openings
from troth.audit.errors import EntryTooLarge
from troth.audit.terms import LogTerms
from troth.kernel.actor import Actor, job
from troth.kernel.errors import Conflict
from troth.kernel.ids import OPERATOR, new_id
from troth.kernel.wall import within
from troth.keys.errors import CustomerKeysGone

Fetch = Callable[..., list[tuple[Any, ...]]]


def _today() -> date:
    return datetime.now(UTC).date()


def _leaf(fetch: Fetch, event_id: UUID) -> dict[str, Any]:
    ((leaf,),) = fetch("select leaf from audit_inbox where event_id = %s", event_id)
    return dict(json.loads(bytes(leaf)))


def _sealed(fetch: Fetch, event_id: UUID) -> openings.Sealed:
    (row,) = fetch(
        "select who, ids, who_until, whence, whence_until, subject, subject_until"
        " from audit_opening where event_id = %s",
        event_id,
    )
    return openings.Sealed(*[bytes(part) if isinstance(part, memoryview) else part for part in row])


def test_a_leaf_says_what_happened_and_names_nobody(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    subject, record = audit.SubjectRef(new_id(), b"k" * 32), new_id()
    with within(customer):
        event = audit.record(
            "record.read",
            by=actor,
            customer_id=customer,
            entity=record,
            purpose="contract",
            reason="the caller asked for her balance",
            subject=subject,
            detail={"fields": 3},
        )
    leaf = _leaf(fetch, event)
    assert leaf["customer"] == str(customer)
    assert (leaf["operation"], leaf["entity"], leaf["outcome"]) == ("record.read", str(record), "done")
    assert leaf["purpose"] == "contract"
    assert leaf["actor"] == {"kind": "api_key", "role": "analyst"}
    assert leaf["detail"] == {"fields": 3}
    assert set(leaf["commitments"]) == {"account", "key", "reason", "source_address", "subject"}
    text = json.dumps(leaf)
    for secret in (actor.account_id, actor.key_id, actor.source_address, subject.subject_id, "balance"):
        assert str(secret) not in text


def test_every_commitment_has_a_salt_of_its_own(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    with within(customer):
        first, second = (audit.record("record.read", by=actor, customer_id=customer) for _ in range(2))
    one, other = _leaf(fetch, first)["commitments"], _leaf(fetch, second)["commitments"]
    assert not set(one.values()) & set(other.values())


def test_openings_open_what_the_leaf_committed_to(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    subject, ids = audit.SubjectRef(new_id(), b"k" * 32), [new_id() for _ in range(5)]
    with within(customer):
        event = audit.record("record.batch", by=actor, customer_id=customer, subject=subject, ids=ids, reason="asked")
        key = keys.ring(customer).stable(openings.KEY_NAME)
    leaf, sealed = _leaf(fetch, event), _sealed(fetch, event)
    opened = openings.unseal(sealed, customer_id=customer, event_id=event, key=key, subject=subject, today=_today())
    assert leaf["count"] == 5
    assert opened["account"][1] == str(actor.account_id).encode()
    assert opened["ids"][1] == b"".join(one.bytes for one in ids)
    for name, (salt, value) in opened.items():
        assert leaf["commitments"][name] == b64encode(sha256(salt + value).digest()).decode()
    assert set(opened) == set(leaf["commitments"])


def test_the_subject_opens_under_its_own_key_only(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    subject = audit.SubjectRef(new_id(), b"k" * 32)
    with within(customer):
        event = audit.record("record.read", by=actor, customer_id=customer, subject=subject)
        key = keys.ring(customer).stable(openings.KEY_NAME)
    for other in (None, audit.SubjectRef(subject.subject_id, b"x" * 32)):
        opened = openings.unseal(
            _sealed(fetch, event), customer_id=customer, event_id=event, key=key, subject=other, today=_today()
        )
        assert "subject" not in opened
        assert "account" in opened


def test_an_opening_is_bound_to_its_event(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    with within(customer):
        event = audit.record("record.read", by=actor, customer_id=customer)
        key = keys.ring(customer).stable(openings.KEY_NAME)
    with pytest.raises(keys.KeysError):
        openings.unseal(
            _sealed(fetch, event), customer_id=customer, event_id=new_id(), key=key, subject=None, today=_today()
        )


def test_an_expired_opening_is_not_opened_though_it_is_still_there(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    with within(customer):
        event = audit.record("record.read", by=actor, customer_id=customer)
        key = keys.ring(customer).stable(openings.KEY_NAME)
    sealed = _sealed(fetch, event)
    assert sealed.whence_until is not None
    after = sealed.whence_until + timedelta(days=1)
    opened = openings.unseal(sealed, customer_id=customer, event_id=event, key=key, subject=None, today=after)
    assert set(opened) == {"account", "key"}


def test_it_rolls_back_with_what_it_tells_of(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    events: list[UUID] = []

    def fail() -> None:
        with within(customer):
            events.append(audit.record("record.read", by=actor, customer_id=customer))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    (event,) = events
    assert fetch("select 1 from audit_inbox where event_id = %s", event) == []
    assert fetch("select 1 from audit_opening where event_id = %s", event) == []


def test_a_refusal_is_logged_though_its_transaction_rolled_back(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    record = new_id()
    with pytest.raises(Conflict) as caught, within(customer):
        raise Conflict(what="The record", why="it is frozen")
    event = audit.refused("record.correct", by=actor, customer_id=customer, error=caught.value, entity=record)
    leaf = _leaf(fetch, event)
    assert (leaf["outcome"], leaf["entity"], leaf["detail"]) == ("refused", str(record), {"error": "troth.conflict"})


def test_a_refusal_inside_an_open_transaction_survives_it(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    events: list[UUID] = []

    def fail() -> None:
        with within(customer):
            events.append(audit.refused("record.read", by=actor, customer_id=customer, error="access.not_allowed"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _leaf(fetch, events[0])["outcome"] == "refused"


def test_our_own_failure_is_told_from_a_refusal(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    event = audit.refused("record.read", by=actor, customer_id=customer, error=CustomerKeysGone())
    assert _leaf(fetch, event)["outcome"] == "refused"
    ours = EntryTooLarge(operation="", bytes=1, at_most=0)
    event = audit.refused("record.read", by=actor, customer_id=customer, error=ours)
    assert _leaf(fetch, event)["outcome"] == "failed"


@pytest.mark.parametrize("known", [True, False])
def test_a_refusal_about_nobody_we_know_goes_to_the_operator(actor: Actor, fetch: Fetch, known: bool) -> None:
    stranger = new_id() if known else None
    event = audit.refused("sign_in", by=actor, customer_id=stranger, error="access.not_allowed")
    ((customer_id,),) = fetch("select customer_id from audit_inbox where event_id = %s", event)
    assert customer_id == OPERATOR
    assert _leaf(fetch, event)["detail"].get("customer") == (str(stranger) if stranger else None)


def test_without_keys_it_refuses_unless_told(actor: Actor, fetch: Fetch) -> None:
    gone = new_id()
    with pytest.raises(CustomerKeysGone), within(gone):
        audit.record("customer.erased", by=actor, customer_id=gone)
    with within(gone):
        event = audit.record("customer.erased", by=actor, customer_id=gone, keyless=True)
    assert _leaf(fetch, event)["commitments"]
    assert fetch("select 1 from audit_opening where event_id = %s", event) == []


def test_a_job_is_named_and_a_person_at_the_shell_is_not(customer: UUID, fetch: Fetch) -> None:
    shell = Actor(kind="cli", route="record show", role="operator", label="alice")
    with within(customer):
        first = audit.record("x.y", by=job("erasure"), customer_id=customer)
        second = audit.record("x.y", by=shell, customer_id=customer, reason="ticket 7")
    assert _leaf(fetch, first)["actor"] == {"kind": "job", "role": "system", "job": "erasure", "home": str(OPERATOR)}
    assert "alice" not in json.dumps(_leaf(fetch, second))
    assert "account" in _leaf(fetch, second)["commitments"]


def test_a_leaf_that_is_too_large_is_refused(customer: UUID, actor: Actor) -> None:
    with pytest.raises(EntryTooLarge), within(customer):
        audit.record("x.y", by=actor, customer_id=customer, detail={"list": ["x" * 70_000]})


def test_a_batch_beyond_the_terms_keeps_count_and_commitment_only(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    ids = [new_id() for _ in range(4)]
    with within(customer):
        event = audit.record("x.y", by=actor, customer_id=customer, ids=ids, terms=LogTerms(ids_at_most=3))
    assert _leaf(fetch, event)["count"] == 4
    assert "ids" in _leaf(fetch, event)["commitments"]
    assert _sealed(fetch, event).ids is None


def test_a_new_line_in_a_value_stays_inside_the_leaf(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    with within(customer):
        event = audit.record("x.y", by=actor, customer_id=customer, detail={"odd": "a\nb\u2028c\x00"})
    ((leaf,),) = fetch("select leaf from audit_inbox where event_id = %s", event)
    assert b"\n" not in bytes(leaf)


def test_a_statement_is_what_a_pipeline_runs(customer: UUID, actor: Actor, fetch: Fetch) -> None:
    with within(customer):
        sql, params = audit.statement("x.y", by=actor, customer_id=customer, ring=keys.ring(customer))
        with connection.connection.pipeline():
            psycopg.Cursor(connection.connection).execute(sql, params)
    assert _leaf(fetch, params[1])["operation"] == "x.y"
