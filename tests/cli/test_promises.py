"""`troth promise`, as a process of its own: what holds now, a look, and the evidence."""

from collections.abc import Callable

from tests.cli.conftest import ROOT, Troth
from troth.audit.sealer import seal_once
from troth.cli.exits import Exit
from troth.promises import catalogue
from troth_judge.verdict import STATES

AGENCY = ROOT / "src/troth/policy/packs/agency.yaml"


def test_without_a_policy_nothing_is_promised(no_policy: None, troth: Troth) -> None:
    assert "nothing is promised yet" in troth("promise", "list").out
    assert troth("promise", "list", "--json").json["pack"] is None


def test_a_policy_its_promises_and_the_evidence(in_force: Callable[..., object], troth: Troth) -> None:
    in_force(AGENCY.read_text(encoding="utf-8"))
    found = troth("promise", "list", "--json").json
    assert found["pack"]["id"] == "agency"
    lines = [line for section in found["sections"] for line in section["clauses"]]
    assert {line["state"] for line in lines} <= set(STATES)
    assert found["figure"]["provable"] + found["figure"]["declared"] == len(lines)
    assert "A-4b" in troth("promise", "list", "--language", "fr").out

    control = "customers_are_walled_off"
    (looked,) = troth("promise", "check", control, "--json").json
    assert looked["state"] in STATES
    assert looked["code"] != "evidence.error"
    while seal_once():
        pass
    (newest, *_) = troth("promise", "evidence", control, "--json").json["rows"]
    assert newest["event_id"] == looked["event_id"]
    assert isinstance(newest["leaf_index"], int)
    assert newest["problem"] is None
    assert looked["sentence"] in troth("promise", "evidence", control).out.replace("\n", " ") or newest["sentence"]


def test_what_is_not_there_is_said(in_force: Callable[..., object], troth: Troth) -> None:
    in_force(AGENCY.read_text(encoding="utf-8"))
    assert "promises.unknown_clause" in troth("promise", "show", "Z-99", expect=Exit.NOT_FOUND).err
    assert "promises.unknown_control" in troth("promise", "check", "no_such_thing", expect=Exit.NOT_FOUND).err
    planned = next(one.id for one in catalogue.CONTROLS if one.kind == "planned")
    assert "promises.nothing_to_observe" in troth("promise", "check", planned, expect=None).err
    assert "We" in troth("promise", "show", "A-4b").out or troth("promise", "show", "A-4b").out


def test_no_option_takes_a_state(troth: Troth) -> None:
    for option in ("--state", "--status", "--kept", "--verdict", "--result"):
        done = troth("promise", "check", "customers_are_walled_off", option, "kept", expect=Exit.USAGE)
        assert "No such option" in done.err
