"""Canaries: made once, made anew, counted nowhere, entered by nobody."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.fixtures.world import World, logged
from troth.access import sign_in
from troth.access.errors import SignInRefused
from troth.access.models import Session
from troth.access.roles import Action
from troth.erasure import files, plan
from troth.kernel import wall
from troth.kernel.actor import nobody
from troth.keys import cache, epochs
from troth.keys.epochs import Drops
from troth.keys.errors import UnknownFormat
from troth.promises.probing import canaries, kept_copies
from troth.promises.probing.canaries import Canary
from troth.tenancy import queries as tenancy
from troth.vault import purging, queries


def erase(canary: Canary, by: World) -> None:
    """What an erasure does to keys and rows, in two steps."""
    copy = next(each for each in kept_copies.copies() if each.subject_id == canary.subject_id)
    drops = Drops(slots={canary.customer_id: {(copy.page, copy.slot)}})
    epochs.advance(drops, by=by.cli)
    purging.purge_subject(canaries.permit(canary, Action.SUBJECTS_ERASE), canary.subject_id)
    cache.forget()


def test_they_are_made_once(world: World) -> None:
    first = canaries.ensure()
    assert canaries.ensure() == first
    assert len({canary.customer_id for canary in first}) == 2
    with wall.within(first[0].customer_id), connections["default"].cursor() as cursor:
        cursor.execute("select operation from audit_entry")
        sealed = [operation for (operation,) in cursor.fetchall()]
    assert "customer.add" in [*sealed, *logged(first[0].customer_id)]


def test_they_stand_in_no_list(world: World) -> None:
    one, other = canaries.ensure()
    ordinary = world.customer()
    listed = {each.customer_id for each in tenancy.customers()}
    assert ordinary in listed
    assert not listed & {one.customer_id, other.customer_id}
    assert {one.customer_id, other.customer_id} <= {each.customer_id for each in tenancy.customers(canaries=True)}


def test_a_canary_s_name_takes_nobody_s(world: World) -> None:
    canaries.ensure()
    from troth.tenancy.actions import add_customer

    assert add_customer("Canary 1", by=world.cli).name == "Canary 1"


def test_nobody_signs_in_from_outside_even_with_the_password(world: World) -> None:
    canary, _ = canaries.ensure()
    known = canaries.credentials(canary)
    outside = replace(nobody("POST /sign-in"), source_address="192.0.2.7")
    with pytest.raises(SignInRefused):
        sign_in.sign_in(known.mail, known.password, by=outside)
    with pytest.raises(SignInRefused):
        sign_in.sign_in(known.mail, known.password, by=replace(outside, route=canaries.ROUTE))
    assert sign_in.sign_in(known.mail, known.password, by=nobody(canaries.ROUTE)).actor.role == "owner"


def test_the_next_credentials_end_the_last_ones(world: World) -> None:
    canary, _ = canaries.ensure()
    before = canaries.credentials(canary)
    sign_in.sign_in(before.mail, before.password, by=nobody(canaries.ROUTE))
    canaries.credentials(canary)
    with pytest.raises(SignInRefused):
        sign_in.sign_in(before.mail, before.password, by=nobody(canaries.ROUTE))
    with wall.within(canary.customer_id):
        assert not Session.objects.filter(customer_id=canary.customer_id).exists()


def test_a_probe_s_key_dies_with_it(world: World) -> None:
    from troth.access import api_keys
    from troth.kernel.ids import new_id

    canary, _ = canaries.ensure()
    with canaries.api_key(canary) as text:
        assert api_keys.authenticate(text, route="test", source_address=None, request_id=new_id()) is not None
    assert api_keys.authenticate(text, route="test", source_address=None, request_id=new_id()) is None


def test_what_was_erased_is_made_anew_and_its_copy_kept(world: World) -> None:
    canary, _ = canaries.ensure()
    erase(canary, world)
    again, _ = canaries.ensure()
    assert again.customer_id == canary.customer_id
    assert again.subject_id != canary.subject_id
    kept = {copy.subject_id: copy for copy in kept_copies.copies()}
    assert {canary.subject_id, again.subject_id} <= kept.keys()
    assert not kept_copies.standing(kept[canary.subject_id]).lives
    assert kept_copies.standing(kept[again.subject_id]).lives


def test_a_kept_copy_is_sealed_private_and_planned(world: World) -> None:
    canary, _ = canaries.ensure()
    folder = Path(settings.TROTH_HOME) / kept_copies.FOLDER
    assert kept_copies.FOLDER in plan.OTHER_PLACES
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert canary.marker.encode() not in path.read_bytes()
    assert files.naming(Path(settings.TROTH_HOME), canary.customer_id) == 0


def test_a_copy_of_another_format_is_no_refusal(world: World) -> None:
    """It must not count among those that did not open."""
    canaries.ensure()
    path = next((Path(settings.TROTH_HOME) / kept_copies.FOLDER).glob("*.json"))
    there = path.read_bytes()
    path.write_bytes(there.replace(b"troth-canary-copy/1", b"troth-canary-copy/9"))
    try:
        with pytest.raises(UnknownFormat):
            list(kept_copies.copies())
    finally:
        path.write_bytes(there)


def test_its_record_is_read_like_any_other(world: World) -> None:
    canary, _ = canaries.ensure()
    permit = canaries.permit(canary, Action.RECORDS_FIND)
    (found,) = queries.find(permit, "reference", canary.ring_number)
    assert found.record_id == canary.record_id
    assert canary.marker not in repr(canary)


def test_canaries_are_made_outside_transactions_only(world: World) -> None:
    with wall.within(world.customer()), pytest.raises(wall.WallBreach):
        canaries.ensure()
