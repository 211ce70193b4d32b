"""Held by the platform as it runs; broken by servers that speak what they must not, and by one without TLS."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.test import override_settings

from tests.controls.conftest import served_by
from tests.controls.looks import facts_of, judged, verdict_of
from tests.fixtures.installation import Installation, _free_port
from troth.settings import CONFIG

ID = "traffic_is_encrypted"
CLIENTS = "tls_serves_existing_clients"
Start = Callable[..., Any]
WIDE = ("-cipher", "ALL:@SECLEVEL=0")


def test_held(platform: Installation) -> None:
    with served_by(platform):
        facts = facts_of(ID)
        verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("kept", "traffic.kept")
    assert set(facts.agreed) == {"TLSv1.2", "TLSv1.3"}
    assert {"TLSv1", "TLSv1.1"} == set(facts.refused)
    assert facts.plain == "refused"


def test_existing_clients_are_served(platform: Installation) -> None:
    with served_by(platform):
        verdict = verdict_of(CLIENTS)
    assert (verdict.state, verdict.code) == ("kept", "tls_clients.kept")


def test_a_server_that_still_speaks_tls_1_1(s_server: Start) -> None:
    with s_server(*WIDE):
        verdict = verdict_of(ID)
    assert (verdict.state, verdict.code) == ("broken", "traffic.weak")
    assert {"TLSv1.1", "CBC"} <= set(verdict.params["what"])  # type: ignore[arg-type]  # a list


def test_a_server_that_is_too_strict_or_too_old(s_server: Start) -> None:
    with s_server("-tls1_3"):
        assert verdict_of(CLIENTS).code == "tls_clients.refused"
    with s_server("-tls1_2", "-cipher", "ECDHE+AESGCM"):
        assert verdict_of(ID).code == "traffic.no_modern"


def test_a_platform_without_tls(own_installation: Callable[..., Installation]) -> None:
    bare = own_installation(running=False, TROTH_TLS="off")
    bare.up()
    with served_by(bare):
        verdict = verdict_of(ID)
        assert verdict_of(CLIENTS).code == "tls_clients.not_reached"
        assert facts_of(ID).plain in {"answered", "redirected"}
    assert (verdict.state, verdict.code) == ("broken", "traffic.no_tls")


def test_browsers_that_are_not_told_to_come_back_by_tls(platform: Installation) -> None:
    """As with a certificate that browsers trust; this platform's own is none, and so sends no such header."""
    with served_by(platform), override_settings(SECURE_HSTS_SECONDS=31_536_000):
        assert verdict_of(ID).code == "traffic.no_hsts"


def test_nobody_there_is_no_proof() -> None:
    with override_settings(CONFIG=replace(CONFIG, port=_free_port())):
        assert verdict_of(ID).code == "traffic.not_reached"
        assert verdict_of(CLIENTS).code == "tls_clients.not_reached"


def test_behind_a_proxy_nothing_is_claimed(platform: Installation) -> None:
    bare = replace(platform.config, tls=False, behind_proxy=True)
    with override_settings(CONFIG=bare):
        assert verdict_of(ID).code == "traffic.behind_proxy"
        assert verdict_of(CLIENTS).code == "tls_clients.behind_proxy"


def test_a_certificate_that_ends(platform: Installation) -> None:
    with served_by(platform):
        facts = facts_of(ID)
    assert judged(ID, replace(facts, certificate_left=timedelta(days=3))).state == "at_risk"
    assert judged(ID, replace(facts, certificate_left=timedelta(0))).code == "traffic.certificate_over"
    assert judged(ID, replace(facts, refused=(), untried=("TLSv1",))).code == "traffic.untried"
    assert judged(ID, replace(facts, plain="answered")).code == "traffic.plain"
