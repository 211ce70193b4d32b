"""Held by a platform with a contact; broken where none is set, where another is shown, and where it is over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from tests.controls.conftest import served_by
from tests.controls.looks import facts_of, judged, verdict_of
from tests.fixtures.installation import Installation

ID = "security_contact_is_published"
CONTACT = "mailto:security@example.org"


class Later:
    def __init__(self, by: timedelta) -> None:
        self.by = by

    def now(self) -> Any:
        from troth.kernel.clock import SYSTEM

        return SYSTEM.now() + self.by


@pytest.fixture
def seen(platform: Installation) -> Any:
    with served_by(platform), override_settings(TROTH_SECURITY_CONTACT=CONTACT):
        yield


def test_held(seen: None) -> None:
    verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("kept", "security_contact.kept")


def test_another_contact_than_the_one_that_is_set(platform: Installation) -> None:
    with served_by(platform), override_settings(TROTH_SECURITY_CONTACT="mailto:other@example.org"):
        assert verdict_of(ID).code == "security_contact.other"


def test_a_file_that_is_over(seen: None) -> None:
    assert verdict_of(ID, clock=Later(timedelta(days=400))).code == "security_contact.over"
    facts = facts_of(ID)
    assert judged(ID, replace(facts, left=timedelta(days=2))).state == "at_risk"
    assert judged(ID, replace(facts, secure=False)).state == "at_risk"
    assert judged(ID, replace(facts, status=404)).code == "security_contact.missing"


def test_a_platform_without_a_contact(own_installation: Callable[..., Installation]) -> None:
    none = own_installation(running=False)
    none.up()
    with served_by(none):
        assert facts_of(ID).status == 404
        assert verdict_of(ID).code == "security_contact.none_set"


def test_nobody_there_is_no_proof(own_installation: Callable[..., Installation]) -> None:
    with served_by(own_installation(running=False)), override_settings(TROTH_SECURITY_CONTACT=CONTACT):
        assert verdict_of(ID).code == "security_contact.not_reached"
