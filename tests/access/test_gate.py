"""The table and the gate: what is not allowed is refused, another customer looks like none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from troth.access import gate, roles
from troth.access.errors import Elsewhere, NotAllowed, NotSignedIn, PermitOver, PurposeNeeded, ReasonNeeded
from troth.access.roles import Action
from troth.kernel.actor import Actor, nobody
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR, new_id

HOME = new_id()


def actor(role: str, customer_id: UUID = HOME, kind: str = "account") -> Actor:
    return Actor(kind=kind, route="test", role=role, customer_id=customer_id, account_id=new_id())  # type: ignore[arg-type]  # a test's own kinds


def test_every_role_does_exactly_what_the_table_says() -> None:
    for role in roles.CUSTOMER_ROLES:
        for action in Action:
            expected = action in roles.allowed("customer", role)
            try:
                gate.permit(actor(role), HOME, action, purpose="test")
            except NotAllowed:
                assert not expected, (role, action)
            else:
                assert expected, (role, action)


def test_an_unknown_role_does_nothing() -> None:
    for action in Action:
        with pytest.raises(NotAllowed):
            gate.permit(actor("boss"), HOME, action, purpose="test")


def test_an_operator_role_is_nothing_at_a_customer() -> None:
    with pytest.raises(NotAllowed):
        gate.permit(actor("security_officer"), HOME, Action.LOG_READ)


def test_nobody_is_asked_to_sign_in() -> None:
    for action in Action:
        with pytest.raises(NotSignedIn):
            gate.permit(nobody("test"), HOME, action, purpose="test")
        assert not gate.may(nobody("test"), HOME, action)


def test_another_customer_looks_like_none() -> None:
    with pytest.raises(Elsewhere) as refusal:
        gate.permit(actor("owner"), new_id(), Action.RECORDS_READ, purpose="test")
    twin = NotFound(what="customer")
    told = refusal.value
    assert (told.code, told.status, told.explain(), told.advise()) == (
        twin.code,
        twin.status,
        twin.explain(),
        twin.advise(),
    )
    assert told.customer_id == HOME
    assert not gate.may(actor("owner"), new_id(), Action.RECORDS_READ)


@pytest.mark.parametrize("purpose", [None, "", "Billing", "two words", "-x", "x" * 64, "a\n", "é"])
def test_personal_data_needs_a_purpose(purpose: str | None) -> None:
    with pytest.raises(PurposeNeeded):
        gate.permit(actor("owner"), HOME, Action.RECORDS_READ, purpose=purpose)


@pytest.mark.parametrize("reason", [None, " ", "a\x00b", "x" * 501])
def test_staff_need_a_reason_at_a_customer(reason: str | None) -> None:
    staff = actor("administrator", OPERATOR)
    with pytest.raises(ReasonNeeded):
        gate.permit(staff, HOME, Action.RECORDS_READ, purpose="support", reason=reason)


def test_staff_get_no_permit_for_a_customer_that_does_not_exist() -> None:
    with pytest.raises(NotFound):
        gate.permit(actor("administrator", OPERATOR), new_id(), Action.RECORDS_READ, purpose="x", reason="because")


def test_a_permit_covers_its_actions_until_its_end() -> None:
    class Later:
        def now(self) -> datetime:
            return datetime.now(UTC) + timedelta(days=1)

    permit = gate.permit(actor("owner"), HOME, Action.RECORDS_READ, purpose="test")
    permit.require(Action.RECORDS_READ)
    with pytest.raises(PermitOver):
        permit.require(Action.RECORDS_DELETE)
    with pytest.raises(PermitOver):
        permit.require(Action.RECORDS_READ, Later())
    with pytest.raises(AttributeError):
        permit.purpose = "other"  # type: ignore[misc]  # that it is frozen is the point
    assert replace(permit.actor, role="viewer") != permit.actor


def test_a_whole_customer_goes_on_its_owners_word_alone() -> None:
    for role in ("administrator", "manager", "user", "viewer"):
        with pytest.raises(NotAllowed):
            gate.permit(actor(role), HOME, Action.CUSTOMER_DELETE)
    gate.permit(actor("owner"), HOME, Action.CUSTOMER_DELETE)
    for role in roles.OPERATOR_ROLES:
        assert Action.CUSTOMER_DELETE not in roles.allowed("operator", role)
    with pytest.raises(NotAllowed):
        gate.permit(actor("cli", OPERATOR, "cli"), OPERATOR, Action.CUSTOMER_DELETE, reason="told so")


def test_nobody_of_the_operator_reads_data_without_the_table_saying_so() -> None:
    assert Action.RECORDS_READ not in roles.allowed("operator", "auditor")
    assert Action.RECORDS_READ not in roles.allowed("operator", "system")
    assert Action.LOG_READ not in roles.allowed("operator", "system")
