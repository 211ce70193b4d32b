"""A whole customer's deletion: its owner's word, its grace, its receipt, and nothing left but a tombstone."""

import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from tests.erasure.conftest import World, make_world
from troth.access import actions as access
from troth.access import gate
from troth.access.errors import NotAllowed
from troth.access.roles import Action
from troth.audit import queries as log
from troth.erasure import actions, dsse, payload, plan, purging, queries, receipts
from troth.erasure.errors import GraceTooLong, NameDiffers, PastReturn, ReceiptUnknown
from troth.erasure.rules import State, Step, StepState
from troth.kernel.actor import Actor
from troth.kernel.errors import TrothError
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys import signing
from troth.keys.errors import CustomerKeysGone
from troth.keys.rings import ring
from troth.tenancy import queries as tenancies
from troth.vault import queries as vault
from troth_verify import bundle as bundle_verifier
from troth_verify import certificate as verifier
from troth_verify.note import Key


def _token(asked: actions.Requested) -> str:
    assert asked.receipt is not None
    return asked.receipt


def _home() -> Path:
    return Path(settings.TROTH_HOME)


def _left(world: World) -> dict[str, int]:
    tables = [table for table in plan.TABLES if table.customer in {plan.How.PURGED, plan.How.WITH_KEYS}]
    return {t.name: purging.count_rows(t, "customer", world.customer_id, world.customer_id) for t in tables}


def test_a_customer_is_deleted_and_its_neighbour_stays(world: World, tmp_path: Path) -> None:
    neighbour = make_world(world.home)
    (kept, _), *_ = neighbour.add(2)
    world.add(30)
    asked = world.delete()
    done = world.finish(asked.erasure_id)
    assert set(_left(world).values()) == {0}
    tombstone = tenancies.get(world.customer_id)
    assert (tombstone.state, tombstone.name) == ("erased", "")
    with pytest.raises(CustomerKeysGone), within(world.customer_id):
        ring(world.customer_id).stable("anything")
    assert neighbour.read(kept).values["name"] == "person 0"
    _, shown, issued = queries.receipt(_token(asked))
    assert shown.production.state == "kept"
    assert issued is not None
    assert issued.erasure_id == done.erasure_id
    signer = signing.signer()
    (tmp_path / "c.json").write_bytes(issued.envelope)
    report = verifier.check(tmp_path / "c.json", Key(signer.name, signer.public))
    assert report.verifies, report.text()
    said = payload.decode(dsse.payload_of(issued.envelope, payload.TYPE))
    assert {one.store: one.count for one in said.removed}["vault_record"] == 30
    assert {one.what for one in said.remains} >= {"tombstone", "log_leaves", "receipt", "older_copies", "freed_space"}
    assert world.name not in issued.envelope.decode()


def test_the_owner_receives_the_log_with_its_openings(world: World, tmp_path: Path) -> None:
    (record, _), *_ = world.add(2)
    world.read(record)
    asked = world.delete()
    world.finish(asked.erasure_id)
    data = b"".join(receipts.bundle(_token(asked), _home()))
    path = tmp_path / "bundle.tar"
    path.write_bytes(data)
    signer = signing.signer()
    report = bundle_verifier.check(path, Key(signer.name, signer.public), [])
    assert report.verifies, report.text()
    with tarfile.open(path) as tar:
        inside = b"".join(file.read() for member in tar if (file := tar.extractfile(member)) is not None)
    assert str(world.owner.account_id).encode() in inside
    checkpoint = log.checkpoint(world.customer_id)
    assert checkpoint is not None


def test_nobody_but_the_link_opens_the_bundle(world: World) -> None:
    world.add(1)
    asked = world.delete()
    world.finish(asked.erasure_id)
    opened = receipts.find(_token(asked))
    raw = (_home() / plan.RECEIPTS / f"{opened.receipt_id}.sealed").read_bytes()
    assert str(world.owner.account_id).encode() not in raw
    forged = _token(asked)[:32] + receipts.urlsafe_b64encode(b"\0" * 32).decode().rstrip("=")
    for wrong in (forged, "", "x", _token(asked)[:-2], uuid4().hex + _token(asked)[32:], "é" * 75):
        with pytest.raises(ReceiptUnknown):
            receipts.find(wrong)


def test_a_receipt_ends_and_takes_its_bundle_along(world: World) -> None:
    world.add(1)
    asked = world.delete()
    world.finish(asked.erasure_id)
    opened = receipts.find(_token(asked))
    late = opened.expires_at + timedelta(seconds=1)
    with pytest.raises(ReceiptUnknown):
        receipts.find(_token(asked), clock=_At(late))
    assert receipts.expire(_home(), late) >= 1
    assert not (_home() / plan.RECEIPTS / f"{opened.receipt_id}.sealed").exists()
    with pytest.raises(ReceiptUnknown):
        receipts.find(_token(asked))


class _At:
    """A clock that stands."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


def test_only_the_exact_name_deletes(world: World) -> None:
    permit = world.permit(Action.CUSTOMER_DELETE)
    for wrong in ("", world.name.lower(), world.name + " ", world.name[:-1]):
        with pytest.raises(NameDiffers):
            actions.request_customer(permit, wrong, around=world.around())
    assert tenancies.get(world.customer_id).state == "active"


def test_only_the_owner_may(world: World) -> None:
    for role in ("administrator", "manager", "user", "viewer"):
        actor = Actor(kind="account", route="test", role=role, customer_id=world.customer_id, account_id=new_id())
        with pytest.raises(NotAllowed):
            gate.permit(actor, world.customer_id, Action.CUSTOMER_DELETE)
    staff = Actor(kind="account", route="test", role="administrator", account_id=new_id())
    with pytest.raises(NotAllowed):
        gate.permit(staff, world.customer_id, Action.CUSTOMER_DELETE, reason="asked by telephone")


def test_a_grace_beyond_the_terms_is_refused(world: World) -> None:
    for wrong in (world.terms.grace_at_most + timedelta(seconds=1), timedelta(seconds=-1)):
        with pytest.raises(GraceTooLong):
            world.delete(wrong)


def test_during_the_grace_nothing_is_read_and_all_comes_back_when_cancelled(world: World) -> None:
    (record, _), *_ = world.add(1)
    asked = world.delete(timedelta(hours=1))
    assert asked.state is State.FROZEN
    for _ in range(3):
        outcome = world.run(asked.erasure_id)
        assert (outcome.state, outcome.step) == (State.FROZEN, Step.BUNDLE)
    assert world.steps(asked.erasure_id)[Step.BUNDLE].waiting_for == "the grace still runs"
    with pytest.raises(TrothError):
        world.add(1, prefix="late")
    with pytest.raises(TrothError):
        world.read(record)
    assert vault.find(world.permit(Action.RECORDS_FIND), "email", "person0@example.org") == []
    assert vault.get_many(world.permit(Action.RECORDS_READ), [record]).withheld == (record,)
    assert vault.page(world.permit(Action.RECORDS_READ), world.dataset_id).records == ()
    actions.cancel(world.permit(Action.CUSTOMER_DELETE), asked.erasure_id)
    assert world.read(record).values["name"] == "person 0"
    world.add(1, prefix="again")
    with pytest.raises(ReceiptUnknown):
        receipts.find(_token(asked))


def test_the_promised_time_runs_from_the_confirmation_grace_included(world: World) -> None:
    asked = world.delete(timedelta(hours=2))
    request = world.request(asked.erasure_id)
    shown = queries.progress(world.permit(Action.ERASURES_READ), asked.erasure_id)
    assert shown.production.ends_at == request.confirmed_at + timedelta(hours=24)
    world.clock = _At(request.confirmed_at + timedelta(hours=2, seconds=1))
    world.finish(asked.erasure_id)
    said = payload.decode(dsse.payload_of(_certificate(_token(asked)), payload.TYPE))
    assert said.production.took_seconds == 7201
    assert said.asked.grace_seconds == 7200


def _certificate(token: str) -> bytes:
    issued = queries.receipt(token)[2]
    assert issued is not None
    return issued.envelope


def test_a_clock_that_jumps_back_is_never_called_kept(world: World) -> None:
    world.add(1)
    asked = world.delete()
    world.clock = _At(datetime.now(UTC) - timedelta(days=2))
    world.finish(asked.erasure_id)
    said = payload.decode(dsse.payload_of(_certificate(_token(asked)), payload.TYPE))
    assert said.production.state == "unknown"


def test_a_miss_is_certified_as_a_miss(world: World) -> None:
    world.add(1)
    asked = world.delete()
    world.clock = _At(datetime.now(UTC) + timedelta(hours=25))
    world.finish(asked.erasure_id)
    said = payload.decode(dsse.payload_of(_certificate(_token(asked)), payload.TYPE))
    assert said.production.state == "missed"


def test_deleting_twice_gives_the_first_request_and_no_second_link(world: World) -> None:
    first, second = world.delete(), world.delete()
    assert (second.erasure_id, second.created, second.receipt) == (first.erasure_id, False, None)


def test_a_person_may_be_erased_while_the_customer_goes(world: World) -> None:
    (_, subject), *_ = world.add(3)
    person = world.ask(subject)
    whole = world.delete()
    world.finish(whole.erasure_id)
    world.finish(person.erasure_id)
    assert set(_left(world).values()) == {0}


def test_it_can_not_be_cancelled_once_keys_die(world: World) -> None:
    world.add(1)
    permit = world.permit(Action.CUSTOMER_DELETE)
    asked = world.delete()

    def at_the_epoch(point: str) -> None:
        if point == "epoch moved":
            with pytest.raises(PastReturn):
                actions.cancel(permit, asked.erasure_id)

    world.run(asked.erasure_id, reached=at_the_epoch)
    with pytest.raises(PastReturn):
        actions.cancel(permit, asked.erasure_id)


def test_accounts_sessions_and_keys_go_too(world: World) -> None:
    staff = Actor(kind="cli", route="test", role="cli", label="test")
    permit = gate.permit(staff, world.customer_id, Action.ACCOUNTS_MANAGE, reason="test")
    access.invite(permit, role="viewer", mail=f"{uuid4()}@example.org")
    asked = world.delete()
    world.finish(asked.erasure_id)
    said = payload.decode(dsse.payload_of(_certificate(_token(asked)), payload.TYPE))
    assert {one.store: one.count for one in said.removed}["access_account"] == 1


def test_rows_go_in_batches_that_are_counted(world: World) -> None:
    world.add(20)
    asked = world.delete()
    seen = []
    while world.run(asked.erasure_id, reached=seen.append).state is not State.DONE:
        pass
    assert seen.count("batch vault_record") == 3
    step = world.steps(asked.erasure_id)[Step.ROWS]
    assert step.done == step.total
    assert step.state == StepState.DONE


def test_a_stricter_policy_shortens_what_is_open_and_a_looser_one_nothing(world: World) -> None:
    """Of the terms at the confirmation and of those now the shorter holds; the certificate says so."""
    request = world.delete(grace=timedelta(0))
    world.terms = replace(world.terms, production_within=timedelta(days=9), backups_within=timedelta(days=900))
    world.run(request.erasure_id)
    assert world.request(request.erasure_id).production_within == timedelta(hours=24)
    world.terms = replace(
        world.terms,
        production_within=timedelta(hours=8),
        backups_within=timedelta(days=30),
        work_at_least=timedelta(hours=1),
        grace_at_most=timedelta(hours=1),
    )
    ended = world.finish(request.erasure_id)
    assert (ended.production_within, ended.backups_within) == (timedelta(hours=8), timedelta(days=30))
