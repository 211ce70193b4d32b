"""What is somebody's word is said by that person: at the shell too, where nobody can speak for another."""

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Troth
from tests.fixtures.world import Person, World, logged, logged_leaves
from tests.promises.attesting import fresh_topic
from troth.cli.exits import Exit
from troth.kernel.ids import OPERATOR


def said(person: Person, *more: str) -> str:
    """What the person types: address, password, and what is asked for then."""
    return "\n".join((person.mail, person.password, *more)) + "\n"


def test_an_attestation_from_its_giving_to_its_end(troth: Troth, world: World, tmp_path: Path) -> None:
    topic = fresh_topic()
    giver, reviewer = world.staff("security_officer"), world.staff("data_protection_officer")
    paper = tmp_path / "signed.pdf"
    paper.write_bytes(b"%PDF-1.7 signed by all")
    rows = troth("attestation", "list", "--json").json
    assert [row["code"] for row in rows if row["topic"] == topic] == ["attested.none"]
    statement = f"All have signed {secrets.token_hex(4)}."
    given = troth("attestation", "give", topic, "--document", str(paper), "--json", stdin=said(giver, statement)).json[
        "id"
    ]
    own = troth("attestation", "review", given, "--accept", stdin=said(giver), expect=Exit.REFUSED)
    assert "attestations.own" in own.err
    troth("attestation", "review", given, "--accept", stdin=said(reviewer))
    shown = troth("attestation", "show", given, "--json").json
    assert (shown["statement"], shown["told"]["state"]) == (statement, "valid")
    out = tmp_path / "out.pdf"
    troth("attestation", "document", given, "--output", str(out))
    assert out.read_bytes() == paper.read_bytes()
    assert out.stat().st_mode & 0o777 == 0o600
    troth("attestation", "document", given, "--output", str(out), expect=Exit.CONFLICT)
    troth("attestation", "withdraw", given, "--reason", "A mistake.", stdin=said(giver))
    history = troth("attestation", "history", topic, "--json").json
    assert [row["state"] for row in history] == ["withdrawn"]
    assert topic in troth("attestation", "history").out
    leaves = dict(logged_leaves(OPERATOR))
    assert statement not in json.dumps(leaves)


def test_nobody_attests_without_their_password(troth: Troth, world: World) -> None:
    topic, giver = fresh_topic(), world.staff("security_officer")
    wrong = f"{giver.mail}\nnot the password\nI say so.\n"
    refused = troth("attestation", "give", topic, stdin=wrong, expect=Exit.REFUSED)
    assert giver.mail not in refused.err
    troth("attestation", "give", topic, stdin="", expect=Exit.USAGE)
    assert troth("attestation", "history", topic, "--json").json == []


def test_a_customers_own_person_is_nobody_here(troth: Troth, world: World) -> None:
    topic, owner = fresh_topic(), world.person(world.customer(), "owner")
    troth("attestation", "give", topic, stdin=said(owner, "I say so."), expect=Exit.REFUSED)
    support = world.staff("support")
    troth("attestation", "give", topic, stdin=said(support, "I say so."), expect=Exit.REFUSED)
    assert troth("attestation", "history", topic, "--json").json == []


def test_a_session_ends_with_its_act(troth: Troth, world: World) -> None:
    from troth.access.models import Session
    from troth.kernel.wall import within

    giver = world.staff("security_officer")
    troth("attestation", "give", fresh_topic(), stdin=said(giver, "So it is."))
    with within(OPERATOR):
        assert not Session.objects.filter(customer_id=OPERATOR, account_id=giver.account_id).exists()


def test_a_topic_can_be_somebodys(troth: Troth, world: World) -> None:
    topic, officer = fresh_topic(), world.staff("security_officer")
    troth("attestation", "assign", topic, "--account", str(officer.account_id))
    rows = troth("attestation", "list", "--json").json
    assert [row["owner"] for row in rows if row["topic"] == topic] == [str(officer.account_id)]
    troth("attestation", "assign", topic, "--account", "not-an-id", expect=Exit.INVALID)
    troth("attestation", "assign", "no_such_topic", expect=Exit.NOT_FOUND)
    assert "attestation.assign" in logged(OPERATOR)


def test_an_exception_takes_two(troth: Troth, world: World, in_force: Callable[..., object]) -> None:
    in_force({"T-1": "erasure.production_within: {at_most: P1D}"})
    asker, approver = world.staff("security_officer"), world.staff("data_protection_officer")
    until = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    asked = troth(
        "exception", "ask", "T-1", "--reason", "The disk is late.", "--until", until, "--json", stdin=said(asker)
    ).json["id"]
    own = troth("exception", "approve", asked, stdin=said(asker), expect=Exit.REFUSED)
    assert "promises.needs_another_account" in own.err
    troth("exception", "approve", asked, stdin=said(approver))
    troth("exception", "withdraw", asked, stdin=said(asker))
    (row,) = [one for one in troth("exception", "list", "--json").json if one["id"] == asked]
    assert (row["state"], row["clause"]) == ("withdrawn", "T-1")
    assert asked in troth("exception", "list").out


def test_an_exception_needs_a_reason_and_an_end(troth: Troth, world: World, in_force: Callable[..., object]) -> None:
    in_force({"T-1": "erasure.production_within: {at_most: P1D}"})
    asker = world.staff("security_officer")
    for reason, until, code in (
        ("", "2030-01-01", Exit.INVALID),
        ("Because.", "2001-01-01", Exit.INVALID),
        ("Because.", "soon", Exit.INVALID),
    ):
        troth("exception", "ask", "T-1", "--reason", reason, "--until", until, stdin=said(asker), expect=code)
    troth(
        "exception",
        "ask",
        "T-2",
        "--reason",
        "Because.",
        "--until",
        (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        stdin=said(asker),
        expect=Exit.NOT_FOUND,
    )
