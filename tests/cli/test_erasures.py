"""Erasing through the command line, with the worker's steps run by the test: to the certificate, and called off."""

import secrets
import time
from pathlib import Path
from uuid import UUID

from tests.cli.conftest import ROOT, Troth
from tests.fixtures.world import World
from troth.cli.exits import Exit

SCHEMA = (ROOT / "src/troth/cli/demo/data/schema.json").read_text(encoding="utf-8")
ROWS = "reference,name,email\nC-1,Ana Conceição,ana@example.com\nC-2,Ben Fairweather,ben@example.org\n"
WITHIN = 60.0


def _work(customer_id: str, erasure_id: str) -> None:
    """What the worker and the sealer do, until the erasure is done."""
    from troth.audit.sealer import seal_once
    from troth.erasure import engine, tasks
    from troth.erasure.rules import State

    deadline = time.monotonic() + WITHIN
    while engine.run(UUID(customer_id), UUID(erasure_id), tasks.around(UUID(customer_id))).state is not State.DONE:
        assert time.monotonic() < deadline
        while seal_once():
            pass
        time.sleep(0.1)


def _customer(troth: Troth) -> tuple[str, str]:
    name = f"Cais {secrets.token_hex(4)}"
    customer_id = troth("customer", "add", name, "--json").json["id"]
    where = ("--customer", customer_id)
    troth("dataset", "add", "people", *where, "--schema", "-", stdin=SCHEMA)
    troth("import", "-", *where, "--dataset", "people", "--format", "csv", "--reason", "test", stdin=ROWS)
    return customer_id, name


def test_a_person_is_erased_to_a_certificate_that_verifies(troth: Troth, tmp_path: Path) -> None:
    customer_id, name = _customer(troth)
    where = ("--customer", customer_id)
    erase = ("subject", "erase", *where, "--by", "email", "--reason", "asked", "--confirm", name, "--no-wait", "--json")
    asked = troth(*erase, stdin="ana@example.com\n").json
    _work(customer_id, asked["id"])

    shown = troth("erasure", "show", asked["id"], *where, "--json").json
    assert (shown["state"], shown["target"], shown["stuck"]) == ("done", "subject", False)
    assert {step["state"] for step in shown["steps"]} == {"done"}
    assert "✓ done" in troth("erasure", "show", asked["id"], *where).out
    assert [each["id"] for each in troth("erasure", "list", *where, "--json").json] == [asked["id"]]
    find = ("record", "find", *where, "--by", "email", "--reason", "x")
    troth(*find, stdin="ana@example.com\n", expect=Exit.NOT_FOUND)
    troth(*find, stdin="ben@example.org\n")

    (listed,) = troth("certificate", "list", *where, "--json").json
    envelope, page = tmp_path / "c.json", tmp_path / "c.pdf"
    to = ("--output", str(envelope), "--pdf", str(page), "--language", "fr")
    troth("certificate", "show", listed["id"], *where, *to)
    assert page.read_bytes().startswith(b"%PDF")
    assert "What honestly remains" in troth("certificate", "show", listed["id"], *where).out
    troth("certificate", "verify", str(envelope))
    envelope.write_bytes(envelope.read_bytes().replace(b'"payload":"e', b'"payload":"f', 1))
    troth("certificate", "verify", str(envelope), expect=Exit.REFUSED)
    troth("erasure", "cancel", asked["id"], *where, "--reason", "too late", expect=Exit.CONFLICT)


def test_a_customer_is_deleted_on_its_owners_word_or_kept_when_called_off(troth: Troth, world: World) -> None:
    customer_id, name = _customer(troth)
    owner = str(world.person(UUID(customer_id)).account_id)
    word = ("--reason", "letter of 3 June", "--on-behalf-of", owner)
    delete = ("customer", "delete", customer_id, *word, "--confirm", name, "--json")
    assert troth(*delete, "--dry-run").json["goes"]["vault_record"] == 2

    asked = troth(*delete, "--grace", "1").json
    assert troth("customer", "show", name, "--json").json["state"] == "closing"
    troth("import", "-", "--customer", customer_id, "--dataset", "people", "--format", "csv", "--reason", "x",
          stdin=ROWS.replace("C-", "D-"), expect=Exit.CONFLICT)  # fmt: skip
    troth("erasure", "cancel", asked["id"], "--customer", customer_id, "--reason", "x", expect=Exit.REFUSED)
    troth("erasure", "cancel", asked["id"], "--customer", customer_id, *word)
    assert troth("customer", "show", name, "--json").json["state"] == "active"

    done = troth(*delete)
    assert "/receipt/" in done.err
    _work(customer_id, done.json["id"])
    gone = troth("customer", "show", customer_id, "--json").json
    assert (gone["state"], gone["name"], gone["datasets"]) == ("erased", "", [])
    troth("customer", "show", name, expect=Exit.NOT_FOUND)
    assert len(troth("certificate", "list", "--customer", customer_id, "--json").json) == 1
